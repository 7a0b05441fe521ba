/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_AUTOCONFIGURATION_H
#define LIB_MESSAGES_AUTOCONFIGURATION_H

/* IPv6 addresses that interfaces get from routers (SLAAC, C05-019): between mgmtd and the datapath. */

#include "lib/address.h"

#include <stdint.h>

#define AUTOCONFIGURATIONS_MAX     64 /* interfaces */
#define AUTOCONFIGURATION_SERVERS  3  /* DNS servers of one */
#define AUTOCONFIGURATION_PREFIXES 4  /* prefixes of 64 bits of one, each with an address */

/* Of an address (RFC 4862 2). */
enum autoconfiguration_state {
	AUTOCONFIGURATION_NONE = 0,
	AUTOCONFIGURATION_TENTATIVE = 1, /* whether anybody has it is being asked: not in use yet */
	AUTOCONFIGURATION_PREFERRED = 2,
	AUTOCONFIGURATION_DEPRECATED = 3, /* in use, but not for what is new */
	AUTOCONFIGURATION_DUPLICATE = 4,  /* somebody else has it: not in use */
};

/* What is known of one interface; version 0 of an address: nothing. */
struct autoconfiguration {
	uint16_t interface;
	uint8_t server_count, address_count;
	uint8_t link_local_state;                  /* enum autoconfiguration_state */
	uint8_t state[AUTOCONFIGURATION_PREFIXES]; /* of address */
	uint8_t reserved[3];
	struct ip_address link_local, router;
	struct ip_address address[AUTOCONFIGURATION_PREFIXES]; /* preferred ones first */
	struct ip_address prefix[AUTOCONFIGURATION_PREFIXES];  /* that each was made of */
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
