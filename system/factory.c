/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/factory.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "system/release_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORD      "hadrian.factory-defaults"
#define BOOT_FILE "/boot/" WORD
/* /run ends with the boot that the word was given for. */
#define DONE PATH_RUN_DIRECTORY "/factory-defaults-done"

static int sync_state(void)
{
	int fd = open(PATH_STATE_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

int factory_ask(bool with_system)
{
	const char *text = with_system ? "system\n" : "configuration\n";
	const char *fresh = PATH_FACTORY_RESET ".new";
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600), error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text) || fsync(fd))
		error = errno ? -errno : -EIO;
	close(fd);
	if (!error && rename(fresh, PATH_FACTORY_RESET))
		error = -errno;
	return error ? error : sync_state();
}

static bool file_has_word(const char *path, const char *word)
{
	char text[4096], *rest, *found;
	FILE *file = fopen(path, "re");
	size_t length = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	if (file)
		fclose(file);
	text[length] = 0;
	for (found = strtok_r(text, " \t\n", &rest); found; found = strtok_r(NULL, " \t\n", &rest))
		if (!strcmp(found, word))
			return true;
	return false;
}

/* Who stands at the machine: once a boot. */
static bool asked_at_boot(bool wanted)
{
	if (!wanted && !file_has_word("/proc/cmdline", WORD) && access(BOOT_FILE, F_OK) != 0)
		return false;
	return access(DONE, F_OK) != 0;
}

static bool stays(const char *name)
{
	/* The log tells why the configuration is gone; releases and trust belong to the software. */
	static const char *const kept[] = {".", "..", "releases", "upgrade-trust", "cfglog", "factory-reset"};

	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (!strcmp(name, kept[i]))
			return true;
	return false;
}

/* Keys and certificates go too: they are made anew, and whoever gets the appliance next must not have the old ones. */
static int remove_state(void)
{
	DIR *directory = opendir(PATH_STATE_DIRECTORY);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	while (!error && (entry = readdir(directory))) {
		char path[RELEASE_PATH_MAX];

		if (stays(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", PATH_STATE_DIRECTORY, entry->d_name);
		error = release_remove_tree(path);
	}
	closedir(directory);
	return error ? error : sync_state();
}

static void mark_done(void)
{
	int fd;

	if (unlink(BOOT_FILE) && errno != ENOENT)
		qb_log(LOG_WARNING, "%s cannot be removed, and resets at every start: %s", BOOT_FILE,
		       strerror(errno));
	fd = open(DONE, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
}

int factory_reset_if_asked(bool wanted)
{
	bool at_boot = asked_at_boot(wanted), asked = access(PATH_FACTORY_RESET, F_OK) == 0;
	int error;

	if (!at_boot && !asked)
		return 0;
	qb_log(LOG_WARNING, "resetting to factory defaults");
	error = remove_state();
	if (!error && asked && file_has_word(PATH_FACTORY_RESET, "system"))
		error = release_forget_all(PATH_RELEASES);
	if (!error && asked && unlink(PATH_FACTORY_RESET))
		error = -errno;
	if (!error)
		error = sync_state();
	if (!error && at_boot)
		mark_done();
	return error;
}
