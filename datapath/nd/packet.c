/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nd/packet.h"

#include "datapath/ipv6/ipv6_address.h"

/* Offsets in the packet, from the IPv6 header on. */
enum {
	PAYLOAD_LENGTH = 4,
	NEXT_HEADER = 6,
	HOP_LIMIT = 7,
	SOURCE = 8,
	DESTINATION = 24,
	TYPE = 40,
	CODE = 41,
	CHECKSUM = 42,
	FLAGS = 44,
	TARGET = 48,
	OPTIONS = 64,
};

#define ETHERNET_LENGTH 14
#define ICMPV6          58
#define HOP_LIMIT_MAX   255 /* no router has passed it on */
#define OPTION_SOURCE   1
#define OPTION_TARGET   2
#define OPTION_UNIT     8

#define FLAG_ROUTER    0x80
#define FLAG_SOLICITED 0x40
#define FLAG_OVERRIDE  0x20

const uint8_t nd_all_nodes[16] = {0xff, 0x02, [15] = 1};

static uint32_t add(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

/* Over message and pseudo header; 0 where a checksum that is there is right. length below 2^16. */
static uint16_t checksum(const uint8_t *ip, size_t length)
{
	uint32_t sum = (uint32_t)length + ICMPV6;

	sum = add(sum, ip + SOURCE, 32);
	sum = add(sum, ip + TYPE, length);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

bool nd_checksum_valid(const uint8_t *ip, size_t length)
{
	return checksum(ip, length) == 0;
}

void nd_checksum_put(uint8_t *ip, size_t length)
{
	uint16_t sum;

	ip[CHECKSUM] = ip[CHECKSUM + 1] = 0;
	sum = checksum(ip, length);
	ip[CHECKSUM] = (uint8_t)(sum >> 8);
	ip[CHECKSUM + 1] = (uint8_t)sum;
}

static bool parse_options(const uint8_t *options, size_t length, uint8_t wanted, struct nd_packet *out)
{
	for (size_t at = 0; at < length;) {
		size_t option = length - at < 2 ? 0 : options[at + 1] * (size_t)OPTION_UNIT;

		if (option == 0 || option > length - at)
			return false;
		if (options[at] == wanted) {
			memcpy(out->mac.bytes, options + at + 2, sizeof(out->mac.bytes));
			out->has_mac = true;
		}
		at += option;
	}
	return !out->has_mac || !(out->mac.bytes[0] & 1 || mac_address_is_zero(&out->mac));
}

static bool host(const uint8_t *address)
{
	return ipv6_address_valid(address) || ipv6_is_link_local(address);
}

static bool solicitation_valid(const struct nd_packet *packet)
{
	static const uint8_t group[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

	if (host(packet->source))
		return true;
	/* Whether anyone has the address it is about to take (RFC 4862): there is nobody to answer to yet. */
	return ipv6_is_unspecified(packet->source) && !packet->has_mac &&
	       memcmp(packet->destination, group, sizeof(group)) == 0;
}

static bool advertisement_valid(const struct nd_packet *packet)
{
	return host(packet->source) && !(packet->solicited && ipv6_is_multicast(packet->destination));
}

bool nd_parse(const uint8_t *ip, size_t length, struct nd_packet *out)
{
	struct nd_packet packet = {.type = ND_SOLICITATION};
	size_t payload;

	if (length < OPTIONS || ip[0] >> 4 != 6 || ip[NEXT_HEADER] != ICMPV6 ||
	    ip[HOP_LIMIT] != HOP_LIMIT_MAX)
		return false;
	payload = (size_t)(ip[PAYLOAD_LENGTH] << 8 | ip[PAYLOAD_LENGTH + 1]);
	if (payload > length - TYPE || payload < OPTIONS - TYPE || ip[CODE] != 0 ||
	    checksum(ip, payload) != 0 || (ip[TYPE] != ND_SOLICITATION && ip[TYPE] != ND_ADVERTISEMENT) ||
	    !host(ip + TARGET))
		return false;
	packet.type = ip[TYPE];
	memcpy(packet.source, ip + SOURCE, sizeof(packet.source));
	memcpy(packet.destination, ip + DESTINATION, sizeof(packet.destination));
	memcpy(packet.target, ip + TARGET, sizeof(packet.target));
	packet.router = ip[FLAGS] & FLAG_ROUTER;
	packet.solicited = ip[FLAGS] & FLAG_SOLICITED;
	packet.override = ip[FLAGS] & FLAG_OVERRIDE;
	if (!parse_options(ip + OPTIONS, payload - (OPTIONS - TYPE),
	                   packet.type == ND_SOLICITATION ? OPTION_SOURCE : OPTION_TARGET, &packet))
		return false;
	if (packet.type == ND_SOLICITATION ? !solicitation_valid(&packet) : !advertisement_valid(&packet))
		return false;
	*out = packet;
	return true;
}

void nd_build(const struct nd_packet *packet, const struct mac_address *destination,
              uint8_t frame[ND_FRAME_LENGTH])
{
	const size_t payload = ND_FRAME_LENGTH - ETHERNET_LENGTH - TYPE;
	uint8_t *ip = frame + ETHERNET_LENGTH;

	memset(frame, 0, ND_FRAME_LENGTH);
	memcpy(frame, destination->bytes, 6);
	memcpy(frame + 6, packet->mac.bytes, 6);
	frame[12] = 0x86;
	frame[13] = 0xdd;
	ip[0] = 0x60;
	ip[PAYLOAD_LENGTH + 1] = (uint8_t)payload;
	ip[NEXT_HEADER] = ICMPV6;
	ip[HOP_LIMIT] = HOP_LIMIT_MAX;
	memcpy(ip + SOURCE, packet->source, 16);
	memcpy(ip + DESTINATION, packet->destination, 16);
	ip[TYPE] = (uint8_t)packet->type;
	if (packet->type == ND_ADVERTISEMENT)
		ip[FLAGS] =
		    (uint8_t)((packet->router ? FLAG_ROUTER : 0) | (packet->solicited ? FLAG_SOLICITED : 0) |
		              (packet->override ? FLAG_OVERRIDE : 0));
	memcpy(ip + TARGET, packet->target, 16);
	ip[OPTIONS] = packet->type == ND_SOLICITATION ? OPTION_SOURCE : OPTION_TARGET;
	ip[OPTIONS + 1] = 1;
	memcpy(ip + OPTIONS + 2, packet->mac.bytes, 6);
	nd_checksum_put(ip, payload);
}

size_t nd_build_probe(const struct nd_packet *packet, const struct mac_address *destination,
                      uint8_t frame[ND_FRAME_LENGTH])
{
	uint8_t *ip = frame + ETHERNET_LENGTH;

	nd_build(packet, destination, frame);
	memset(ip + SOURCE, 0, 16);
	ip[PAYLOAD_LENGTH + 1] = OPTIONS - TYPE;
	nd_checksum_put(ip, OPTIONS - TYPE);
	return ETHERNET_LENGTH + OPTIONS;
}

void nd_set_source(uint8_t frame[ND_FRAME_LENGTH], const struct mac_address *source)
{
	memcpy(frame + 6, source->bytes, sizeof(source->bytes));
}

void nd_solicited_node(const uint8_t address[16], uint8_t group[16])
{
	static const uint8_t prefix[13] = {0xff, 0x02, [11] = 1, [12] = 0xff};

	memcpy(group, prefix, sizeof(prefix));
	memcpy(group + 13, address + 13, 3);
}

struct mac_address nd_group_mac(const uint8_t group[16])
{
	return (struct mac_address){{0x33, 0x33, group[12], group[13], group[14], group[15]}};
}
