/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/ipv4_classify.h"
#include "datapath/ipv6/ipv6_classify.h"

/* Packets that Linux sent into a host interface; data starts at the IP header. They come in by "core"
 * (C07-006). */
enum { NEXT_FLOW, NEXT_HANDOVER, NEXT_DROP, NEXT_FRAGMENT };

static uint16_t host_input(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	for (uint16_t i = 0; i < number; i++) {
		struct rte_mbuf *mbuf = objects[i];
		bool ipv6 = *rte_pktmbuf_mtod(mbuf, const uint8_t *) >> 4 == 6;
		enum counter reason = ipv6 ? ipv6_classify(state, mbuf, POLICY_INTERFACE_CORE)
		                           : ipv4_classify(state, mbuf, POLICY_INTERFACE_CORE);
		rte_edge_t next = NEXT_FLOW;

		packet_of(mbuf)->interface = POLICY_INTERFACE_CORE;
		if (reason != COUNTER_COUNT) {
			count(state, reason, 1);
			next = reason == COUNTER_FRAGMENT_RECEIVED ? NEXT_FRAGMENT : NEXT_DROP;
		} else if (ipv6 ? ipv6_owned_elsewhere(state, mbuf) : ipv4_owned_elsewhere(state, mbuf)) {
			next = NEXT_HANDOVER;
		}
		rte_node_enqueue_x1(graph, node, next, mbuf);
	}
	return number;
}

static struct rte_node_register node = {
    .name = "host_input",
    .process = host_input,
    .init = worker_node_init,
    .nb_edges = 4,
    .next_nodes = {[NEXT_FLOW] = "flow_lookup",
                   [NEXT_HANDOVER] = "handover",
                   [NEXT_DROP] = "drop",
                   [NEXT_FRAGMENT] = "fragment_input"},
};
RTE_NODE_REGISTER(node)
