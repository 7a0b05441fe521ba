/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nat/nat.h"

#include "datapath/nat/nat_ipv6.h"

#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <stddef.h>

#define IP_HEADER sizeof(struct rte_ipv4_hdr)
#define SOURCE    offsetof(struct rte_ipv4_hdr, src_addr)
#define TARGET    offsetof(struct rte_ipv4_hdr, dst_addr)

const struct nat_layout nat_layouts[NAT_TRANSLATION_COUNT] = {
    [NAT_UDP_SOURCE] = {SOURCE, IP_HEADER + offsetof(struct rte_udp_hdr, src_port),
                        IP_HEADER + offsetof(struct rte_udp_hdr, dgram_cksum), 1},
    [NAT_UDP_DESTINATION] = {TARGET, IP_HEADER + offsetof(struct rte_udp_hdr, dst_port),
                             IP_HEADER + offsetof(struct rte_udp_hdr, dgram_cksum), 1},
    [NAT_TCP_SOURCE] = {SOURCE, IP_HEADER + offsetof(struct rte_tcp_hdr, src_port),
                        IP_HEADER + offsetof(struct rte_tcp_hdr, cksum), 0},
    [NAT_TCP_DESTINATION] = {TARGET, IP_HEADER + offsetof(struct rte_tcp_hdr, dst_port),
                             IP_HEADER + offsetof(struct rte_tcp_hdr, cksum), 0},
    [NAT_ICMP_SOURCE] = {SOURCE, IP_HEADER + offsetof(struct rte_icmp_hdr, icmp_ident),
                         IP_HEADER + offsetof(struct rte_icmp_hdr, icmp_cksum), 0},
    [NAT_ICMP_DESTINATION] = {TARGET, IP_HEADER + offsetof(struct rte_icmp_hdr, icmp_ident),
                              IP_HEADER + offsetof(struct rte_icmp_hdr, icmp_cksum), 0},
    [NAT_ADDRESS_SOURCE] = {SOURCE, 0, 0, 0},
    [NAT_ADDRESS_DESTINATION] = {TARGET, 0, 0, 0},
};

bool nat_has_port(const struct flow_key *key)
{
	switch (key->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return true;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return flow_icmp_query(flow_icmp_type(key), key->protocol == IPPROTO_ICMPV6) !=
		       FLOW_ICMP_NO_QUERY;
	default:
		return false;
	}
}

void nat_translate_later(const struct flow_direction *direction, struct rte_ipv4_hdr *header)
{
	uint8_t *at = (uint8_t *)header + nat_layouts[direction->translation].address;
	uint32_t before;

	__builtin_memcpy(&before, at, sizeof(before));
	__builtin_memcpy(at, &direction->nat_address, sizeof(direction->nat_address));
	header->hdr_checksum =
	    nat_checksum(header->hdr_checksum, nat_address_change(before, direction->nat_address));
}

enum nat_translation nat_kind(const struct flow_key *key, unsigned direction)
{
	if (!nat_has_port(key))
		return NAT_ADDRESS_SOURCE + direction;
	switch (key->protocol) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return NAT_UDP_SOURCE + direction;
	case IPPROTO_TCP:
		return NAT_TCP_SOURCE + direction;
	default:
		return NAT_ICMP_SOURCE + direction;
	}
}

bool nat_is_translated(const struct flow *flow)
{
	const struct flow_key *original = &flow->direction[0].key, *reply = &flow->direction[1].key;

	/* The words of IPv6 keys are no addresses. */
	if (original->family != FLOW_IPV4) {
		uint8_t address[16];

		return nat_ipv6_address(flow, address);
	}
	return original->source != reply->destination || original->source_port != reply->destination_port;
}

static void set_direction(struct flow *flow, unsigned which, uint32_t before, uint16_t port_before,
                          uint32_t after, uint16_t port_after)
{
	struct flow_direction *direction = &flow->direction[which];
	uint32_t change = (uint32_t)port_after + (uint16_t)~port_before;

	direction->translation = nat_kind(&flow->direction[0].key, which);
	direction->nat_address = after;
	direction->nat_port = port_after;
	/* There is no pseudo header in ICMP (RFC 792). */
	if (direction->key.protocol != IPPROTO_ICMP)
		change += nat_address_change(before, after);
	change = (change & 0xffff) + (change >> 16);
	direction->nat_checksum = (change & 0xffff) + (change >> 16);
}

void nat_set(struct flow *flow)
{
	const struct flow_key original = flow->direction[0].key, reply = flow->direction[1].key;

	if (original.family != FLOW_IPV4) {
		nat_ipv6_set(flow);
		return;
	}
	if (!nat_is_translated(flow)) {
		flow->direction[0].translation = flow->direction[1].translation = NAT_NONE;
		return;
	}
	set_direction(flow, 0, original.source, original.source_port, reply.destination,
	              reply.destination_port);
	set_direction(flow, 1, reply.destination, reply.destination_port, original.source,
	              original.source_port);
}
