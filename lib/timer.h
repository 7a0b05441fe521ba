/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_TIMER_H
#define LIB_TIMER_H

/*
 * A timer of libqb's loop that knows whether it runs. Zeroed it does not. It belongs to whoever has it in a structure of
 * his, which stays where it is while the timer runs. All of it on the thread of the loop.
 */

#include <qb/qbloop.h>
#include <stdbool.h>
#include <stdint.h>

struct timer {
	qb_loop_t *loop;
	qb_loop_timer_handle handle; /* 0: it does not run */
	void (*expired)(void *user);
	void *user;
};

/*
 * Calls expired once, ns nanoseconds from now; one that runs begins anew. It runs no more when expired is called, which
 * may start it again, or free it. A negative errno: it does not run.
 */
int timer_start(struct timer *timer, qb_loop_t *loop, enum qb_loop_priority priority, uint64_t ns, void *user,
                void (*expired)(void *user));

static inline bool timer_runs(const struct timer *timer)
{
	return timer->handle != 0;
}

/* Does nothing where it does not run. */
void timer_stop(struct timer *timer);

#endif
