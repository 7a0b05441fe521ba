/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/spare_link.h"

#include <stdbool.h>
#include <string.h>

#define IPV6_HEADER  40
#define UDP_HEADER   8
#define PROTOCOL_UDP 17

/* A prefix made of random bits, as RFC 4193, 3.2 wants it; the interface's id follows, the node stands last. */
static const uint8_t prefix[6] = {0xfd, 0x5c, 0x93, 0xe1, 0x4b, 0x07};

struct ip_address spare_link_address(uint16_t interface, enum cluster_role role)
{
	struct ip_address address = {.version = 6};

	memcpy(address.bytes, prefix, sizeof(prefix));
	address.bytes[6] = (uint8_t)(interface >> 8);
	address.bytes[7] = (uint8_t)interface;
	/* A pair of one /127 (RFC 6164), and not its first: that would be every router's. */
	address.bytes[15] = role == ROLE_MASTER ? 2 : 3;
	return address;
}

static uint16_t read_16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static bool is_port(uint16_t port)
{
	return port >= SPARE_LINK_PORT_FIRST && port <= SPARE_LINK_PORT_LAST;
}

uint16_t spare_link_packet(const uint8_t *bytes, size_t length, enum cluster_role from, size_t *packet_length)
{
	struct ip_address source, destination;
	uint16_t interface, payload;

	if (length < IPV6_HEADER + UDP_HEADER || bytes[0] >> 4 != 6 || bytes[6] != PROTOCOL_UDP)
		return 0;
	payload = read_16(bytes + 4);
	if (payload < UDP_HEADER || payload > length - IPV6_HEADER ||
	    read_16(bytes + IPV6_HEADER + 4) != payload)
		return 0;
	if (!is_port(read_16(bytes + IPV6_HEADER)) || !is_port(read_16(bytes + IPV6_HEADER + 2)))
		return 0;
	interface = read_16(bytes + 8 + sizeof(prefix));
	source = spare_link_address(interface, from);
	destination = spare_link_address(interface, cluster_role_peer(from));
	if (memcmp(bytes + 8, source.bytes, 16) != 0 || memcmp(bytes + 24, destination.bytes, 16) != 0)
		return 0;
	*packet_length = IPV6_HEADER + (size_t)payload;
	return interface;
}
