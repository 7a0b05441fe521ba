/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_LANES_H
#define DATAPATH_HEARTBEAT_LANES_H

/* Where workers and the heartbeat thread meet: rings and an atomic, each written by one side. */

#include "datapath/core/datapath.h"

struct heartbeat_lanes {
	/* mbufs, single producer, single consumer, by the worker's index */
	struct rte_ring *to_heartbeat[WORKERS_MAX];
	struct rte_ring *to_worker; /* of the first worker, which sends */
	/*
	 * When this node stops forwarding unless more heartbeats go out, in cycles: the peer may then take over. The
	 * heartbeat thread writes, workers read. UINT64_MAX: never (standalone).
	 */
	_Atomic uint64_t lease_tsc;
	/* The bounds of a hand-over, in microseconds: of this node's judge, and of its own patience; 0: no cluster. */
	_Atomic uint64_t judged_by_at_most_us, judges_by_at_most_us;
	/* For statistics, in microseconds: what this node judges by, what it is judged by, the peer's longest gap lately. */
	_Atomic uint64_t patience_us, judged_by_us, longest_gap_us;
	/* Heartbeats of copies of the peer, which were ignored. */
	_Atomic uint64_t copies;
	/* The heartbeat thread's, as a worker's. */
	struct counters counters __rte_cache_aligned;
};

extern struct heartbeat_lanes heartbeat_lanes;

/* Creates the rings of a worker. Returns 0 or -ENOMEM. Control thread. */
int heartbeat_lanes_create(unsigned worker, int socket);
/* Tells the heartbeat thread that a ring has something for it. Cheap: a system call only where it sleeps. Worker. */
void heartbeat_wake(void);

#endif
