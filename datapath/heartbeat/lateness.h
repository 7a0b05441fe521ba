/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_LATENESS_H
#define DATAPATH_HEARTBEAT_LATENESS_H

/*
 * How far apart the peer's heartbeats came on an interface lately. It counts from when this node heard one to when it heard the next,
 * so it holds the lateness of whoever was late: the sender, the way, or this node's own thread (C22-023). Pure; times in nanoseconds
 * of any clock that only grows.
 */

#include <stdint.h>

#define LATENESS_WINDOW_NS 30000000000ULL /* a gap counts for one or two of these */

struct lateness {
	uint64_t heard;           /* the last heartbeat, 0: none yet */
	uint64_t window;          /* when the present window began */
	uint64_t gap, gap_before; /* the longest of this window and of the one before */
};

void lateness_hear(struct lateness *lateness, uint64_t now);
/* Forgets all: what was silent, or is another, is measured anew. */
void lateness_restart(struct lateness *lateness);
/* 0: none was measured. */
uint64_t lateness_longest(const struct lateness *lateness);

#endif
