/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_TESTS_CONSOLE_H
#define MGMT_TESTS_CONSOLE_H

/* A command line on an engine without other daemons: predefined objects, nothing committed. Tests of one
 * process. */

#include "mgmt/mgmtd/session/session.h"

struct console {
	struct engine engine;
	struct session session;
	char *text; /* what the last command printed */
	size_t length;
};

/* HADRIAN_SCHEMA_DIR names the schema; state goes into a directory of its own. Aborts the test where that
 * fails. */
void console_open(struct console *console);
void console_close(struct console *console);
/* Runs one line and keeps its output. Returns what the command returned. */
int console_run(struct console *console, const char *line);
/* Runs a line that must succeed. */
void console_ok(struct console *console, const char *line);
/* Runs lines that must succeed, up to a NULL. */
void console_lines(struct console *console, const char *const lines[]);
/* Runs a line that must succeed, and print this text among others. */
void console_says(struct console *console, const char *line, const char *text);
/* Runs a line that must fail, with this text in what it says, and change nothing. */
void console_refused(struct console *console, const char *line, const char *text);
/* What is typed so far must not be fit to be activated, with this text among the reasons. */
void console_wrong(const struct console *console, const char *text);

#endif
