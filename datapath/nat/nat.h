/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_NAT_NAT_H
#define DATAPATH_NAT_NAT_H

/*
 * Source NAT of IPv4 (C09-001 to C09-012), and what nat_ipv6.h shares with it. What a flow is translated to is the difference of its two keys: the
 * answers come to the address and port that the source was given. So the keys alone say it, on the peer too, and
 * two flows never share a translated tuple, as no two entries of a flow table have one key. Worker thread.
 */

#include "datapath/flow/flow_table.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_mbuf.h>

#define NAT_PORT_FIRST 1024
#define NAT_TRIES      512 /* ports looked at for one flow: bounds the work, and finds one of a few hundred left */

/* What is written into a packet of a direction, and where its transport keeps it. */
enum nat_translation {
	NAT_NONE,
	NAT_UDP_SOURCE,
	NAT_UDP_DESTINATION,
	NAT_TCP_SOURCE,
	NAT_TCP_DESTINATION,
	NAT_ICMP_SOURCE,
	NAT_ICMP_DESTINATION,
	NAT_ADDRESS_SOURCE, /* a protocol without ports, or a message of ICMP that is no query */
	NAT_ADDRESS_DESTINATION,
	NAT_TRANSLATION_COUNT
};

/* Where things are from the IP header on, where it has no options. */
struct nat_layout {
	uint8_t address;
	uint8_t port;     /* 0: none */
	uint8_t checksum; /* 0: none */
	uint8_t optional; /* a checksum of 0 means that there is none */
};

extern const struct nat_layout nat_layouts[NAT_TRANSLATION_COUNT];

/* RFC 1624: a checksum after the sum of the words that it covers grew by change (one's complement). */
static inline uint16_t nat_checksum(uint16_t checksum, uint32_t change)
{
	uint32_t sum = (uint16_t)~checksum + change;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* By how much the sum of 16-bit words grows where an address becomes another. Below 2^18. */
static inline uint32_t nat_address_change(uint32_t before, uint32_t after)
{
	return (after & 0xffff) + (after >> 16) + (~before & 0xffff) + (~before >> 16);
}

/*
 * Translates a packet at its IP header as its flow's direction says (translation is not NAT_NONE); so many bytes of
 * options follow the header.
 */
static __rte_always_inline void nat_translate_behind(const struct flow_direction *direction,
                                                     struct rte_ipv4_hdr *header, uint32_t options)
{
	const struct nat_layout *layout = &nat_layouts[direction->translation];
	uint8_t *packet = (uint8_t *)header;
	uint32_t before;
	uint16_t checksum;

	__builtin_memcpy(&before, packet + layout->address, sizeof(before));
	__builtin_memcpy(packet + layout->address, &direction->nat_address, sizeof(direction->nat_address));
	header->hdr_checksum =
	    nat_checksum(header->hdr_checksum, nat_address_change(before, direction->nat_address));
	if (layout->port)
		__builtin_memcpy(packet + layout->port + options, &direction->nat_port,
		                 sizeof(direction->nat_port));
	if (!layout->checksum)
		return;
	__builtin_memcpy(&checksum, packet + layout->checksum + options, sizeof(checksum));
	if (layout->optional && checksum == 0)
		return;
	checksum = nat_checksum(checksum, direction->nat_checksum);
	/* RFC 768: 0 would say that there is none. */
	if (layout->optional && checksum == 0)
		checksum = 0xffff;
	__builtin_memcpy(packet + layout->checksum + options, &checksum, sizeof(checksum));
}

/* The same of a header without options. */
static inline void nat_translate(const struct flow_direction *direction, struct rte_ipv4_hdr *header)
{
	nat_translate_behind(direction, header, 0);
}

/* The same of a fragment that is not the first: there is no transport header in it. */
void nat_translate_later(const struct flow_direction *direction, struct rte_ipv4_hdr *header);

/*
 * Translates an ICMP error (checked by ipv4_parse) that travels in that direction of a flow: its own address and
 * those of the packet within. The checksums of both IP headers and of the ICMP message are kept right. Returns false,
 * and changes nothing, where the message was damaged on its way.
 */
bool nat_translate_error(const struct flow_direction *direction, struct rte_mbuf *mbuf);

/* What packets of that direction of a flow need, whose original direction has that key. */
enum nat_translation nat_kind(const struct flow_key *key, unsigned direction);

/* Whether the port or, of ICMP, the identifier of a flow with that key (of its original direction) can be translated. */
bool nat_has_port(const struct flow_key *key);

/* Whether the flow's keys differ by more than their direction. */
bool nat_is_translated(const struct flow *flow);

/* Fills in what both directions of a flow do, from its keys; of IPv6 too. */
void nat_set(struct flow *flow);

/*
 * Finds the key of the answers to a new flow (key: of its first packet, answers come in by egress) whose source
 * becomes address: a random free port from NAT_PORT_FIRST on, of the flow's own share (C09-003). Returns false where
 * none was found.
 */
bool nat_allocate(const struct flow_table *table, const struct flow_key *key, uint16_t egress,
                  uint32_t address, struct flow_key *reply);

#endif
