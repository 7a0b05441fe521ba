/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/reference_packet.h"

#include <netinet/in.h>
#include <string.h>

#define HEADER 8 /* of an ICMP error */

/* The answers of the packet that the error is about look like this. */
static void turn_round(struct tuple *tuple)
{
	struct tuple about = *tuple;

	memcpy(tuple->source, about.destination, 16);
	memcpy(tuple->destination, about.source, 16);
	tuple->source_port = about.destination_port;
	tuple->destination_port = about.source_port;
	tuple->echo_reply = is_icmp(tuple) && !tuple->message && !about.echo_reply;
}

bool error_read(const uint8_t *about, unsigned length, struct reading *out)
{
	struct tuple *tuple = &out->tuple;
	const uint8_t *transport;
	uint8_t receiver[16];
	unsigned header;
	bool ipv4 = tuple->family == 4;

	memcpy(receiver, tuple->destination, 16);
	*tuple = (struct tuple){.family = tuple->family};
	if (length < (ipv4 ? 20 : 40) || about[0] >> 4 != tuple->family ||
	    !packet_skip_headers(about, length, &header, &tuple->protocol) || length < header + 8)
		return false;
	/* A fragment that is not the first one says nothing of ports. */
	if (ipv4 && word(about + 6) & 0x1fff)
		return false;
	out->about = about;
	out->about_length = length;
	memcpy(tuple->source, about + (ipv4 ? 12 : 8), ipv4 ? 4 : 16);
	memcpy(tuple->destination, about + (ipv4 ? 16 : 24), ipv4 ? 4 : 16);
	/* Whoever is told of a packet has sent it. */
	if (memcmp(tuple->source, receiver, 16) != 0)
		return false;
	transport = about + header;
	if (is_icmp(tuple)) {
		packet_read_icmp(transport, tuple);
	} else if (tuple->protocol == IPPROTO_UDP || tuple->protocol == IPPROTO_TCP) {
		tuple->source_port = word(transport);
		tuple->destination_port = word(transport + 2);
	}
	turn_round(tuple);
	return true;
}

/* Bytes change under a checksum of which the rest may not be there (RFC 1624). */
static void adjust(uint8_t *sum, const uint8_t *before, const uint8_t *after, unsigned length)
{
	uint32_t all = (uint16_t)~word(sum);

	for (unsigned i = 0; i < length; i += 2)
		all += (uint32_t)(uint16_t)~word(before + i) + word(after + i);
	while (all >> 16)
		all = (all & 0xffff) + (all >> 16);
	put(sum, (uint16_t)~all);
}

unsigned error_port_at(const uint8_t *packet, const struct reading *reading, bool source)
{
	unsigned about = header_length(packet) + HEADER;

	return about + header_length(packet + about) + (is_icmp(&reading->tuple) ? 4 : source ? 2 : 0);
}

/* The transport header of the packet within; its addresses have changed so. */
static void rewrite_transport(uint8_t *transport, unsigned length, const struct tuple *tuple,
                              const uint8_t before[16], const uint8_t after[16], uint8_t *port_at,
                              uint16_t port)
{
	unsigned at = checksum_at(tuple->protocol);
	bool covers_addresses = tuple->protocol != IPPROTO_ICMP, optional = tuple->protocol == IPPROTO_UDP;
	uint8_t old[2] = {port_at[0], port_at[1]};

	if (has_port(tuple))
		put(port_at, port);
	if (!at || at + 2 > length || (optional && word(transport + at) == 0))
		return;
	if (covers_addresses)
		adjust(transport + at, before, after, 16);
	if (has_port(tuple))
		adjust(transport + at, old, port_at, 2);
	if (optional && word(transport + at) == 0)
		put(transport + at, 0xffff);
}

void error_rewrite(uint8_t *packet, uint16_t length, const struct reading *reading, const uint8_t *address,
                   uint16_t port, bool source)
{
	uint8_t *about = packet + header_length(packet) + HEADER, before[16] = {0}, after[16] = {0};
	unsigned header = header_length(about), size = reading->tuple.family == 4 ? 4 : 16;
	uint8_t *at = about + (size == 4 ? 20 : 40) - (source ? size : 2 * size);

	memcpy(before, at, size);
	memcpy(after, address, size);
	memcpy(at, address, size);
	if (size == 4)
		adjust(about + 10, before, after, 4);
	rewrite_transport(about + header, reading->about_length - header, &reading->tuple, before, after,
	                  packet + error_port_at(packet, reading, source), port);
	packet_rewrite(packet, length, address, 0, source);
}

void error_raise_mtu(uint8_t *packet, uint16_t length)
{
	uint8_t *message = packet + header_length(packet), source[16];

	if (packet[0] >> 4 != 6 || message[0] != 2 || word(message + 4) != 0 || word(message + 6) >= 1280)
		return;
	put(message + 6, 1280);
	memcpy(source, packet + 8, 16);
	packet_rewrite(packet, length, source, 0, true);
}
