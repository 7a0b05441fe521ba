/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/timer.h"

static void on_expired(void *data)
{
	struct timer *timer = data;

	timer->handle = 0;
	timer->expired(timer->user);
}

int timer_start(struct timer *timer, qb_loop_t *loop, enum qb_loop_priority priority, uint64_t ns, void *user,
                void (*expired)(void *user))
{
	int error;

	timer_stop(timer);
	*timer = (struct timer){.loop = loop, .expired = expired, .user = user};
	error = qb_loop_timer_add(loop, priority, ns, timer, on_expired, &timer->handle);
	if (error)
		timer->handle = 0;
	return error;
}

void timer_stop(struct timer *timer)
{
	if (timer->handle)
		qb_loop_timer_del(timer->loop, timer->handle);
	timer->handle = 0;
}
