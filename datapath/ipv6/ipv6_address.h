/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV6_IPV6_ADDRESS_H
#define DATAPATH_IPV6_IPV6_ADDRESS_H

/* What kinds of IPv6 addresses there are (RFC 4291 2.4). 16 bytes each. Pure; any thread. */

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline bool ipv6_is_multicast(const uint8_t *address)
{
	return address[0] == 0xff;
}

static inline bool ipv6_is_unspecified(const uint8_t *address)
{
	static const uint8_t zero[16];

	return memcmp(address, zero, sizeof(zero)) == 0;
}

static inline bool ipv6_is_loopback(const uint8_t *address)
{
	static const uint8_t one[16] = {[15] = 1};

	return memcmp(address, one, sizeof(one)) == 0;
}

static inline bool ipv6_is_link_local(const uint8_t *address)
{
	return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

/*
 * Of one host that is reached through routers: not a group, not link-local, and nothing of ::/96 and ::ffff:0:0/96,
 * which hold the unspecified and loopback addresses and those that stand for IPv4 and are never on a wire (RFC 6890).
 */
static inline bool ipv6_address_valid(const uint8_t *address)
{
	static const uint8_t zero[10];

	if (address[0] == 0 && memcmp(address, zero, sizeof(zero)) == 0 &&
	    (address[10] == 0 || address[10] == 0xff) && address[10] == address[11])
		return false;
	return !ipv6_is_multicast(address) && !ipv6_is_link_local(address);
}

#endif
