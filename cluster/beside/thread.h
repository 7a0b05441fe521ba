/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_BESIDE_THREAD_H
#define CLUSTER_BESIDE_THREAD_H

/*
 * A thread beside the loop, for a library that waits for its daemon (Corosync's do): the loop and the thread wake each
 * other, and the end of the process does not wait for a thread that the library holds.
 */

#include <pthread.h>
#include <qb/qbloop.h>
#include <stdatomic.h>
#include <stdbool.h>

struct beside_thread {
	qb_loop_t *loop;
	void (*run)(void *user);
	void (*woken)(void *user);
	void *user;
	_Atomic bool stop;
	int loop_wake, thread_wake; /* eventfds */
	pthread_t thread;
};

/*
 * Starts a thread on which run is called; woken is called on the loop's thread after each beside_wake_loop, once for
 * several. The thread takes no signal. user and *thread live until beside_end returns true. Returns 0 or -errno: then
 * there is nothing to end. Loop's thread.
 */
int beside_start(struct beside_thread *thread, qb_loop_t *loop, void (*run)(void *user),
                 void (*woken)(void *user), void *user);
/*
 * Asks run to return, and waits for that a second at most. woken is not called any more. False where the library holds
 * the thread: it may go on, so what it uses must stay. Loop's thread.
 */
bool beside_end(struct beside_thread *thread);

/* Has woken called. Any thread. */
void beside_wake_loop(struct beside_thread *thread);
/* Ends the thread's beside_wait, the next one where it does not wait now. Any thread. */
void beside_wake(struct beside_thread *thread);
/* Whether run is to return. Any thread. */
bool beside_stopping(const struct beside_thread *thread);
/*
 * Waits for beside_wake or for fd (-1: none) to be readable, timeout milliseconds at most (-1: for ever). Returns 1 where
 * fd is readable or has failed, 0 where it is not, -errno. On the thread.
 */
int beside_wait(struct beside_thread *thread, int fd, int timeout);

#endif
