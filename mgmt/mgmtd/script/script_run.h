/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCRIPT_RUN_H
#define MGMT_MGMTD_SCRIPT_RUN_H

/*
 * Running scripts in a session (C02-054..C02-058, C02-063). A line that waits (activate) makes the script
 * wait; long scripts let the loop serve others in between. Runs on the loop's thread.
 */

#include "mgmt/mgmtd/session/session.h"

#define SCRIPT_DEPTH_MAX 5 /* C02-063 */

/* What the lines printed. Prints for the session itself. Returns 0 or -errno, which the script then ends with. */
typedef int (*script_done)(struct session *session, const char *printed, size_t length);

/* arguments[0] is the script's name. */
struct script_order {
	const char *const *arguments;
	size_t count;
	bool force, verbose;
	const char *text; /* its lines; NULL: those of the file of that name */
	script_done
	    done; /* gets all that they print, each with the line above it, once the last has ended; NULL: it is shown */
};

/*
 * Starts a script; where one runs already, it goes on after this one. Every line's variables are looked at
 * before the first line runs. Returns 0, SESSION_WAITS, or -errno after saying why.
 */
int script_start(struct session *session, const struct script_order *order);
/* The command that the script waited for has ended. Returns like script_start. */
int script_command_ended(struct session *session, int error);
/* Nothing of it runs any more once its present line ends (session_end). */
/* Returns whether the script ends by itself at its next turn of the loop; else its command is the caller's to end. */
bool script_break(struct session *session);
/* What the line that runs has printed so far goes to the session, whose file is returned, as far as it is shown there. */
FILE *script_forward(struct session *session);
/* Drops a session's script, if any. */
void script_stop(struct session *session);

#endif
