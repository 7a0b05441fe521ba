/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/reference_packet.h"

#include <netinet/in.h>
#include <string.h>

uint16_t word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

void put(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

uint16_t checksum(const uint8_t *bytes, unsigned length, uint32_t sum)
{
	for (unsigned i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool host(uint8_t family, const uint8_t *address)
{
	static const uint8_t zero[16];

	if (family == 4)
		return address[0] > 0 && address[0] < 224 && address[0] != 127;
	return address[0] != 0xff && memcmp(address, zero, 15) != 0; /* neither a group nor :: nor ::1 */
}

/* IPv4 options: padding and the router alert pass (C28). */
static bool read_options(const uint8_t *options, unsigned length)
{
	unsigned at = 0;

	while (at < length && options[at] != 0) {
		if (options[at] == 1)
			at++;
		else if (options[at] == 148 && length - at >= 4 && options[at + 1] == 4)
			at += 4;
		else
			return false;
	}
	return true;
}

bool packet_skip_headers(const uint8_t *packet, unsigned length, unsigned *header, uint8_t *protocol)
{
	*header = packet[0] >> 4 == 4 ? (packet[0] & 0x0f) * 4u : 40;
	*protocol = packet[0] >> 4 == 4 ? packet[9] : packet[6];
	if (packet[0] >> 4 == 4)
		return *header >= 20 && *header <= length;
	for (unsigned number = 0;
	     *protocol == IPPROTO_HOPOPTS || *protocol == IPPROTO_DSTOPTS || *protocol == IPPROTO_ROUTING;
	     number++) {
		const uint8_t *extension = packet + *header;

		if (*header + 8 > length || number == REFERENCE_EXTENSIONS_MAX)
			return false;
		/* RFC 8200 4.1: the first or not there. */
		if (*protocol == IPPROTO_HOPOPTS && number > 0)
			return false;
		/* RFC 5095: source routes never, and of others none that names another stop. */
		if (*protocol == IPPROTO_ROUTING && (extension[2] == 0 || extension[3] != 0))
			return false;
		*protocol = extension[0];
		*header += (extension[1] + 1u) * 8;
		if (*header > length)
			return false;
	}
	return true;
}

unsigned header_length(const uint8_t *packet)
{
	unsigned header;
	uint8_t protocol;

	packet_skip_headers(packet, UINT16_MAX, &header, &protocol);
	return header;
}

static uint8_t protocol_of(const uint8_t *packet)
{
	unsigned header;
	uint8_t protocol;

	packet_skip_headers(packet, UINT16_MAX, &header, &protocol);
	return protocol;
}

static bool read_header(const uint8_t *packet, uint16_t present, struct reading *out)
{
	struct tuple *tuple = &out->tuple;
	bool ipv4 = present > 0 && packet[0] >> 4 == 4, ipv6 = present > 0 && packet[0] >> 4 == 6;
	unsigned size = ipv4 ? 4 : 16;
	const uint8_t *addresses = packet + (ipv4 ? 12 : 8);

	if ((!ipv4 && !ipv6) || present < (ipv4 ? 20 : 40))
		return false;
	out->length = ipv4 ? word(packet + 2) : (uint16_t)(40 + word(packet + 4));
	if (out->length > present ||
	    !packet_skip_headers(packet, out->length, &out->header, &tuple->protocol))
		return false;
	if (ipv4 && (checksum(packet, out->header, 0) != 0 || !read_options(packet + 20, out->header - 20)))
		return false;
	tuple->family = ipv4 ? 4 : 6;
	memcpy(tuple->source, addresses, size);
	memcpy(tuple->destination, addresses + size, size);
	return host(tuple->family, tuple->source) && host(tuple->family, tuple->destination) &&
	       memcmp(tuple->source, tuple->destination, 16) != 0;
}

bool is_icmp(const struct tuple *tuple)
{
	return tuple->protocol == (tuple->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

bool has_port(const struct tuple *tuple)
{
	return tuple->protocol == IPPROTO_UDP || tuple->protocol == IPPROTO_TCP ||
	       (is_icmp(tuple) && !tuple->message);
}

static bool is_echo(uint8_t family, uint8_t type)
{
	return family == 4 ? type == 8 || type == 0 : type == 128 || type == 129;
}

/* Unreachable, time exceeded, parameter problem; of IPv6 packet too big. */
static bool is_error(uint8_t family, uint8_t type)
{
	return family == 4 ? type == 3 || type == 11 || type == 12 : type >= 1 && type <= 4;
}

void packet_read_icmp(const uint8_t *message, struct tuple *tuple)
{
	tuple->message = !is_echo(tuple->family, message[0]);
	tuple->echo_reply = message[0] == (tuple->family == 4 ? 0 : 129);
	tuple->source_port = tuple->message || tuple->echo_reply ? 0 : word(message + 4);
	tuple->destination_port = tuple->message ? word(message) : tuple->echo_reply ? word(message + 4) : 0;
}

static bool read_icmp(const uint8_t *message, unsigned length, struct reading *out)
{
	uint8_t family = out->tuple.family;

	if (length < 8)
		return false;
	packet_read_icmp(message, &out->tuple);
	if (is_error(family, message[0])) {
		out->error = true;
		out->alone = out->tuple;
		return error_read(message + 8, length - 8, out);
	}
	return is_echo(family, message[0]) && message[1] == 0;
}

static bool read_transport(const uint8_t *transport, unsigned length, struct reading *out)
{
	struct tuple *tuple = &out->tuple;

	if (is_icmp(tuple))
		return read_icmp(transport, length, out);
	if (tuple->protocol == IPPROTO_UDP) {
		if (length < 8 || word(transport + 4) < 8 || word(transport + 4) > length ||
		    !word(transport + 2))
			return false;
	} else if (tuple->protocol == IPPROTO_TCP) {
		if (length < 20 || transport[12] >> 4 < 5 || transport[12] >> 4 << 2 > (int)length ||
		    !word(transport) || !word(transport + 2) || !reference_tcp_flags(transport[13]))
			return false;
		out->segment = reference_tcp_read(transport, length);
	} else {
		return true;
	}
	tuple->source_port = word(transport);
	tuple->destination_port = word(transport + 2);
	return true;
}

bool packet_read(const uint8_t *packet, uint16_t present, struct reading *out)
{
	*out = (struct reading){0};
	return read_header(packet, present, out) &&
	       read_transport(packet + out->header, out->length - out->header, out);
}

static void fill_header_checksum(uint8_t *packet)
{
	if (packet[0] >> 4 != 4)
		return;
	put(packet + 10, 0);
	put(packet + 10, checksum(packet, header_length(packet), 0));
}

bool packet_hop(uint8_t *packet)
{
	uint8_t *hops = packet + (packet[0] >> 4 == 4 ? 8 : 7);

	if (*hops <= 1)
		return false;
	(*hops)--;
	fill_header_checksum(packet);
	return true;
}

/* The sum of what IP adds to the checksum of all but ICMP of IPv4. */
static uint32_t pseudo_header(const uint8_t *packet, unsigned length)
{
	bool ipv4 = packet[0] >> 4 == 4;
	uint8_t protocol = protocol_of(packet);
	uint32_t sum = protocol + length;

	if (protocol == IPPROTO_ICMP)
		return 0;
	for (unsigned i = ipv4 ? 12 : 8; i < (ipv4 ? 20 : 40); i += 2)
		sum += word(packet + i);
	return sum;
}

unsigned checksum_at(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

void packet_rewrite(uint8_t *packet, uint16_t length, const uint8_t *address, uint16_t port, bool source)
{
	bool ipv4 = packet[0] >> 4 == 4;
	unsigned size = ipv4 ? 4 : 16, header = header_length(packet);
	uint8_t *transport = packet + header, protocol = protocol_of(packet);
	bool icmp = protocol == (ipv4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	/* Source and destination are the fixed header's end. */
	memcpy(packet + (ipv4 ? 20 : 40) - (source ? 2 * size : size), address, size);
	if (checksum_at(protocol)) {
		uint8_t *sum = transport + checksum_at(protocol);
		bool absent = protocol == IPPROTO_UDP && word(sum) == 0;

		if (!icmp || is_echo(ipv4 ? 4 : 6, transport[0]))
			put(transport + (icmp ? 4 : source ? 0 : 2), port);
		put(sum, 0);
		if (!absent)
			put(sum,
			    checksum(transport, length - header, pseudo_header(packet, length - header)));
		if (protocol == IPPROTO_UDP && !absent && word(sum) == 0)
			put(sum, 0xffff);
	}
	fill_header_checksum(packet);
}

bool reference_transport_checksum(const uint8_t *packet)
{
	bool ipv4 = packet[0] >> 4 == 4;
	uint8_t protocol = protocol_of(packet);
	unsigned header = header_length(packet), total = ipv4 ? word(packet + 2) : 40u + word(packet + 4);

	if (!checksum_at(protocol) || (ipv4 && protocol == IPPROTO_UDP && word(packet + header + 6) == 0))
		return true;
	return checksum(packet + header, total - header, pseudo_header(packet, total - header)) == 0;
}
