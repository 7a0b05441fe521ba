/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/ipv4/ipv4_output.h"
#include "datapath/ipv6/ipv6_output.h"

/*
 * Sends what the firewall answers to a client before there is a flow (tcp_relay_first), the way that the flow's answers
 * would take. Only an active node gets here, and it speaks as the shared address does.
 */
enum { NEXT_TRANSMIT, NEXT_CONTROL, NEXT_DROP };

/* The port that packets for the route leave by, or NO_PORT. */
static uint16_t port_of(const struct route *route)
{
	return route && route->kind == ROUTE_FORWARD ? datapath.port_of_interface[route->interface] : NO_PORT;
}

static rte_edge_t answer_ipv4(struct worker_state *state, struct rte_mbuf *mbuf)
{
	uint32_t client = rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *)->dst_addr, adjacency = 0;
	const struct route *route = route_lookup(state->policy->routes, client);
	uint16_t port = port_of(route);

	if (port >= LOGICAL_PORTS_MAX)
		return NEXT_DROP;
	return ipv4_output_resolve(state, mbuf, port, route->gateway ? route->gateway : client, true,
	                           &adjacency)
	           ? NEXT_TRANSMIT
	           : NEXT_CONTROL;
}

static rte_edge_t answer_ipv6(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct route *route;
	uint8_t client[16];
	uint32_t adjacency;
	uint16_t port;

	memcpy(client, rte_pktmbuf_mtod(mbuf, const struct rte_ipv6_hdr *)->dst_addr, sizeof(client));
	route = route_lookup_ipv6(state->policy->routes, client);
	port = port_of(route);
	if (port >= LOGICAL_PORTS_MAX)
		return NEXT_DROP;
	return ipv6_output_resolve(state, mbuf, port, ipv6_next_hop(route, client), true, &adjacency)
	           ? NEXT_TRANSMIT
	           : NEXT_CONTROL;
}

static uint16_t tcp_answer(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	for (uint16_t i = 0; i < number; i++) {
		struct rte_mbuf *mbuf = objects[i];
		rte_edge_t next = parsed_of(mbuf)->key.family == FLOW_IPV6 ? answer_ipv6(state, mbuf)
		                                                           : answer_ipv4(state, mbuf);

		/* The way back was there when the flow was decided. */
		if (next == NEXT_DROP)
			count(state, COUNTER_DROP_NO_REVERSE_ROUTE, 1);
		rte_node_enqueue_x1(graph, node, next, mbuf);
	}
	return number;
}

static struct rte_node_register node = {
    .name = "tcp_answer",
    .process = tcp_answer,
    .init = worker_node_init,
    .nb_edges = 3,
    .next_nodes = {[NEXT_TRANSMIT] = "transmit", [NEXT_CONTROL] = "to_control", [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(node)
