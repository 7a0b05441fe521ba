/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PROBE_PACKET_H
#define DATAPATH_PROBE_PACKET_H

/* The packets of probes, from their IP header on, without anything around them. Pure; any thread. */

#include "lib/flow_filter.h"

#include <stddef.h>
#include <stdint.h>

#define PROBE_HEADERS_MAX 60 /* bytes: IPv6 and TCP */
#define PROBE_HOPS        64

/* What is known of one end's conversation with the other. Host byte order. */
struct probe_packet {
	uint8_t protocol; /* ICMP, ICMPV6, TCP, UDP: as the family has it */
	struct ip_address address[2];
	uint16_t port[2]; /* of ICMP [0] is the identifier */
	uint16_t sequence;
	uint8_t tcp_flags;
	uint32_t tcp_sequence, tcp_acknowledgement;
	const uint8_t *payload;
	uint16_t length;
};

/* Writes the packet, checksums and all, into at least PROBE_HEADERS_MAX + length bytes. Returns its length. */
size_t probe_packet_write(const struct probe_packet *packet, uint8_t *out);

enum probe_found { PROBE_FOUND_NOTHING, PROBE_FOUND_ANSWER, PROBE_FOUND_ERROR };

/* A packet that came in. Host byte order; addresses and ports are those of the probe's own packets turned round. */
struct probe_answer {
	struct probe_packet packet; /* payload points into the packet that was read */
	struct ip_address from;     /* who sent it: of an error a router, perhaps */
	uint8_t icmp_type, icmp_code;
	uint8_t hops;
};

/*
 * Reads a packet of which length bytes are there, whatever they are: an echo reply, TCP, UDP, or an ICMP error about a
 * packet like those above, whose ends are turned round then. PROBE_FOUND_NOTHING for all else.
 */
enum probe_found probe_packet_read(const uint8_t *bytes, size_t length, struct probe_answer *out);

#endif
