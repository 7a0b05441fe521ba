/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ND_SNOOP_H
#define DATAPATH_ND_SNOOP_H

/*
 * Router solicitations and advertisements, ARP, and what becomes of neighbours, told to who asked for them (`ndpsnoop`,
 * C05-021; `arpsnoop`, C04-013), and what the DHCP client says (`dhcpclient -snoop`, C21-028). Control thread.
 */

#include "datapath/arp/neighbour.h"
#include "lib/ipc.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One client at a time. wanted: bits of enum discovery_snoop; with 0 it gets no more. */
void nd_snoop_set(struct ipc_connection *connection, uint32_t wanted);
/* The connection is about to go. */
void nd_snoop_closed(const struct ipc_connection *connection);

/* A packet of Neighbour Discovery at its IPv6 header that came in or was sent; others than those of routers are left out. */
void nd_snoop(uint16_t interface, bool sent, const void *ip, size_t length);
/* An ARP frame that came in or was sent. */
void arp_snoop(uint16_t interface, bool sent, const void *frame, size_t length);
/* A message that the DHCP client sent or got. */
void dhcp_snoop(uint16_t interface, bool sent, const struct discovery_dhcp *seen);
/* A neighbour's state was another one before; those of IPv6 are left out. */
void neighbour_snoop(const struct neighbour *neighbour, enum neighbour_state before);

#endif
