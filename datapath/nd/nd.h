/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ND_ND_H
#define DATAPATH_ND_ND_H

/*
 * Neighbour Discovery as the node speaks it (RFC 4861), beside ARP and with the same cache (arp/neighbour.h): answers,
 * questions, announcements; router advertisements are advertise's. No redirects. Control thread.
 */

#include "datapath/arp/neighbour.h"
#include "lib/messages/neighbour.h"

/* An ICMPv6 packet of Neighbour Discovery that came in (PACKET_DISCOVERY); takes it. */
void nd_receive(struct rte_mbuf *mbuf);

/* Asks for a neighbour's MAC: its solicited-node group, or the neighbour itself where unicast. */
void nd_ask(const struct neighbour *neighbour, bool unicast);

/* Tells everyone on the link of an address of this node's: with the shared MAC, or the interface's own. */
void nd_announce(const struct port *port, const uint8_t address[16], bool shared);

/* Asks the link, as nobody yet, whether anyone has an address (RFC 4862 5.4.2). */
void nd_probe(const struct port *port, const uint8_t address[16], bool shared);
/* As arp_notify (arp/arp.h), for IPv6. */
int nd_notify(const struct message_neighbour_notify *notify);

struct nd_packet;
/*
 * Whether a route leads to the sender by the interface (C01-014), or it needs none: without an address yet, or with one of
 * the link. Where it is false no_source_route_for_packet was logged, once a second at most. datapath/nd/source.c; control
 * thread.
 */
bool nd_source_routed(uint16_t interface, const struct nd_packet *packet);

#endif
