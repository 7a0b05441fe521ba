/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_AUTOCONFIGURATION_H
#define LIB_MESSAGES_AUTOCONFIGURATION_H

/* IPv6 addresses that interfaces get from routers (SLAAC, C05-019): between mgmtd and the datapath. */

#include "lib/address.h"

#include <stdint.h>

#define AUTOCONFIGURATIONS_MAX    64 /* interfaces */
#define AUTOCONFIGURATION_SERVERS 3  /* DNS servers of one */

/* What is known of one interface; version 0 of an address: nothing. */
struct autoconfiguration {
	uint16_t interface;
	uint8_t server_count;
	uint8_t prefix_length; /* of prefix */
	struct ip_address link_local, address, prefix, router;
	struct ip_address servers[AUTOCONFIGURATION_SERVERS];
};

/* MESSAGE_AUTOCONFIGURE: the interfaces, of which nothing may be known yet. */
struct message_autoconfigure {
	uint16_t count;
	uint16_t interface[AUTOCONFIGURATIONS_MAX];
};

/* MESSAGE_AUTOCONFIGURATION: of each of them, in their order. */
struct message_autoconfiguration {
	uint32_t count;
	struct autoconfiguration interface[AUTOCONFIGURATIONS_MAX];
};

#endif
