/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "system/start.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "system/release_store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIGURATION PATH_STATE_DIRECTORY "/config.json"
/* As it was before the trial: a new release may have written one that the old one does not understand. */
#define CONFIGURATION_BEFORE PATH_STATE_DIRECTORY "/config.json.trial"

static void leave_note(const char *note)
{
	FILE *file = fopen(PATH_START_NOTE, "we");

	qb_log(LOG_WARNING, "%s", note);
	if (file && fprintf(file, "%s\n", note) < 0)
		qb_log(LOG_ERR, "the note for the administrator is lost (%s)", PATH_START_NOTE);
	if (file)
		fclose(file);
}

static void keep_configuration(void)
{
	unlink(CONFIGURATION_BEFORE);
	if (link(CONFIGURATION, CONFIGURATION_BEFORE) && errno != ENOENT)
		qb_log(LOG_ERR, "the configuration cannot be kept for a way back: %s", strerror(errno));
}

static void restore_configuration(void)
{
	if (rename(CONFIGURATION_BEFORE, CONFIGURATION) && errno != ENOENT)
		qb_log(LOG_ERR, "the configuration from before the upgrade cannot be brought back: %s",
		       strerror(errno));
}

static int mount_release(const char *path)
{
	while (!umount2(PATH_RELEASE, MNT_DETACH))
		;
	if (mkdir(PATH_RELEASE, 0755) && errno != EEXIST)
		return -errno;
	if (mount(path, PATH_RELEASE, NULL, MS_BIND, NULL))
		return -errno;
	if (mount(NULL, PATH_RELEASE, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL))
		qb_log(LOG_WARNING, "%s is not read-only: %s", PATH_RELEASE, strerror(errno));
	return 0;
}

static void tell_daemons(const struct release_choice *choice)
{
	char version[RELEASE_VERSION_MAX] = "", supervisor[16];

	snprintf(supervisor, sizeof(supervisor), "%d", (int)getpid());
	setenv("HADRIAN_SUPERVISOR", supervisor, 1);
	setenv("HADRIAN_SCHEMA_DIR", PATH_RELEASE "/share/hadrian/schema", 1);
	setenv("HADRIAN_MIB_DIR", PATH_RELEASE "/share/hadrian/mibs", 1);
	setenv("HADRIAN_CGI_DIR", PATH_RELEASE "/libexec/hadrian/cgi", 1);
	setenv("HADRIAN_CLOCK", PATH_RELEASE "/sbin/hadrian-clock", 1);
	setenv("HADRIAN_LOG", PATH_RELEASE "/sbin/hadrian-log", 1);
	setenv("HADRIAN_RADIUS", PATH_RELEASE "/sbin/hadrian-radius", 1);
	setenv("HADRIAN_SSHD", PATH_RELEASE "/sbin/hadrian-sshd", 1);
	setenv("HADRIAN_CLI", PATH_RELEASE "/bin/hadrian", 1);
	setenv("HADRIAN_SCP", PATH_RELEASE "/bin/hadrian-scp", 1);
	if (choice->trial)
		setenv("HADRIAN_TRIAL", "yes", 1);
	else
		unsetenv("HADRIAN_TRIAL");
	if (release_version_of(PATH_RELEASE, version))
		unsetenv("HADRIAN_RELEASE");
	else
		setenv("HADRIAN_RELEASE", version, 1);
}

/* Where the trial cannot be written down it does not begin: it could not end either. */
static void begin_trial(struct release_choice *choice)
{
	char note[256];
	int error;

	if (choice->starts == 1)
		keep_configuration();
	error = release_try(PATH_RELEASES, choice->version, choice->starts);
	if (!error)
		return;
	snprintf(note, sizeof(note), "the start cannot be written down: %s", strerror(-error));
	start_give_up(choice, note);
	choice->trial = false;
}

int start_folders(void)
{
	if ((mkdir(PATH_RUN_DIRECTORY, 0755) && errno != EEXIST) || chmod(PATH_RUN_DIRECTORY, 0755))
		return -errno;
	if ((mkdir(PATH_STATE_DIRECTORY, 0700) && errno != EEXIST) ||
	    (mkdir(PATH_RELEASES, 0700) && errno != EEXIST))
		return -errno;
	return 0;
}

static void choose(struct release_choice *out)
{
	struct release_state state;

	release_load(PATH_RELEASES, &state);
	release_choose(&state, out);
	if (out->end_trial) {
		if (strcmp(state.trying, state.current) != 0)
			restore_configuration();
		release_end_trial(PATH_RELEASES);
	}
	if (out->note[0])
		leave_note(out->note);
}

int start_prepare(const char *base, struct release_choice *out)
{
	char path[RELEASE_PATH_MAX];
	int error;

	if (unlink(PATH_CONFIGURED) && errno != ENOENT)
		return -errno;
	choose(out);
	if (out->trial) {
		begin_trial(out);
		if (!out->trial)
			choose(out);
	}
	snprintf(path, sizeof(path), "%s/%s", PATH_RELEASES, out->version);
	error = mount_release(out->version[0] ? path : base);
	if (error && out->version[0]) {
		qb_log(LOG_ERR, "%s cannot be mounted: %s", path, strerror(-error));
		error = mount_release(base);
	}
	tell_daemons(out);
	qb_log(LOG_INFO, "starting release %s%s", out->version[0] ? out->version : "as delivered",
	       out->trial ? ", on trial" : "");
	return error;
}

void start_confirm(const struct release_choice *choice)
{
	char note[128];
	int error = release_confirm(PATH_RELEASES, choice->version);

	if (!error)
		error = release_clean(PATH_RELEASES, NULL);
	unlink(CONFIGURATION_BEFORE);
	if (error)
		qb_log(LOG_ERR, "release %s came up, but is not kept: %s", choice->version, strerror(-error));
	snprintf(note, sizeof(note), "Release %s came up and is kept.", choice->version);
	qb_log(LOG_NOTICE, "%s", note);
}

void start_give_up(const struct release_choice *choice, const char *reason)
{
	char note[RELEASE_VERSION_MAX + 400];
	int error = release_end_trial(PATH_RELEASES);

	restore_configuration();
	snprintf(note, sizeof(note), "Release %s did not come up (%s): the release before it runs again.",
	         choice->version, reason);
	leave_note(note);
	if (error)
		qb_log(LOG_CRIT, "the trial of release %s cannot be ended: %s", choice->version,
		       strerror(-error));
}

enum start_result start_result(char reason[256])
{
	char text[256] = "";
	FILE *file = fopen(PATH_CONFIGURED, "re");
	bool line = file && fgets(text, sizeof(text), file);

	if (file)
		fclose(file);
	if (!line || !strchr(text, '\n'))
		return START_UNKNOWN; /* or it is being written just now */
	text[strcspn(text, "\n")] = 0;
	if (!strcmp(text, "ok"))
		return START_OK;
	snprintf(reason, 256, "%s", !strncmp(text, "failed ", 7) ? text + 7 : text);
	return START_FAILED;
}
