/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_ARP_H
#define DATAPATH_ARP_ARP_H

/* ARP as the node speaks it: answers, questions, gratuitous ARP. Control thread. */

#include "datapath/arp/packet.h"
#include "datapath/core/datapath.h"
#include "lib/messages/neighbour.h"

/* Returns 0 or -errno. */
int arp_start(void);
void arp_stop(void);
/* A new policy is in force: its settings, and neighbours of interfaces that are gone. */
void arp_configure(const struct policy *policy);

/* An ARP frame that came in (PACKET_ARP), and a packet whose next hop is not known (PACKET_UNRESOLVED). Both
 * are taken. */
void arp_receive(struct rte_mbuf *mbuf);
void arp_resolve(struct rte_mbuf *mbuf);

/* Sends a frame of ARP out of an interface. Returns 0 or -errno. */
int arp_transmit(uint16_t interface, const uint8_t frame[ARP_FRAME_LENGTH]);

/*
 * What `arp -notify` and `arp -query` ask for. Returns 0; -ENODEV where the interface has no port; of an announcement
 * -EADDRNOTAVAIL where the address is none that is answered for there, -EACCES where it is the active node's; of a query
 * -EADDRNOTAVAIL where this node has no address to ask from, -EEXIST for a static entry, -EACCES for the active node's.
 */
int arp_notify(const struct message_neighbour_notify *notify);

/*
 * Announces the addresses that others may have in mind under another port or MAC: all shared ones by
 * gratuitous ARP, and by unsolicited advertisements of IPv6 ones, on all interfaces (C22-035), at once and a few times within the next second, since a frame
 * may be lost while links come up; from then on at the policy's interval (C22-036). A standalone node
 * announces its own addresses, within the first second only. arp_silence ends it.
 */
void arp_announce(void);
void arp_silence(void);

/* For neighbour_mirror_class: an entry of this node's changed. */
struct neighbour;
void arp_mirror_changed(const struct neighbour *neighbour, bool deleted);

#endif
