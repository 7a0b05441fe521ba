/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MONITOR_CURE_H
#define DATAPATH_MONITOR_CURE_H

/*
 * When an inactive node whose own interface is faulty restarts its datapath to cure it (C22-030): after CURE_AFTER_S of a
 * fault that goes on, and then less and less often, so that what a restart does not cure is no loop. Restarts are
 * remembered in a file, which ends with the system. Knows no interface. One thread.
 */

#include <stdbool.h>
#include <stdint.h>

#define CURE_AFTER_S 30
#define CURE_FIRST_S 600   /* between the first restart and the second; each time twice as long */
#define CURE_LAST_S  21600 /* never longer */

/* What was done. All zero: nothing yet. */
struct cure_past {
	uint64_t last_s; /* CLOCK_BOOTTIME */
	uint32_t count;
};

/* Seconds that must lie between the last restart and the next. Pure. */
uint64_t cure_distance(const struct cure_past *past);
/*
 * Whether it is time. since_s is when the fault began on this inactive node, 0: there is none; times are CLOCK_BOOTTIME. A past
 * in the future is another system's. Pure.
 */
bool cure_due(const struct cure_past *past, uint64_t since_s, uint64_t now_s);

/* Reads what was done from a file; what is no such file is nothing. */
struct cure_past cure_read(const char *path);
/* Counts one restart more at the time now. Returns 0, or -errno: then nobody would remember it. */
int cure_remember(const char *path, const struct cure_past *past, uint64_t now_s);

#endif
