/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/ipv6/ipv6_output.h"

#include <rte_tcp.h>

/* Does to IPv6 packets what was decided for their flow: flow_forward for the other family. */
enum { NEXT_TRANSMIT, NEXT_CONTROL, NEXT_SETUP, NEXT_ERROR, NEXT_DROP };

static rte_edge_t drop(struct worker_state *state, enum counter reason)
{
	count(state, reason, 1);
	return NEXT_DROP;
}

static inline void account(struct worker_state *state, struct flow_direction *direction,
                           const struct rte_mbuf *mbuf)
{
	direction->last_seen = state->now;
	direction->packets++;
	direction->bytes += rte_pktmbuf_pkt_len(mbuf);
}

/* COUNTER_COUNT, or the reason to drop; the error to send about it is requested. */
static enum counter check_limits(const struct flow_direction *direction, struct rte_mbuf *mbuf)
{
	const struct rte_ipv6_hdr *header = rte_pktmbuf_mtod(mbuf, const struct rte_ipv6_hdr *);

	if (!(direction->flags & DIRECTION_FROM_CORE) && header->hop_limits <= 1) {
		icmp_error_request(mbuf, ICMPV6_ERROR_TIME_EXCEEDED, ICMPV6_CODE_HOP_LIMIT, 0);
		return COUNTER_DROP_TTL;
	}
	/* No router makes fragments (RFC 8200 4.5). */
	if (rte_pktmbuf_pkt_len(mbuf) > direction->mtu) {
		icmp_error_request(mbuf, ICMPV6_ERROR_TOO_BIG, 0, direction->mtu);
		return COUNTER_DROP_MTU;
	}
	return COUNTER_COUNT;
}

/* Where the packet goes next on the link; false where the policy has lost its way there since. */
static bool find_next_hop(const struct worker_state *state, const struct flow *flow, unsigned direction,
                          const uint8_t **next_hop)
{
	const uint8_t *destination = direction ? flow->addresses.source : flow->addresses.destination;
	const struct route *route = route_lookup_ipv6(state->policy->routes, destination);

	*next_hop = route ? ipv6_next_hop(route, destination) : NULL;
	return route && route->kind == ROUTE_FORWARD;
}

static rte_edge_t forward_slow(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct packet *packet = packet_of(mbuf);
	struct flow *flow = flow_at(state->flows, packet->flow);
	struct flow_direction *direction = &flow->direction[packet->direction];
	bool error = parsed_of(mbuf)->flags & PARSED_ICMP_ERROR, again;
	enum counter reason = flow_admit(state, mbuf, &again);
	const uint8_t *next_hop;

	if (again)
		return NEXT_SETUP;
	if (reason != COUNTER_COUNT)
		return drop(state, reason);
	if (!(direction->flags & DIRECTION_TO_CORE) &&
	    (reason = check_limits(direction, mbuf)) != COUNTER_COUNT) {
		count(state, reason, 1);
		return NEXT_ERROR;
	}
	if (!error)
		account(state, direction, mbuf);
	if (direction->flags & DIRECTION_TO_CORE) {
		packet_of(mbuf)->kind = PACKET_TO_HOST;
		count(state, COUNTER_TO_HOST, 1);
		return NEXT_CONTROL;
	}
	if (!find_next_hop(state, flow, packet->direction, &next_hop))
		return drop(state, COUNTER_DROP_NO_ROUTE);
	if (!(direction->flags & DIRECTION_FROM_CORE))
		rte_pktmbuf_mtod(mbuf, struct rte_ipv6_hdr *)->hop_limits--;
	return ipv6_output_resolve(state, mbuf, direction->port, next_hop,
	                           direction->flags & DIRECTION_SHARED_MAC, &direction->adjacency)
	           ? NEXT_TRANSMIT
	           : NEXT_CONTROL;
}

static inline rte_edge_t forward_one(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	struct parsed *parsed = parsed_of(mbuf);
	struct flow_direction *direction = &flow_at(state->flows, packet->flow)->direction[packet->direction];
	struct rte_ipv6_hdr *header = rte_pktmbuf_mtod(mbuf, struct rte_ipv6_hdr *);
	uint64_t link = adjacency_link(direction->adjacency);
	const struct worker_port *port;

	if (unlikely(direction->epoch != state->epoch || direction->flags & state->divert_flags ||
	             parsed->flags ||
	             parsed->tcp_flags & (RTE_TCP_SYN_FLAG | RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG) ||
	             header->hop_limits <= 1 || rte_pktmbuf_pkt_len(mbuf) > direction->mtu ||
	             !(link & ADJACENCY_RESOLVED)))
		return forward_slow(state, mbuf);
	account(state, direction, mbuf);
	header->hop_limits--;
	port = &state->ports[direction->port];
	mbuf->port = direction->port;
	ethernet_push(mbuf, link, direction->flags & DIRECTION_SHARED_MAC ? port->shared_mac : port->mac,
	              RTE_BE16(RTE_ETHER_TYPE_IPV6));
	return NEXT_TRANSMIT;
}

static uint16_t ipv6_forward(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_TRANSMIT);

	for (uint16_t i = 0; i < number; i++) {
		rte_edge_t next = forward_one(state, objects[i]);

		if (unlikely(next != NEXT_TRANSMIT))
			vector_divert(&vector, i, next);
	}
	vector_end(&vector);
	return number;
}

static struct rte_node_register node = {
    .name = "ipv6_forward",
    .process = ipv6_forward,
    .init = worker_node_init,
    .nb_edges = 5,
    .next_nodes =
        {
            [NEXT_TRANSMIT] = "transmit",
            [NEXT_CONTROL] = "to_control",
            [NEXT_SETUP] = "flow_setup",
            [NEXT_ERROR] = "icmpv6_error",
            [NEXT_DROP] = "drop",
        },
};
RTE_NODE_REGISTER(node)
