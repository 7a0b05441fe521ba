/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmp_error.h"

#include "datapath/ipv4/ipv4_output.h"
#include "datapath/policy/compiled_policy.h"

/*
 * Answers packets that were dropped, at a limited rate. What came here was checked by ipv4_parse: neither
 * source nor destination is a group or a broadcast.
 */
enum { NEXT_TRANSMIT, NEXT_CONTROL, NEXT_DROP };

/* Where the packet came from; false where nothing can be sent there. */
static bool way_back(const struct worker_state *state, const struct rte_mbuf *mbuf, uint16_t interface,
                     uint16_t *port, uint32_t *next_hop)
{
	uint32_t sender = rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *)->src_addr;
	const struct route *route = route_lookup(state->policy->routes, sender);

	if (!route || route->kind != ROUTE_FORWARD || route->interface != interface)
		return false;
	*next_hop = route->gateway ? route->gateway : sender;
	*port = datapath.port_of_interface[interface];
	return *port < LOGICAL_PORTS_MAX;
}

static rte_edge_t answer(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct parsed *parsed = parsed_of(mbuf);
	uint16_t interface = packet_of(mbuf)->interface, port;
	uint32_t next_hop, source, adjacency = 0;
	bool shared;

	/* No error about an error or a later fragment (RFC 1812 4.3.2.7), none to the host itself, and none beyond the rate. */
	if (!state->policy ||
	    parsed->flags & (PARSED_ICMP_ERROR | PARSED_ICMP_ALONE | PARSED_FRAGMENT_LATER) ||
	    !worker_icmp_error_allowed(state) || !way_back(state, mbuf, interface, &port, &next_hop))
		return NEXT_DROP;
	source = compiled_policy_error_source(state->policy, interface, &shared);
	if (shared && !state->forwarding)
		return NEXT_DROP;
	if (parsed->icmp_type == ICMP_SEND_RESET) {
		if (tcp_reset_build(mbuf))
			return NEXT_DROP;
	} else if (!source ||
	           icmp_error_build(mbuf, parsed->icmp_type, parsed->icmp_code, parsed->icmp_mtu, source)) {
		return NEXT_DROP;
	}
	count(state, COUNTER_OWN_SENT, 1);
	return ipv4_output_resolve(state, mbuf, port, next_hop, shared, &adjacency) ? NEXT_TRANSMIT
	                                                                            : NEXT_CONTROL;
}

static uint16_t icmp_error(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	for (uint16_t i = 0; i < number; i++)
		rte_node_enqueue_x1(graph, node, answer(state, objects[i]), objects[i]);
	return number;
}

static struct rte_node_register node = {
    .name = "icmp_error",
    .process = icmp_error,
    .init = worker_node_init,
    .nb_edges = 3,
    .next_nodes = {[NEXT_TRANSMIT] = "transmit", [NEXT_CONTROL] = "to_control", [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(node)
