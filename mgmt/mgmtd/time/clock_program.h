/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CLOCK_PROGRAM_H
#define MGMT_MGMTD_CLOCK_PROGRAM_H

/* A program that says something on its standard error and ends. Runs on the loop's thread, and never waits. */

#include <qb/qbloop.h>
#include <stddef.h>
#include <sys/types.h>

#define CLOCK_TEXT_MAX 2048

struct clock_program {
	qb_loop_t *loop;
	pid_t pid; /* 0: none runs */
	int fd;    /* what it says, -1: it has closed that */
	int status;
	size_t length;
	char text[CLOCK_TEXT_MAX]; /* what comes after that is lost */
	/* It has ended; status as of waitpid(2). */
	void (*done)(struct clock_program *program);
	void *user;
};

/* Starts arguments[0]; identity: user and group that it becomes, without any privilege, or 0 to leave both. */
int clock_program_start(struct clock_program *program, char *const arguments[], uid_t identity);
/* Ends it, where it runs; done is not called. */
void clock_program_end(struct clock_program *program);
/* A child of mgmtd has ended, this one perhaps. */
void clock_program_reap(struct clock_program *program);

#endif
