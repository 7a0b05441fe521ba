/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment_judge.h"
#include "datapath/ipv4/ipv4_classify.h"
#include "datapath/ipv6/ipv6_classify.h"

/* Fragments on their way in: to the worker that judges their packet, and from there into its flow. */
enum { NEXT_FLOW, NEXT_HANDOVER, NEXT_DROP, NEXT_ERROR_IPV6 };

/* True where another worker judges it; it has it then. */
static bool pass_on(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	const struct packet *packet = packet_of(mbuf);
	struct fragment fragment;
	unsigned owner;

	if (datapath.worker_count <= 1)
		return false;
	fragment = ip[0] >> 4 == 6 ? fragment_read_ipv6(ip, packet->transport, packet->interface)
	                           : fragment_read_ipv4(ip, packet->interface);
	owner = fragment_owner(fragment_hash(&fragment.key));
	if (owner == state->worker->index)
		return false;
	if (rte_ring_mp_enqueue(datapath.workers[owner]->fragments, mbuf)) {
		count(state, COUNTER_DROP_HANDOVER, 1);
		rte_pktmbuf_free(mbuf);
	}
	return true;
}

static rte_edge_t into_flow(struct worker_state *state, struct rte_mbuf *mbuf)
{
	bool ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6;

	return (ipv6 ? ipv6_owned_elsewhere(state, mbuf) : ipv4_owned_elsewhere(state, mbuf)) ? NEXT_HANDOVER
	                                                                                      : NEXT_FLOW;
}

static uint16_t fragment_input(struct rte_graph *graph, struct rte_node *node, void **objects,
                               uint16_t number)
{
	struct worker_state *state = node_state(node);

	for (uint16_t i = 0; i < number; i++) {
		struct rte_mbuf *mbuf = objects[i];
		uint32_t index;

		if (pass_on(state, mbuf))
			continue;
		switch (fragment_judge(state, mbuf, &index)) {
		case FRAGMENT_FORWARD:
			rte_node_enqueue_x1(graph, node, into_flow(state, mbuf), mbuf);
			break;
		case FRAGMENT_ERROR:
			rte_node_enqueue_x1(graph, node, NEXT_ERROR_IPV6, mbuf);
			break;
		case FRAGMENT_DROP:
			rte_node_enqueue_x1(graph, node, NEXT_DROP, mbuf);
			break;
		case FRAGMENT_HELD:
			break;
		}
		while (index && (mbuf = fragment_next(state, index)))
			rte_node_enqueue_x1(graph, node, into_flow(state, mbuf), mbuf);
	}
	return number;
}

static struct rte_node_register node = {
    .name = "fragment_input",
    .process = fragment_input,
    .init = worker_node_init,
    .nb_edges = 4,
    .next_nodes = {[NEXT_FLOW] = "flow_lookup",
                   [NEXT_HANDOVER] = "handover",
                   [NEXT_DROP] = "drop",
                   [NEXT_ERROR_IPV6] = "icmpv6_error"},
};
RTE_NODE_REGISTER(node)
