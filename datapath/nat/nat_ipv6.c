/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nat/nat_ipv6.h"

#include "datapath/icmp/icmpv6_error.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/nat/nat.h"

#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <stddef.h>

#define SOURCE      offsetof(struct rte_ipv6_hdr, src_addr)
#define DESTINATION offsetof(struct rte_ipv6_hdr, dst_addr)
#define NO_FIELD    UINT32_MAX

bool nat_ipv6_match(const struct flow *flow, unsigned direction, const struct flow_addresses *addresses)
{
	uint8_t translated[16];

	return direction == 1 && nat_ipv6_address(flow, translated) &&
	       memcmp(addresses->source, translated, sizeof(translated)) == 0 &&
	       memcmp(addresses->destination, flow->addresses.destination,
	              sizeof(flow->addresses.destination)) == 0;
}

/* The sum of 16-bit words of an address grows by this where it becomes another. */
static uint32_t address_change(const uint8_t before[16], const uint8_t after[16])
{
	uint16_t old[8], new[8];
	uint32_t change = 0;

	memcpy(old, before, sizeof(old));
	memcpy(new, after, sizeof(new));
	for (unsigned i = 0; i < 8; i++)
		change += new[i] + (uint16_t)~old[i];
	change = (change & 0xffff) + (change >> 16);
	return (change & 0xffff) + (change >> 16);
}

static void set_direction(struct flow *flow, unsigned which, uint16_t port_before, uint16_t port_after,
                          uint32_t change)
{
	struct flow_direction *direction = &flow->direction[which];

	direction->translation = nat_kind(&flow->direction[0].key, which);
	/* ICMPv6 has a pseudo header as all others (RFC 4443 2.3). */
	change += (uint32_t)port_after + (uint16_t)~port_before;
	change = (change & 0xffff) + (change >> 16);
	direction->nat_checksum = (change & 0xffff) + (change >> 16);
}

void nat_ipv6_set(struct flow *flow)
{
	uint16_t before = flow->direction[0].key.source_port, after = flow->direction[1].key.destination_port;
	uint8_t translated[16];

	if (!nat_ipv6_address(flow, translated)) {
		flow->direction[0].translation = flow->direction[1].translation = NAT_NONE;
		return;
	}
	set_direction(flow, 0, before, after, address_change(flow->addresses.source, translated));
	set_direction(flow, 1, after, before, address_change(translated, flow->addresses.source));
	/* The fast way knows nothing of it. */
	flow->direction[0].flags |= DIRECTION_TRANSLATED_IPV6;
	flow->direction[1].flags |= DIRECTION_TRANSLATED_IPV6;
}

/* What comes into a packet of that direction: its new source, or destination. */
static void new_address(const struct flow *flow, unsigned direction, uint8_t out[16])
{
	if (direction)
		memcpy(out, flow->addresses.source, 16);
	else
		nat_ipv6_address(flow, out);
}

static uint32_t checksum_offset(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return offsetof(struct rte_udp_hdr, dgram_cksum);
	case IPPROTO_TCP:
		return offsetof(struct rte_tcp_hdr, cksum);
	case IPPROTO_ICMPV6:
		return offsetof(struct rte_icmp_hdr, icmp_cksum);
	default:
		return NO_FIELD;
	}
}

/* The port that a packet of that direction gets. */
static uint16_t new_port(const struct flow *flow, unsigned direction)
{
	return direction ? flow->direction[0].key.source_port : flow->direction[1].key.destination_port;
}

static uint32_t port_offset(const struct flow_direction *direction, bool source)
{
	if (direction->translation == NAT_ADDRESS_SOURCE || direction->translation == NAT_ADDRESS_DESTINATION)
		return NO_FIELD;
	if (direction->key.protocol == IPPROTO_ICMPV6)
		return offsetof(struct rte_icmp_hdr, icmp_ident);
	return source ? 0 : sizeof(uint16_t);
}

/* A transport header of which present bytes are there, as that direction translates; its source, or its destination. */
static void translate_transport(const struct flow *flow, unsigned direction, bool source, uint8_t *transport,
                                uint32_t present)
{
	uint8_t protocol = flow->direction[0].key.protocol;
	uint32_t port = port_offset(&flow->direction[direction], source), at = checksum_offset(protocol);
	uint16_t checksum, value = new_port(flow, direction);

	if (port != NO_FIELD && port + sizeof(value) <= present)
		memcpy(transport + port, &value, sizeof(value));
	if (at == NO_FIELD || at + sizeof(checksum) > present)
		return;
	memcpy(&checksum, transport + at, sizeof(checksum));
	/* RFC 6935: a tunnel's UDP may have none. */
	if (protocol == IPPROTO_UDP && checksum == 0)
		return;
	checksum = nat_checksum(checksum, flow->direction[direction].nat_checksum);
	if (protocol == IPPROTO_UDP && checksum == 0)
		checksum = 0xffff;
	memcpy(transport + at, &checksum, sizeof(checksum));
}

void nat_ipv6_translate(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf)
{
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint32_t transport = packet_of(mbuf)->transport;

	new_address(flow, direction, ip + (direction ? DESTINATION : SOURCE));
	if (parsed_of(mbuf)->flags & PARSED_FRAGMENT_LATER)
		return;
	translate_transport(flow, direction, direction == 0, ip + transport,
	                    rte_pktmbuf_data_len(mbuf) - transport);
}

bool nat_ipv6_translate_error(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf)
{
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *), *icmp = ip + packet_of(mbuf)->transport;
	uint32_t length = rte_pktmbuf_data_len(mbuf) - packet_of(mbuf)->transport, offset;
	uint8_t *inner = ip + packet_of(mbuf)->addresses - SOURCE;
	uint32_t present = rte_pktmbuf_data_len(mbuf) - (uint32_t)(inner - ip);
	uint8_t protocol;

	if (mbuf->nb_segs != 1 || ipv6_checksum(ip, icmp, (uint16_t)length, IPPROTO_ICMPV6) != 0 ||
	    ipv6_skip_extensions(inner, present, &offset, &protocol) != COUNTER_COUNT)
		return false;
	/* The packet within went the other way: what is a source without is a destination there. */
	new_address(flow, direction, ip + (direction ? DESTINATION : SOURCE));
	new_address(flow, direction, inner + (direction ? SOURCE : DESTINATION));
	translate_transport(flow, direction, direction == 1, inner + offset, present - offset);
	memset(icmp + offsetof(struct rte_icmp_hdr, icmp_cksum), 0, sizeof(uint16_t));
	((struct rte_icmp_hdr *)icmp)->icmp_cksum = ipv6_checksum(ip, icmp, (uint16_t)length, IPPROTO_ICMPV6);
	return true;
}
