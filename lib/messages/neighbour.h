/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_NEIGHBOUR_H
#define LIB_MESSAGES_NEIGHBOUR_H

/* Neighbours on the links: rows of QUERY_NEIGHBOURS, and what `arp`, `ndp`, `arpsnoop` and `ndpsnoop` ask of the datapath. */

#include "lib/address.h"

#include <stdint.h>

enum neighbour_state {
	NEIGHBOUR_NONE,
	NEIGHBOUR_RESOLVING, /* "Reslvng" */
	NEIGHBOUR_UNKNOWN,
	NEIGHBOUR_DYNAMIC,
	NEIGHBOUR_PROBING,
	NEIGHBOUR_STATIC,
};

struct neighbour_row {
	uint16_t interface;
	uint8_t state; /* enum neighbour_state */
	uint8_t reserved;
	struct ip_address address;
	struct mac_address mac;
	uint16_t reserved2;
	uint32_t expires_s;
};

/* Forgets all but static entries. */
struct message_neighbour_flush {
	uint32_t version;   /* of IP, 0: both */
	uint16_t interface; /* 0: all */
	uint16_t reserved;
};

enum neighbour_request {
	NEIGHBOUR_ANNOUNCE = 0, /* tell the link of an address that this node answers for */
	NEIGHBOUR_QUERY = 1,    /* ask the link who has an address */
};

struct message_neighbour_notify {
	uint16_t interface;
	uint8_t request; /* enum neighbour_request */
	uint8_t reserved;
	struct ip_address address;
};

/* What MESSAGE_DISCOVERY_SNOOP asks for, bits. */
enum discovery_snoop {
	DISCOVERY_ROUTERS = 1, /* router solicitations and advertisements */
	DISCOVERY_ARP = 2,     /* ARP, and the states of neighbours of IPv4 */
	DISCOVERY_DHCP = 4,    /* what the DHCP client sends and gets */
};

enum discovery_kind {
	DISCOVERY_ROUTER_PACKET, /* followed by the packet from its IPv6 header on */
	DISCOVERY_ARP_FRAME,     /* followed by the frame from its Ethernet header on */
	DISCOVERY_STATE,         /* followed by struct discovery_state */
	DISCOVERY_DHCP_MESSAGE,  /* followed by struct discovery_dhcp */
};

#define DISCOVERY_MAX 1500 /* bytes of a packet that are told */
struct message_discovery {
	uint16_t interface;
	uint8_t sent; /* 0: it came in */
	uint8_t kind; /* enum discovery_kind */
};

struct discovery_state {
	uint8_t before, after; /* enum neighbour_state; NEIGHBOUR_NONE: there was, or is, no entry */
	struct mac_address mac;
	struct ip_address address;
};

/* IPv4 addresses in network byte order. */
struct discovery_dhcp {
	uint32_t type;    /* enum dhcp_message */
	uint32_t own;     /* of the interface, 0: it has none */
	uint32_t address; /* that is asked for, or offered */
	uint32_t source, destination;
};

#endif
