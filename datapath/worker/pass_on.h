/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_WORKER_PASS_ON_H
#define DATAPATH_WORKER_PASS_ON_H

#include "datapath/worker/state.h"

/* Hands the packets of a node to another thread by a ring that no other worker fills; what has no room there is dropped. Worker. */
static inline void pass_on(struct worker_state *state, struct rte_ring *ring, void **objects, uint16_t number)
{
	unsigned taken = rte_ring_sp_enqueue_burst(ring, objects, number, NULL);

	if (taken < number) {
		count(state, COUNTER_DROP_CONTROL_QUEUE, number - taken);
		rte_pktmbuf_free_bulk((struct rte_mbuf **)&objects[taken], number - taken);
	}
}

#endif
