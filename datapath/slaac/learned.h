/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_LEARNED_H
#define DATAPATH_SLAAC_LEARNED_H

/* What is known of interfaces, between slaac.c, which learns and tells it, and mirror.c. Control thread. */

#include "lib/messages/autoconfiguration.h"

#include <stdbool.h>
#include <stdint.h>

#define LEARNED_FOR_EVER UINT64_MAX

/* One is there for every interface that is wanted, or that the active node told of. */
struct learned {
	uint16_t interface; /* 0: not in use */
	bool wanted, marked;
	uint8_t server_count;
	uint8_t prefix[16], router[16], servers[AUTOCONFIGURATION_SERVERS][16];
	uint64_t valid_until, router_until, servers_until; /* 0: there is none of it */
	uint64_t ask_due, ask_after, mirrored;
};

extern struct learned slaac_table[AUTOCONFIGURATIONS_MAX];

/* That of an interface; create: or a new one. NULL where there is none, or no room. */
struct learned *slaac_find(uint16_t interface, bool create);
/* Tells mgmtd, which compares. */
void slaac_report(void);
/* This node has become active, or ceased to be. */
void slaac_activity(bool active);

/* Mirrors it as it is now. */
void slaac_emit(struct learned *learned);

/* Seconds that are left until a moment (control_now), and the moment in so many; 0 and UINT32_MAX mean none and for ever. */
uint32_t slaac_left(uint64_t until, uint64_t now);
uint64_t slaac_ends(uint32_t seconds, uint64_t now);

#endif
