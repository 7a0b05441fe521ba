/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV6_IPV6_PARSE_H
#define DATAPATH_IPV6_IPV6_PARSE_H

/*
 * The consistency checks on an IPv6 packet (RFC 8200; C01-012), its extension headers and its flow key. Pure; any
 * thread.
 */

#include "datapath/flow/flow_key.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <stddef.h>

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
	uint16_t transport; /* of a fragment: its fragment header */
	bool atomic;        /* it has a fragment header and is no fragment (RFC 6946) */
};

/*
 * Reads the packet at ip; length bytes follow in one piece, of the packet_length (>= length) that came in. interface
 * is what it came in by. Fills out->key, payload_length, tcp_flags and flags, and *layout. Returns COUNTER_COUNT, or
 * the reason to drop it, or COUNTER_FRAGMENT_RECEIVED of a fragment: nothing behind its fragment header was read. Any
 * bytes are safe to give.
 */
enum counter ipv6_parse(const uint8_t *ip, uint32_t length, uint32_t packet_length, uint16_t interface,
                        struct parsed *out, struct ipv6_layout *layout);

/*
 * The checks of ipv6_parse for what nearly all packets are: UDP or TCP right behind the IP header, nothing special
 * about them, between global unicast addresses (RFC 4291 2.5.4) or unique local ones (RFC 4193). In wide loads and
 * stores, as ipv4_parse_plain. False: ipv6_parse has to judge. All of the packet is in one piece, `length` bytes.
 */
static inline bool ipv6_parse_plain(const uint8_t *ip, uint32_t length, uint16_t interface,
                                    struct parsed *out, struct ipv6_layout *layout)
{
	const struct rte_ipv6_hdr *header = (const struct rte_ipv6_hdr *)ip;
	const uint8_t *transport = ip + sizeof(*header);
	uint32_t payload, ports, behind;
	uint64_t words[4], key[2], rest;
	struct flow_addresses addresses;
	uint16_t tail;

	if (unlikely(length < sizeof(*header) + sizeof(struct rte_udp_hdr) || ip[0] >> 4 != 6))
		return false;
	payload = rte_be_to_cpu_16(header->payload_len);
	memcpy(&addresses, header->src_addr, sizeof(addresses));
	memcpy(words, &addresses, sizeof(words));
	memcpy(&ports, transport, sizeof(ports));
	if (unlikely(sizeof(*header) + payload > length || !(ports >> 16) ||
	             !((words[0] & 0xe0) == 0x20 || (words[0] & 0xfe) == 0xfc) ||
	             !((words[2] & 0xe0) == 0x20 || (words[2] & 0xfe) == 0xfc) ||
	             ((words[0] ^ words[2]) | (words[1] ^ words[3])) == 0))
		return false;
	if (header->proto == IPPROTO_UDP) {
		memcpy(&tail, transport + 4, sizeof(tail));
		tail = rte_be_to_cpu_16(tail);
		if (unlikely(tail < sizeof(struct rte_udp_hdr) || tail > payload))
			return false;
		rest = tail - sizeof(struct rte_udp_hdr);
	} else if (header->proto == IPPROTO_TCP && payload >= sizeof(struct rte_tcp_hdr)) {
		memcpy(&tail, transport + 12, sizeof(tail));
		behind = (tail & 0xf0) >> 2;
		/* Anything but ACK with or without PSH is worth the longer look. */
		if (unlikely((tail >> 8 & ~RTE_TCP_PSH_FLAG) != RTE_TCP_ACK_FLAG || !(ports & 0xffff) ||
		             behind < sizeof(struct rte_tcp_hdr) || behind > payload))
			return false;
		rest = (payload - behind) | (uint64_t)(tail >> 8) << 16;
	} else {
		return false;
	}
	key[0] = flow_fingerprint(&addresses);
	key[1] =
	    ports | (uint64_t)interface << 32 | (uint64_t)header->proto << 48 | (uint64_t)FLOW_IPV6 << 56;
	memcpy(&out->key, key, sizeof(key));
	out->hash = flow_hash_words(key[0], key[1]);
	memcpy(&out->payload_length, &rest, sizeof(rest));
	*layout = (struct ipv6_layout){.total = sizeof(*header) + payload,
	                               .addresses = offsetof(struct rte_ipv6_hdr, src_addr),
	                               .transport = sizeof(*header)};
	return true;
}

/*
 * The same of a packet that ipv6_parse found to be the first fragment of one: all headers up to the transport's have to
 * be whole (RFC 7112). What the transport header says of its own length is beyond the fragment.
 */
enum counter ipv6_parse_first(const uint8_t *ip, uint32_t length, uint16_t interface, struct parsed *out,
                              struct ipv6_layout *layout);

/* Where the fragment header of length bytes at ip stands; 0: they are no fragment. Any bytes are safe to give. */
uint32_t ipv6_fragment_header(const uint8_t *ip, uint32_t length);

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
 * The fragment header of a first fragment is passed; of a later one COUNTER_FRAGMENT_RECEIVED comes back, else
 * COUNTER_COUNT or the reason to drop it. Pure; any thread.
 */
enum counter ipv6_skip_extensions(const uint8_t *ip, uint32_t present, uint32_t *offset, uint8_t *protocol);

#endif
