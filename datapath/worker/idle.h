/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_WORKER_IDLE_H
#define DATAPATH_WORKER_IDLE_H

#include <stdint.h>

/* How a worker waits for packets: it polls on for a moment, then sleeps for longer and longer, up to half a
 * millisecond. */
struct idle {
	uint32_t empty;    /* walks without work since the last with some */
	uint32_t sleep_us; /* the next sleep */
};

/* The worker's thread, once: lets the kernel keep short sleeps short. */
void idle_start(struct idle *idle);
static inline void idle_reset(struct idle *idle)
{
	idle->empty = 0;
}
/* After a walk without work. */
void idle_wait(struct idle *idle);

#endif
