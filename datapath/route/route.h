/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ROUTE_ROUTE_H
#define DATAPATH_ROUTE_ROUTE_H

/*
 * The routing table of one policy: its routes, the node's own addresses as routes to "core", and the
 * addresses of connected networks that name no host. Immutable once made. Addresses are in network byte order
 * unless said otherwise.
 */

#include "lib/policy.h"

#include <stdbool.h>
#include <stdint.h>

enum route_kind {
	ROUTE_FORWARD,      /* to a neighbour on interface */
	ROUTE_CORE_SHARED,  /* a shared address of this node: only while active */
	ROUTE_CORE_PRIVATE, /* an address of this node alone */
	ROUTE_NO_HOST,      /* a connected network's own or broadcast address: not forwarded (RFC 2644) */
};

struct route {
	uint8_t kind;
	uint8_t prefix_length;
	uint16_t interface; /* ROUTE_CORE_...: where the address lives */
	uint32_t gateway;   /* 0: the destination is the next hop */
	uint32_t local_ip;  /* 0: none */
	uint8_t gateway_ipv6[16];
	bool has_gateway_ipv6; /* of an IPv6 route; false: the destination is the next hop */
	uint32_t metric;
	uint32_t policy_route; /* index in policy.routes; UINT32_MAX: made here */
};

struct route_table;

/* Control thread. Returns 0 or -errno with the reason for people; -ENOMEM without memory. */
int route_table_create(const struct policy *policy, struct route_table **out, char reason[128]);
void route_table_destroy(struct route_table *table);
/* The longest prefix with the destination, and of equal ones that of the lowest metric; NULL: none. Any
 * thread. */
const struct route *route_lookup(const struct route_table *table, uint32_t destination);
/* The same of IPv6: 16 bytes. */
const struct route *route_lookup_ipv6(const struct route_table *table, const uint8_t destination[16]);

#endif
