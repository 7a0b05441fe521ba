/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_IPV4_OUTPUT_H
#define DATAPATH_IPV4_IPV4_OUTPUT_H

#include "datapath/eth/ethernet.h"

#include <rte_ip.h>

/*
 * One hop less, and without DF where the packet is shorter than strip_df_below (C28-030), with the checksum mended as
 * RFC 1624 says. The TTL is above 0.
 */
static inline void ipv4_hop(struct rte_ipv4_hdr *header, uint32_t length, uint32_t strip_df_below)
{
	uint32_t df =
	    header->fragment_offset & (length < strip_df_below ? RTE_BE16(RTE_IPV4_HDR_DF_FLAG) : 0);
	uint32_t sum = header->hdr_checksum + RTE_BE16(0x0100) + df;

	header->fragment_offset -= df;
	header->time_to_live--;
	header->hdr_checksum = sum + (sum >> 16);
}

/*
 * Puts the Ethernet header before a packet for a neighbour and returns true, or marks it for the control
 * thread to resolve the neighbour. *adjacency is the caller's cached index. Worker thread.
 */
static inline bool ipv4_output_resolve(struct worker_state *state, struct rte_mbuf *mbuf, uint16_t port_index,
                                       uint32_t next_hop, bool shared_mac, uint32_t *adjacency)
{
	const struct worker_port *port = &state->ports[port_index];
	struct packet *packet = packet_of(mbuf);
	uint64_t link = adjacency_link(*adjacency);

	if (!(link & ADJACENCY_RESOLVED)) {
		*adjacency = neighbour_find(port->interface, next_hop);
		link = adjacency_link(*adjacency);
	}
	mbuf->port = port_index;
	if (likely(link & ADJACENCY_RESOLVED)) {
		ethernet_push(mbuf, link, shared_mac ? port->shared_source : port->mac,
		              RTE_BE16(RTE_ETHER_TYPE_IPV4));
		return true;
	}
	packet->kind = PACKET_UNRESOLVED;
	packet->interface = port->interface;
	packet->next_hop = next_hop;
	packet->ip_version = 4;
	packet->shared_mac = shared_mac;
	return false;
}

#endif
