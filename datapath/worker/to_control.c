/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/state.h"

/* Hands packets to the control thread; packet.kind says why. */
static uint16_t to_control(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	unsigned taken = rte_ring_sp_enqueue_burst(state->worker->to_control, objects, number, NULL);

	(void)graph;
	if (taken < number) {
		count(state, COUNTER_DROP_CONTROL_QUEUE, number - taken);
		rte_pktmbuf_free_bulk((struct rte_mbuf **)&objects[taken], number - taken);
	}
	control_wake();
	return number;
}

static struct rte_node_register node = {
    .name = "to_control", .process = to_control, .init = worker_node_init};
RTE_NODE_REGISTER(node)
