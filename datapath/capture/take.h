/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CAPTURE_TAKE_H
#define DATAPATH_CAPTURE_TAKE_H

/* Captures as workers see them: a table that the control thread swaps under RCU, as policies are. */

#include "datapath/capture/ring.h"
#include "datapath/worker/state.h"

#define CAPTURES_MAX PORTS_MAX

struct capture {
	uint32_t id;
	uint16_t interface;
	uint32_t length; /* bytes of a packet that are wanted at most */
	struct capture_filter filter;
	uint64_t lost[WORKERS_MAX]; /* each worker writes its own, others read */
};

struct capture_table {
	struct capture_ring *ring[WORKERS_MAX];
	uint32_t count;
	struct capture *capture[CAPTURES_MAX];
};

/*
 * Copies what matches of a burst that was received by, or is being sent from, an interface. Worker thread, where
 * state->captures is not NULL. In place of the time records have the cycle counter.
 */
void capture_take(struct worker_state *state, uint16_t interface, struct rte_mbuf *const *packets,
                  uint16_t number, bool sent);

#endif
