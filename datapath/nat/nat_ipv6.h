/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_NAT_NAT_IPV6_H
#define DATAPATH_NAT_NAT_IPV6_H

/*
 * Source NAT of IPv6 (C09-009, C09-010). As in IPv4 a flow's answers come to the address and port that its source became,
 * and ports are the difference of the two keys; but keys of IPv6 hold fingerprints, so the address stands in the flow, in
 * place of what only IPv4 needs there. Worker thread.
 */

#include "datapath/flow/flow_table.h"

#include <rte_mbuf.h>

/* Copies the address that the flow's source becomes to out. False, and out is zero, where it stays. */
static inline bool nat_ipv6_address(const struct flow *flow, uint8_t out[16])
{
	const struct flow_direction *direction = flow->direction;
	uint64_t first = direction[0].nat_address | (uint64_t)direction[1].nat_address << 32,
	         last = flow->nat_rest | (uint64_t)direction[0].nat_port << 32 |
	                (uint64_t)direction[1].nat_port << 48;

	memcpy(out, &first, sizeof(first));
	memcpy(out + sizeof(first), &last, sizeof(last));
	return first | last;
}

/* Keeps the address in a flow of IPv6: 16 bytes, all zero where the source stays. */
static inline void nat_ipv6_keep(struct flow *flow, const uint8_t address[16])
{
	uint64_t first, last;

	memcpy(&first, address, sizeof(first));
	memcpy(&last, address + sizeof(first), sizeof(last));
	flow->direction[0].nat_address = (uint32_t)first;
	flow->direction[1].nat_address = first >> 32;
	flow->nat_rest = (uint32_t)last;
	flow->direction[0].nat_port = (uint16_t)(last >> 32);
	flow->direction[1].nat_port = last >> 48;
}

/*
 * Whether these are the addresses of a packet of that direction of a flow, told as the original direction's: those of
 * answers to a translated flow. flow_addresses_match has found that they are not flow->addresses.
 */
bool nat_ipv6_match(const struct flow *flow, unsigned direction, const struct flow_addresses *addresses);

/* As nat_set, of a flow whose address was kept. */
void nat_ipv6_set(struct flow *flow);

/* As nat_allocate, between these addresses. */
bool nat_ipv6_allocate(const struct flow_table *table, const struct flow_key *key,
                       const struct flow_addresses *addresses, uint16_t egress, const uint8_t address[16],
                       struct flow_key *reply);

/* Translates a packet (data at its IPv6 header, checked by ipv6_parse) of a direction whose translation is not NAT_NONE. */
void nat_ipv6_translate(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf);

/* The same of an ICMPv6 error, and of the packet within. False, and nothing is changed, where it was damaged on its way. */
bool nat_ipv6_translate_error(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf);

#endif
