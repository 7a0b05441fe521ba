/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_SLAAC_H
#define DATAPATH_SLAAC_SLAAC_H

/*
 * Interfaces that get an IPv6 address from a router on their link (RFC 4862; C05-019). Only the active node asks and listens;
 * what it is told is mirrored, and both nodes make the same address of the prefix and the cluster's shared Ethernet address. The
 * datapath only learns, and finds out whether anybody else has the address: mgmtd, which is told of every change, makes addresses
 * and routes of it. Control thread.
 */

#include "datapath/core/datapath.h"
#include "datapath/nd/packet.h"
#include "lib/messages/autoconfiguration.h"

/* The interfaces that mgmtd wants it for; it is told at once what is known. */
void slaac_configure(const struct message_autoconfigure *wanted);
/* A policy is in force: ports may be new. */
void slaac_policy(void);
/* A Router Advertisement came in by a port (data at its IPv6 header); it stays the caller's. False: it is malformed. */
bool slaac_advertised(const struct port *port, const uint8_t *ip, size_t length);
/*
 * A Neighbour Solicitation or Advertisement came in by a port: whether it says that somebody else has an address that detection
 * of duplicates (RFC 4862 5.4) has not let pass yet, which is then not used.
 */
bool slaac_objected(const struct port *port, const struct nd_packet *packet);
/* The address is one that was made here, and is not preferred any more. */
bool slaac_is_deprecated(uint16_t interface, const struct ip_address *address);
void slaac_stop(void);

#endif
