/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_RECORD_H
#define DATAPATH_DHCP_CLIENT_RECORD_H

/* The lease of an interface, as the active node mirrors it (class RECORD_DHCP_CLIENT). Pure; any thread. */

#include "datapath/dhcp_client/client.h"

#define DHCP_RECORD_VERSION 1

/* Little-endian; IPv4 addresses in network byte order. Times are milliseconds. Later versions append. */
struct dhcp_client_record {
	uint16_t interface, reserved;
	uint32_t address, netmask, router, broadcast, server;
	uint32_t dns[DHCP_SERVERS_MAX], nbns[DHCP_SERVERS_MAX];
	uint32_t lease_s, renew_s, rebind_s, reserved2;
	uint64_t bound_ms;                     /* that it is in use */
	uint64_t renew_ms, rebind_ms, ends_ms; /* that are left; UINT64_MAX: for ever */
};

/* False where it is too short, or tells of no lease that a server could have assigned. */
bool dhcp_record_read(const void *payload, size_t length, struct dhcp_client_record *out);

/* Between the record and what a node has. */
void dhcp_record_put(struct dhcp_client_record *record, uint16_t interface, const struct dhcp_client *client,
                     uint64_t now);
void dhcp_record_take(const struct dhcp_client_record *record, struct dhcp_client *client, uint64_t now);
/* Clears what nodes that agree may have differently. */
void dhcp_record_clear(struct dhcp_client_record *record);

#endif
