/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/state.h"

/* Packets whose flow another worker owns, by packet.flow_hash. */
static uint16_t handover(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	(void)graph;
	for (uint16_t i = 0; i < number;) {
		unsigned owner = flow_owner(packet_of(objects[i])->flow_hash);
		uint16_t run = 1;
		unsigned taken;

		while (i + run < number && flow_owner(packet_of(objects[i + run])->flow_hash) == owner)
			run++;
		taken = rte_ring_mp_enqueue_burst(datapath.workers[owner]->handover, &objects[i], run, NULL);
		if (taken < run) {
			count(state, COUNTER_DROP_HANDOVER, run - taken);
			rte_pktmbuf_free_bulk((struct rte_mbuf **)&objects[i + taken], run - taken);
		}
		i += run;
	}
	return number;
}

static struct rte_node_register node = {.name = "handover", .process = handover, .init = worker_node_init};
RTE_NODE_REGISTER(node)
