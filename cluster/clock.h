/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_CLOCK_H
#define CLUSTER_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds of a clock that goes on while the machine sleeps and that nobody sets; never 0. Any thread. */
static inline uint64_t clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + 1;
}

#endif
