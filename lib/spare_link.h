/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_SPARE_LINK_H
#define LIB_SPARE_LINK_H

/*
 * Spare links of a cluster: what Corosync sends over a Critical interface where the Sync interface is cut
 * (docs/decisions/0010-spare-links.md). Its packets are UDP over IPv6 between two addresses that exist on the nodes alone,
 * and travel in Ethernet frames of a type of their own between the addresses of the heartbeats (lib/heartbeat.h), so that
 * nothing of it is routed, needs a rule or can be reached by other hosts. Pure functions; any thread.
 */

#include "lib/address.h"
#include "lib/heartbeat.h"

#include <stddef.h>
#include <stdint.h>

#define SPARE_LINK_ETHERTYPE 0x88B6 /* IEEE 802, 9.2.4: local experimental EtherType 2 */
#define SPARE_LINK_PREFIX    127    /* of a pair's network, bits */
#define SPARE_LINK_MTU_MIN   1280   /* of an interface, bytes: what IPv6 needs (RFC 8200, 5) */
/* Corosync's UDP ports, one a link (host byte order). */
#define SPARE_LINK_PORT_FIRST 5405
#define SPARE_LINK_PORT_LAST  5412

/* The address of the node of that role on the link over interface (id), IPv6 of a local prefix (RFC 4193). */
struct ip_address spare_link_address(uint16_t interface, enum cluster_role role);

/*
 * The interface over whose link the node of role from sends the IPv6 packet at bytes; *packet_length is its own length, without
 * padding behind it. 0: it is nothing that Corosync sends over a spare link. Any bytes are safe to give.
 */
uint16_t spare_link_packet(const uint8_t *bytes, size_t length, enum cluster_role from,
                           size_t *packet_length);

#endif
