/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_forward.h"
#include "datapath/tcp/segment.h"

#include <stddef.h>

/* Does to packets what was decided for their flow. */

/* Of tcp_flags and flags in one word: what is no plain segment, and any flag. */
#define PARSED_SPECIAL (0xff00 | RTE_TCP_SYN_FLAG | RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG)
_Static_assert(offsetof(struct parsed, flags) == offsetof(struct parsed, tcp_flags) + 1, "one word");

/* Anything but transit of an established flow with a known neighbour. */
static __rte_always_inline bool is_special(const struct worker_state *state,
                                           const struct flow_direction *direction, struct rte_mbuf *mbuf,
                                           uint64_t link, bool ipv6)
{
	uint16_t flags;

	memcpy(&flags, (const uint8_t *)parsed_of(mbuf) + offsetof(struct parsed, tcp_flags), sizeof(flags));
	return direction->epoch != state->epoch || direction->flags & state->divert_flags ||
	       flags & PARSED_SPECIAL || forward_hops(mbuf, ipv6) <= 1 ||
	       rte_pktmbuf_pkt_len(mbuf) > direction->mtu || !(link & ADJACENCY_RESOLVED);
}

/*
 * Whether a plain segment has numbers that its flow expects (C07-017); who fails is judged again at leisure. Inlined it
 * would take registers from all that is no TCP: nine instructions a packet.
 */
static __rte_noinline bool is_in_sequence(struct flow *flow, struct rte_mbuf *mbuf, bool ipv6)
{
	unsigned direction = packet_of(mbuf)->direction;

	return tcp_sequence_pass(&flow->direction[direction], &flow->direction[!direction],
	                         tcp_header(mbuf, ipv6), parsed_of(mbuf)->payload_length);
}

static __rte_always_inline rte_edge_t forward_one(struct worker_state *state, struct rte_mbuf *mbuf,
                                                  bool ipv6)
{
	struct packet *packet = packet_of(mbuf);
	struct flow *flow = flow_at(state->flows, packet->flow);
	struct flow_direction *direction = &flow->direction[packet->direction];
	uint64_t link = adjacency_link(direction->adjacency);
	const struct worker_port *port;

	if (unlikely(is_special(state, direction, mbuf, link, ipv6)))
		return flow_forward_special(state, mbuf);
	if (direction->flags & DIRECTION_SEQUENCE && unlikely(!is_in_sequence(flow, mbuf, ipv6)))
		return flow_forward_special(state, mbuf);
	forward_account(state, direction, mbuf);
	if (!ipv6 && direction->translation != NAT_NONE)
		nat_translate(direction, rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *));
	forward_hop(state, mbuf, ipv6);
	port = &state->ports[direction->port];
	mbuf->port = direction->port;
	ethernet_push(mbuf, link, direction->flags & DIRECTION_SHARED_MAC ? port->shared_source : port->mac,
	              ipv6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4));
	return FORWARD_TRANSMIT;
}

static __rte_always_inline uint16_t forward(struct rte_graph *graph, struct rte_node *node, void **objects,
                                            uint16_t number, bool ipv6)
{
	struct worker_state *state = node_state(node);
	struct vector vector = vector_begin(graph, node, objects, number, FORWARD_TRANSMIT);

	for (unsigned i = 0; i < number; i++) {
		rte_edge_t next = forward_one(state, objects[i], ipv6);

		if (unlikely(next != FORWARD_TRANSMIT))
			vector_divert(&vector, i, next);
	}
	vector_end(&vector);
	if (unlikely(state->made_count)) {
		rte_node_enqueue(graph, node, FORWARD_SETUP, (void **)state->made, state->made_count);
		state->made_count = 0;
	}
	return number;
}

static uint16_t flow_forward(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	return forward(graph, node, objects, number, false);
}

static uint16_t ipv6_forward(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	return forward(graph, node, objects, number, true);
}

static struct rte_node_register ipv4_node = {
    .name = "flow_forward",
    .process = flow_forward,
    .init = worker_node_init,
    .nb_edges = 6,
    .next_nodes =
        {
            [FORWARD_TRANSMIT] = "transmit",
            [FORWARD_CONTROL] = "to_control",
            [FORWARD_SETUP] = "flow_setup",
            [FORWARD_ERROR] = "icmp_error",
            [FORWARD_DROP] = "drop",
            [FORWARD_FRAGMENT] = "fragment",
        },
};
RTE_NODE_REGISTER(ipv4_node)

static struct rte_node_register ipv6_node = {
    .name = "ipv6_forward",
    .process = ipv6_forward,
    .init = worker_node_init,
    .nb_edges = 6,
    .next_nodes =
        {
            [FORWARD_TRANSMIT] = "transmit",
            [FORWARD_CONTROL] = "to_control",
            [FORWARD_SETUP] = "flow_setup",
            [FORWARD_ERROR] = "icmpv6_error",
            [FORWARD_DROP] = "drop",
            [FORWARD_FRAGMENT] = "fragment",
        },
};
RTE_NODE_REGISTER(ipv6_node)
