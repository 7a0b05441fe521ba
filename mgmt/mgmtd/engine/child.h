/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CHILD_H
#define MGMT_MGMTD_CHILD_H

/*
 * A daemon that mgmtd runs as its child (lighttpd, hadrian-sshd): started while it is wanted, started again where it
 * ends, the longer after the more often it did. It ends with mgmtd. Runs on the loop's thread.
 */

#include <qb/qbloop.h>
#include <stdbool.h>
#include <sys/types.h>

struct child;

struct child_program {
	const char *path;
	char *const *arguments; /* ends with NULL; the first is the name in the log */
	/* Before each start. Returns 0, or -errno: then it is tried again later. NULL for nothing to do. */
	int (*prepare)(void *user);
	void *user;
};

/* program lives as long as the child. Nothing is started yet. Returns 0 or -errno. */
int child_create(qb_loop_t *loop, const struct child_program *program, struct child **out);
/* Ends it and waits for its end. NULL is fine. */
void child_destroy(struct child *child);

/* It is wanted: started at once where it does not run. */
void child_start(struct child *child);
/* It is wanted with another configuration: ended where it runs, and started again. */
void child_restart(struct child *child);
/* It is not wanted: ended where it runs. */
void child_stop(struct child *child);
/* Sends a signal where it runs. Returns whether it does. */
bool child_signal(const struct child *child, int signal);
/* 0: it does not run. */
pid_t child_pid(const struct child *child);
/* A child of mgmtd has ended (SIGCHLD), this one perhaps. */
void child_reap(struct child *child);

/* Replaces a file's content. Returns 0 or -errno. */
int child_write(const char *path, const char *text);

#endif
