/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/state.h"

/* Frees packets; who sends them here has counted why. */
static uint16_t drop(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	(void)graph, (void)node;
	rte_pktmbuf_free_bulk((struct rte_mbuf **)objects, number);
	return number;
}

static struct rte_node_register node = {.name = "drop", .process = drop, .init = worker_node_init};
RTE_NODE_REGISTER(node)
