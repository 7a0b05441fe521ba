/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV6_IPV6_PARSE_H
#define DATAPATH_IPV6_IPV6_PARSE_H

/*
 * The consistency checks on an IPv6 packet (RFC 8200; C01-012), its extension headers and its flow key. Pure; any
 * thread.
 */

#include "datapath/flow/flow_key.h"

#include <rte_ip.h>

#define ICMPV6_UNREACHABLE    1
#define ICMPV6_TOO_BIG        2
#define ICMPV6_TIME_EXCEEDED  3
#define ICMPV6_PARAMETER      4
#define ICMPV6_ECHO           128
#define ICMPV6_ECHO_REPLY     129
#define ICMPV6_ROUTER_SOLICIT 133 /* up to 137 they are of Neighbour Discovery (RFC 4861) */
#define ICMPV6_REDIRECT       137

/* Extension headers of one packet that are looked through; more of them belong to no good packet. */
#define IPV6_EXTENSIONS_MAX 8

/* Where things are, from the IP header on. */
struct ipv6_layout {
	uint32_t total; /* bytes of the IP packet; what is behind is padding */
	uint16_t
	    addresses; /* of the flow: in the header or, of an ICMPv6 error, in the packet that it is about */
	uint16_t transport;
};

/*
 * Reads the packet at ip; length bytes follow in one piece, of the packet_length (>= length) that came in. interface
 * is what it came in by. Fills out->key, payload_length, tcp_flags and flags, and *layout. Returns COUNTER_COUNT, or
 * the reason to drop it. Any bytes are safe to give.
 */
enum counter ipv6_parse(const uint8_t *ip, uint32_t length, uint32_t packet_length, uint16_t interface,
                        struct parsed *out, struct ipv6_layout *layout);

/* Whether length bytes at ip are an IPv6 packet of Neighbour Discovery, which the control thread judges. */
static inline bool ipv6_is_discovery(const uint8_t *ip, uint32_t length)
{
	const struct rte_ipv6_hdr *header = (const struct rte_ipv6_hdr *)ip;

	return length > sizeof(*header) && ip[0] >> 4 == 6 && header->proto == 58 &&
	       ip[sizeof(*header)] >= ICMPV6_ROUTER_SOLICIT && ip[sizeof(*header)] <= ICMPV6_REDIRECT;
}

/*
 * Looks through the extension headers of a packet of which present bytes are there (its IPv6 header at least). *offset
 * and *protocol become those of what is behind the last. ESP and AH are protocols: what they protect is not looked into.
 * Returns COUNTER_COUNT or the reason to drop it. Pure; any thread.
 */
enum counter ipv6_skip_extensions(const uint8_t *ip, uint32_t present, uint32_t *offset, uint8_t *protocol);

#endif
