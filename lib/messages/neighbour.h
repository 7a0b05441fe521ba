/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_NEIGHBOUR_H
#define LIB_MESSAGES_NEIGHBOUR_H

/* Neighbours on the links: rows of QUERY_NEIGHBOURS, and what `ndp` and `ndsnoop` ask of the datapath. */

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

/* `ndp -notify`: tells the link of an address of the firewall's. */
struct message_neighbour_notify {
	uint16_t interface;
	uint16_t reserved;
	struct ip_address address;
};

#define DISCOVERY_MAX 1500 /* bytes of a packet that are told */
struct message_discovery {
	uint16_t interface;
	uint16_t sent; /* 0: it came in */
};

#endif
