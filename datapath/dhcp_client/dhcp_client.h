/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_DHCP_CLIENT_H
#define DATAPATH_DHCP_CLIENT_DHCP_CLIENT_H

/*
 * Interfaces that get their IPv4 address from a DHCP server (C21-021). Only the active node asks; the lease is mirrored, and whoever
 * becomes active goes on with it: the same address, times and client identifier (C22-054), and nothing is asked anew. The datapath only
 * gets it: mgmtd, which is told of every change, makes addresses and routes of it. Control thread.
 */

#include "datapath/arp/packet.h"
#include "datapath/core/datapath.h"
#include "lib/messages/dhcp_client.h"

/* The interfaces that mgmtd wants it for; it is told at once what is known. Leases of others are given back. */
void dhcp_client_configure(const struct message_dhcp_client_configure *wanted);
/* A policy is in force: ports may be new. */
void dhcp_client_policy(void);
/* A packet that dhcp_intercept_packet wanted (PACKET_DHCP, data at its IP header); takes it. */
void dhcp_client_receive(struct rte_mbuf *mbuf);
/* An ARP packet came in: whether it says that somebody else has an address that was just assigned, which is then declined. */
bool dhcp_client_claimed(const struct port *port, const struct arp_packet *packet);
void dhcp_client_stop(void);

#endif
