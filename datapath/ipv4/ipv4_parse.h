/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_IPV4_PARSE_H
#define DATAPATH_IPV4_IPV4_PARSE_H

/*
 * The consistency checks on an IPv4 packet (RFC 791, RFC 1812 5.2.2 and 5.3.7; C01-012) and its flow key.
 * Pure; any thread.
 */

#include "datapath/flow/flow_key.h"

#include <rte_ip.h>

/*
 * Reads the packet at ip; length bytes follow in one piece, of the packet_length (>= length) that came in.
 * interface is what it came in by. Fills out->key, payload_length, tcp_flags and flags and *total_length (of
 * the IP packet; what is behind it is padding). Returns COUNTER_COUNT, or the reason to drop it, or
 * COUNTER_FRAGMENT_RECEIVED of a fragment: nothing of its payload was read. Any bytes are safe to give.
 */
enum counter ipv4_parse(const uint8_t *ip, uint32_t length, uint32_t packet_length, uint16_t interface,
                        struct parsed *out, uint16_t *total_length);

/*
 * The same of a packet that ipv4_parse found to be the first fragment of one: its transport header has to be whole.
 * length bytes of it follow in one piece. What the transport header says of its own length is beyond the fragment.
 */
enum counter ipv4_parse_first(const uint8_t *ip, uint32_t length, uint16_t interface, struct parsed *out);

/*
 * The checksum of a header without options is right: the sum of its 16-bit words, carries added again, is 0xffff. That
 * may be summed in wider words and halved in the end: a sum, and itself with its halves exchanged, add up to the sum of
 * both halves, carry included, in the upper half.
 */
static inline bool ipv4_checksum_valid(const uint8_t *header)
{
	uint64_t words[2], sum;
	uint32_t last, half;

	memcpy(words, header, sizeof(words));
	memcpy(&last, header + sizeof(words), sizeof(last));
	sum = words[0] + words[1];
	sum += sum < words[1];
	sum += last;
	sum += sum < last;
	half = (sum + (sum << 32 | sum >> 32)) >> 32;
	return half + (half << 16 | half >> 16) >= 0xffff0000;
}

/* Of one host: not "this network", loopback, multicast, reserved or broadcast. Network byte order. */
static inline bool ipv4_address_valid(uint32_t address)
{
	uint8_t first = address & 0xff;

	return first - 1u < 223 && first != 127;
}

#endif
