/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/pass_on.h"

/* Hands packets to the control thread; packet.kind says why. */
static uint16_t to_control(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	(void)graph;
	pass_on(state, state->worker->to_control, objects, number);
	control_wake();
	return number;
}

static struct rte_node_register node = {
    .name = "to_control", .process = to_control, .init = worker_node_init};
RTE_NODE_REGISTER(node)
