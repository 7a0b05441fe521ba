/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

/* A clock that goes on while the machine sleeps and that nobody sets. Any thread. */

#include <stdint.h>
#include <time.h>

/* Milliseconds; never 0. */
static inline uint64_t clock_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000 + 1;
}

/* Microseconds, of which only the low 32 bits are there: to measure minutes with. Never 0, so that 0 can stand for no time. */
static inline uint32_t clock_stamp(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint32_t)((uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000) | 1;
}

#endif
