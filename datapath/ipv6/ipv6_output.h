/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV6_IPV6_OUTPUT_H
#define DATAPATH_IPV6_IPV6_OUTPUT_H

#include "datapath/eth/ethernet.h"
#include "datapath/policy/compiled_policy.h"

/* What is asked for on the link on the way to a destination. */
static inline const uint8_t *ipv6_next_hop(const struct route *route, const uint8_t *destination)
{
	return route->has_gateway_ipv6 ? route->gateway_ipv6 : destination;
}

/*
 * As ipv4_output_resolve: puts the Ethernet header before a packet for a neighbour (16 bytes, which may lie in the
 * packet) and returns true, or marks it for the control thread to resolve the neighbour. Worker thread.
 */
static inline bool ipv6_output_resolve(struct worker_state *state, struct rte_mbuf *mbuf, uint16_t port_index,
                                       const uint8_t *next_hop, bool shared_mac, uint32_t *adjacency)
{
	const struct worker_port *port = &state->ports[port_index];
	struct packet *packet = packet_of(mbuf);
	uint64_t link;

	*adjacency = neighbour_find_ipv6(port->interface, next_hop);
	link = adjacency_link(*adjacency);
	mbuf->port = port_index;
	if (likely(link & ADJACENCY_RESOLVED)) {
		ethernet_push(mbuf, link, shared_mac ? port->shared_source : port->mac,
		              RTE_BE16(RTE_ETHER_TYPE_IPV6));
		return true;
	}
	packet->kind = PACKET_UNRESOLVED;
	packet->interface = port->interface;
	packet->ip_version = 6;
	packet->shared_mac = shared_mac;
	memcpy(packet->next_hop_ipv6, next_hop, sizeof(packet->next_hop_ipv6));
	return false;
}

#endif
