/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/restart.h"
#include "lib/log.h"
#include "lib/paths.h"
#include "mgmt/mgmtd/engine/child.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The parent's number too: a variable alone may be left over from another supervisor. */
bool restart_is_possible(void)
{
	const char *supervisor = getenv("HADRIAN_SUPERVISOR");

	return supervisor && strtol(supervisor, NULL, 10) == (long)getppid();
}

int restart_node(void)
{
	if (!restart_is_possible())
		return -ENOTSUP;
	return kill(getppid(), SIGHUP) ? -errno : 0;
}

void restart_report(const char *reason)
{
	static bool reported;
	char text[256];
	int error;

	if (reported || !restart_is_possible())
		return;
	snprintf(text, sizeof(text), "%s%.200s\n", reason ? "failed " : "ok", reason ? reason : "");
	error = child_write(PATH_CONFIGURED, text);
	if (error)
		qb_log(LOG_ERR, "the supervisor cannot be told (%s): %s", PATH_CONFIGURED, strerror(-error));
	reported = !error;
}

void restart_take_note(struct cfglog *log)
{
	char text[512];
	FILE *file = fopen(PATH_START_NOTE, "re");
	bool line = file && fgets(text, sizeof(text), file);

	if (file)
		fclose(file);
	if (!line)
		return;
	text[strcspn(text, "\n")] = 0;
	cfglog_write(log, "Error", "%s", text);
	unlink(PATH_START_NOTE);
}
