/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_LATENESS_H
#define DATAPATH_HEARTBEAT_LATENESS_H

/*
 * How far apart the peer's heartbeats came on an interface lately (C22-023). It counts from when this node heard one to when it heard
 * the next, so it holds the lateness of the sender and of the way; of this node's own thread only what the judge does not excuse.
 * Pure; times in nanoseconds of any clock that only grows.
 */

#include <stdint.h>

/* What was late once may be so much later another time. */
#define LATENESS_GAPS      4
#define LATENESS_WINDOW_NS 30000000000ULL /* a gap counts for one or two of these */

struct lateness {
	uint64_t heard;           /* the last heartbeat, 0: none yet */
	uint64_t window;          /* when the present window began */
	uint64_t gap, gap_before; /* the longest of this window and of the one before */
};

void lateness_hear(struct lateness *lateness, uint64_t now);
/* This node's thread did not run from `from` to `until`: that is no lateness of what it could not hear. */
void lateness_excuse(struct lateness *lateness, uint64_t from, uint64_t until);
/* Forgets all: what was silent, or is another, is measured anew. */
void lateness_restart(struct lateness *lateness);
/* 0: none was measured. */
uint64_t lateness_longest(const struct lateness *lateness);

#endif
