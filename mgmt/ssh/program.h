/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_SSH_PROGRAM_H
#define MGMT_SSH_PROGRAM_H

/* The program of a session (hadrian, hadrian-scp), on a terminal or on pipes. */

#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/types.h>

struct program {
	pid_t pid;
	int in, out,
	    error; /* not blocking; -1 once closed; of a terminal in and out are alike, and error is -1 */
};

struct program_start {
	int executable;   /* opened with O_PATH: the user may not be able to reach its folder */
	const char *name; /* that it is started under */
	int session;      /* the connection to hadrian-mgmtd that is logged in */
	bool terminal;
	struct winsize size;
	const char *term;    /* of the terminal */
	const char *command; /* NULL: interactive, or commands from the input */
};

/* Returns 0 or -errno. */
int program_start(const struct program_start *start, struct program *out);
/* Closes what is left, ends it where it still runs, and waits. Returns its exit code (128 + signal). */
int program_end(struct program *program, bool hang_up);
/* Closes its input: the end of a file, or ^D on a terminal. */
void program_end_input(struct program *program);
/* TERM as a client sent it, where it is a plain word; else "dumb". Pure. */
const char *program_term(const char *term);

#endif
