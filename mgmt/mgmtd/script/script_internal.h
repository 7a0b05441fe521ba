/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCRIPT_INTERNAL_H
#define MGMT_MGMTD_SCRIPT_INTERNAL_H

/* Scripts that run in a session, those that they run above them. Of this folder alone. */

#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/mgmtd/script/script_output.h"
#include "mgmt/mgmtd/script/script_run.h"

struct frame {
	char name[SCRIPT_NAME_MAX];
	char *text; /* expanded: its lines end with NUL */
	size_t length, at;
	unsigned line;
	bool force, verbose;
	const struct object_type *context_type; /* where the script was started */
	char context_path[OBJECT_PATH];
	FILE *report; /* of what its lines print; NULL: the session is shown it */
	char *reported;
	size_t reported_length;
	script_done done;
};

struct script_run {
	struct frame frames[SCRIPT_DEPTH_MAX];
	unsigned depth;
	int first_error;
	struct script_output output;
	unsigned running_line; /* of the line that runs */
	char running_name[SCRIPT_NAME_MAX];
	bool force, verbose; /* of the line that runs */
	bool inside;         /* a line is being run, so its end is seen when it returns */
	bool ended;          /* ... and it has ended though it said that it waits */
	int ended_error;
	bool paused; /* a slice is over; the loop goes on with the next one */
	bool broken; /* by Ctrl-C: nothing is reported */
};

/* Runs the lines that follow, until one waits. Returns like script_start. */
int script_advance(struct session *session);

#endif
