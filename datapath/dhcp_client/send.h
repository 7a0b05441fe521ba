/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_SEND_H
#define DATAPATH_DHCP_CLIENT_SEND_H

/* What the DHCP client puts on the link. Control thread. IPv4 addresses are in network byte order. */

#include "datapath/dhcp_client/packet.h"

/* To everybody, or to one server: on the link of the lease, or by its router. What cannot be sent is lost, as on the link. */
void dhcp_send(uint16_t interface, const struct dhcp_request *request, const struct dhcp_lease *lease);
/* Asks the link who has an address, from none (RFC 5227). */
void dhcp_probe(uint16_t interface, uint32_t address);

#endif
