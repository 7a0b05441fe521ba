/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_DHCP_CLIENT_PACKET_H
#define DATAPATH_DHCP_CLIENT_PACKET_H

/* DHCP (RFC 2131, RFC 2132) as a client's bytes. Pure; any thread. IPv4 addresses are in network byte order. */

#include "lib/address.h"
#include "lib/messages/dhcp_client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DHCP_SERVER_PORT 67
#define DHCP_CLIENT_PORT 68
#define DHCP_PACKET_MAX                                                                                      \
	328 /* bytes of what is sent, from the IP header on: BOOTP's 300, as some servers insist on */

/* What a server says. */
struct dhcp_reply {
	enum dhcp_message type; /* DHCP_OFFER, DHCP_ACK or DHCP_NAK */
	uint32_t xid;           /* as in the question */
	struct mac_address mac; /* of the client that it is for */
	uint32_t source, destination;
	struct dhcp_lease lease; /* of a DHCP_NAK at most its server */
};

/*
 * Reads a packet at its IP header, of which length bytes are there. False where it is none that a client may heed: not UDP from port 67
 * to 68, broken or cut short, another checksum than it should have, no reply over Ethernet, from no server, options that run over
 * their end, or an offer without the server's name (option 54), a time, or an address that a host can have. What is 0 in *out was not
 * told.
 */
bool dhcp_reply_read(const uint8_t *ip, size_t length, struct dhcp_reply *out);

/* What the client says; 0: it is left out. */
struct dhcp_request {
	enum dhcp_message type;
	uint32_t xid;
	uint16_t elapsed_s;            /* since it began to ask */
	struct mac_address mac;        /* its address on the link, where answers go to */
	struct mac_address identifier; /* who it is (option 61), whatever its address on the link */
	uint32_t source;               /* its address, where it uses one */
	uint32_t destination;          /* UINT32_MAX: all servers */
	uint32_t requested;            /* option 50 */
	uint32_t server;               /* option 54 */
};

/* Writes the packet from its IP header on; returns its length. */
size_t dhcp_request_write(const struct dhcp_request *request, uint8_t packet[DHCP_PACKET_MAX]);

/* Of one host: not "this network", loopback, multicast, reserved or broadcast. */
bool dhcp_address_valid(uint32_t address);
/* A network mask: ones, then zeros, and neither alone. */
bool dhcp_netmask_valid(uint32_t netmask);

#endif
