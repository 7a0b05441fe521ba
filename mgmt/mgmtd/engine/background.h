/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_BACKGROUND_H
#define MGMT_MGMTD_BACKGROUND_H

/*
 * Work that may take as long as a dead medium makes it take, off the loop: one piece after the other, each on a thread of
 * its own. Runs on the loop's thread but for the work.
 */

#include <pthread.h>
#include <qb/qbloop.h>
#include <stdbool.h>

struct background;

/* On the thread; nobody else touches work meanwhile. */
typedef void (*background_run)(void *work);
/* On the loop, once it has run: work is the callee's again. The next piece may be started. */
typedef void (*background_ended)(void *user, void *work);

/* Returns 0 or -errno. *out is the caller's. */
int background_create(qb_loop_t *loop, background_run run, background_ended ended, void *user,
                      struct background **out);
/* NULL is fine. Work under way is left to its thread, which may hang as long as the process lives, and is told no more. */
void background_destroy(struct background *background);

bool background_is_busy(const struct background *background);
/* Where it is not busy. Returns 0, or -errno: then work is still the caller's. */
int background_start(struct background *background, void *work);

/* A thread that takes no signals, which are the loop's. detached: it is joined by nobody. Returns 0 or -errno. */
int thread_start(pthread_t *thread, bool detached, void *(*run)(void *user), void *user);

#endif
