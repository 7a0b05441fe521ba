/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/release_store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OPEN_FOLDERS 16

static int path_of(char path[RELEASE_PATH_MAX], const char *folder, const char *name)
{
	return snprintf(path, RELEASE_PATH_MAX, "%s/%s", folder, name) < RELEASE_PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* A rename or an unlink is durable only when its folder is. */
static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = fd < 0 || fsync(fd) ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

bool release_is_complete(const char *path)
{
	static const char *const needed[] = {"sbin/hadrian-mgmtd",    "sbin/hadrian-clusterd",
	                                     "sbin/hadrian-datapath", "sbin/hadrian-upgrade",
	                                     "bin/hadrian",           "share/hadrian/version"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		char file[RELEASE_PATH_MAX];
		struct stat status;

		if (path_of(file, path, needed[i]) || lstat(file, &status) || !S_ISREG(status.st_mode))
			return false;
	}
	return true;
}

static bool is_complete(const char *folder, const char *version)
{
	char path[RELEASE_PATH_MAX];

	return version[0] && !path_of(path, folder, version) && release_is_complete(path);
}

static void read_current(const char *folder, char version[RELEASE_VERSION_MAX])
{
	char path[RELEASE_PATH_MAX], target[RELEASE_VERSION_MAX];
	ssize_t length = path_of(path, folder, "current") ? -1 : readlink(path, target, sizeof(target) - 1);

	version[0] = 0;
	if (length < 0)
		return;
	target[length] = 0;
	if (release_version_is_valid(target))
		strcpy(version, target);
}

/* A mark that makes no sense is the mark of a release that cannot be started. */
static void read_trying(const char *folder, struct release_state *out)
{
	char path[RELEASE_PATH_MAX], version[RELEASE_VERSION_MAX];
	FILE *file = path_of(path, folder, "trying") ? NULL : fopen(path, "re");

	if (!file)
		return;
	if (fscanf(file, "%63s %9u", version, &out->starts) == 2 && release_version_is_valid(version))
		strcpy(out->trying, version);
	fclose(file);
}

void release_load(const char *folder, struct release_state *out)
{
	*out = (struct release_state){0};
	read_current(folder, out->current);
	read_trying(folder, out);
	out->current_complete = is_complete(folder, out->current);
	out->trying_complete = is_complete(folder, out->trying);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t length = strlen(text);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, length) != (ssize_t)length || fsync(fd))
		error = errno ? -errno : -EIO;
	close(fd);
	return error;
}

int release_try(const char *folder, const char *version, unsigned starts)
{
	char fresh[RELEASE_PATH_MAX], path[RELEASE_PATH_MAX], text[RELEASE_VERSION_MAX + 16];
	int error = path_of(fresh, folder, "trying.new");

	if (!error)
		error = path_of(path, folder, "trying");
	snprintf(text, sizeof(text), "%s %u\n", version, starts);
	if (!error)
		error = write_file(fresh, text);
	if (!error && rename(fresh, path))
		error = -errno;
	return error ? error : sync_folder(folder);
}

static int remove_name(const char *folder, const char *name)
{
	char path[RELEASE_PATH_MAX];
	int error = path_of(path, folder, name);

	return error ? error : unlink(path) && errno != ENOENT ? -errno : 0;
}

int release_end_trial(const char *folder)
{
	int error = remove_name(folder, "trying");

	return error ? error : sync_folder(folder);
}

int release_confirm(const char *folder, const char *version)
{
	char fresh[RELEASE_PATH_MAX], path[RELEASE_PATH_MAX];
	int error = path_of(fresh, folder, "current.new");

	if (!error)
		error = path_of(path, folder, "current");
	if (!error)
		error = remove_name(folder, "current.new");
	if (!error && (symlink(version, fresh) || rename(fresh, path)))
		error = -errno;
	if (!error)
		error = sync_folder(folder);
	return error ? error : release_end_trial(folder);
}

int release_forget_all(const char *folder)
{
	int error = remove_name(folder, "trying");

	if (!error)
		error = remove_name(folder, "current");
	if (error)
		return error == -ENOTDIR ? 0 : error;
	error = release_clean(folder, NULL);
	return error == -ENOENT ? 0 : error;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	(void)status;
	(void)kind;
	(void)where;
	return remove(path) ? -errno : 0;
}

int release_remove_tree(const char *path)
{
	struct stat status;
	int error;

	if (lstat(path, &status))
		return errno == ENOENT ? 0 : -errno;
	error = nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
	return error == -1 ? -errno : error;
}

int release_adopt(const char *folder, const char *version)
{
	char incoming[RELEASE_PATH_MAX], path[RELEASE_PATH_MAX];
	int error = release_version_is_valid(version) ? path_of(path, folder, version) : -EINVAL;

	if (!error)
		error = path_of(incoming, folder, RELEASE_INCOMING);
	if (!error)
		error = release_remove_tree(path);
	if (!error && rename(incoming, path))
		error = -errno;
	return error ? error : sync_folder(folder);
}

static bool keeps(const char *name, const char *version)
{
	size_t length = version ? strlen(version) : 0;

	return length && !strncmp(name, version, length) && (!name[length] || !strcmp(name + length, ".upg"));
}

int release_clean(const char *folder, const char *keep)
{
	char current[RELEASE_VERSION_MAX];
	DIR *directory = opendir(folder);
	struct dirent *entry;
	int error = 0;

	if (!directory)
		return -errno;
	read_current(folder, current);
	while (!error && (entry = readdir(directory))) {
		char path[RELEASE_PATH_MAX];

		if (!strchr("0123456789", entry->d_name[0]) || keeps(entry->d_name, current) ||
		    keeps(entry->d_name, keep))
			continue;
		error = path_of(path, folder, entry->d_name);
		if (!error)
			error = release_remove_tree(path);
	}
	closedir(directory);
	return error ? error : sync_folder(folder);
}

int release_version_of(const char *path, char version[RELEASE_VERSION_MAX])
{
	char file[RELEASE_PATH_MAX], text[RELEASE_VERSION_MAX];
	FILE *in = path_of(file, path, "share/hadrian/version") ? NULL : fopen(file, "re");
	int error = in ? 0 : -ENOENT;

	if (in && (fscanf(in, "%63s", text) != 1 || !release_version_is_valid(text)))
		error = -EBADMSG;
	if (in)
		fclose(in);
	if (!error)
		strcpy(version, text);
	return error;
}
