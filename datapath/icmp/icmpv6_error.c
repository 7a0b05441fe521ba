/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmpv6_error.h"

#include "datapath/ipv6/ipv6_output.h"

/*
 * Answers IPv6 packets that were dropped, at the rate of both families together. What came here was checked by
 * ipv6_parse: neither source nor destination is a group (RFC 4443 2.4 (e)).
 */
enum { NEXT_TRANSMIT, NEXT_CONTROL, NEXT_DROP };

static rte_edge_t answer(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct parsed *parsed = parsed_of(mbuf);
	uint16_t interface = packet_of(mbuf)->interface, port = datapath.port_of_interface[interface];
	const struct policy_address *source;
	const struct route *route;
	uint8_t next_hop[16];
	uint32_t adjacency;
	bool shared;

	/* No error about an error, none to the host itself, and none beyond the rate. */
	if (!state->policy || parsed->flags & (PARSED_ICMP_ERROR | PARSED_ICMP_ALONE) ||
	    port >= LOGICAL_PORTS_MAX || !worker_icmp_error_allowed(state))
		return NEXT_DROP;
	memcpy(next_hop, rte_pktmbuf_mtod(mbuf, const struct rte_ipv6_hdr *)->src_addr, sizeof(next_hop));
	route = route_lookup_ipv6(state->policy->routes, next_hop);
	source = compiled_policy_error_source_ipv6(state->policy, interface);
	if (!route || route->kind != ROUTE_FORWARD || route->interface != interface || !source)
		return NEXT_DROP;
	memmove(next_hop, ipv6_next_hop(route, next_hop), sizeof(next_hop));
	shared = source->kind == POLICY_ADDRESS_SHARED;
	if (shared && !state->forwarding)
		return NEXT_DROP;
	if (parsed->icmp_type == ICMP_SEND_RESET
	        ? tcp_reset_build_ipv6(mbuf)
	        : icmpv6_error_build(mbuf, parsed->icmp_type, parsed->icmp_code, parsed->icmp_mtu,
	                             source->address.bytes))
		return NEXT_DROP;
	count(state, COUNTER_OWN_SENT, 1);
	return ipv6_output_resolve(state, mbuf, port, next_hop, shared, &adjacency) ? NEXT_TRANSMIT
	                                                                            : NEXT_CONTROL;
}

static uint16_t icmpv6_error(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	for (uint16_t i = 0; i < number; i++)
		rte_node_enqueue_x1(graph, node, answer(state, objects[i]), objects[i]);
	return number;
}

static struct rte_node_register node = {
    .name = "icmpv6_error",
    .process = icmpv6_error,
    .init = worker_node_init,
    .nb_edges = 3,
    .next_nodes = {[NEXT_TRANSMIT] = "transmit", [NEXT_CONTROL] = "to_control", [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(node)
