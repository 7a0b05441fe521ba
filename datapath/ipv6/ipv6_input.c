/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv6/ipv6_classify.h"

/* IPv6 packets from the wire; data starts at the IP header. */
enum { NEXT_FLOW, NEXT_HANDOVER, NEXT_DROP, NEXT_CONTROL, NEXT_FRAGMENT };

/* What ipv6_classify does not let through: discovery is among it, since it concerns no flow. */
static rte_edge_t refuse(struct worker_state *state, struct rte_mbuf *mbuf, enum counter reason)
{
	if (ipv6_is_discovery(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf)) &&
	    !state->drop_ipv6) {
		packet_of(mbuf)->kind = PACKET_DISCOVERY;
		return NEXT_CONTROL;
	}
	count(state, reason, 1);
	return reason == COUNTER_FRAGMENT_RECEIVED ? NEXT_FRAGMENT : NEXT_DROP;
}

static rte_edge_t input_one(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	uint16_t port = datapath.port_of_interface[packet->interface];
	enum counter reason;

	/* Without an address of its own an interface has no IPv6 (C05-011). */
	if (unlikely(port >= LOGICAL_PORTS_MAX || !state->ports[port].ipv6)) {
		count(state, COUNTER_DROP_IPV6_DISABLED, 1);
		return NEXT_DROP;
	}
	reason = ipv6_classify(state, mbuf, packet->interface);
	if (unlikely(reason != COUNTER_COUNT))
		return refuse(state, mbuf, reason);
	return ipv6_owned_elsewhere(state, mbuf) ? NEXT_HANDOVER : NEXT_FLOW;
}

static uint16_t ipv6_input(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_FLOW);

	for (unsigned i = 0; i < number; i++) {
		rte_edge_t next = input_one(state, objects[i]);

		if (unlikely(next != NEXT_FLOW))
			vector_divert(&vector, i, next);
	}
	vector_end(&vector);
	return number;
}

static struct rte_node_register node = {
    .name = "ipv6_input",
    .process = ipv6_input,
    .init = worker_node_init,
    .nb_edges = 5,
    .next_nodes = {[NEXT_FLOW] = "ipv6_lookup",
                   [NEXT_HANDOVER] = "handover",
                   [NEXT_DROP] = "drop",
                   [NEXT_CONTROL] = "to_control",
                   [NEXT_FRAGMENT] = "fragment_input"},
};
RTE_NODE_REGISTER(node)
