/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_LEARNED_H
#define DATAPATH_SLAAC_LEARNED_H

/* What is known of interfaces, between slaac.c, which learns and tells it, detect.c and mirror.c. Control thread. */

#include "datapath/slaac/formed.h"

#include <stdbool.h>
#include <stdint.h>

/* One is there for every interface that is wanted, or that the active node told of. */
struct learned {
	uint16_t interface; /* 0: not in use */
	bool wanted, marked;
	uint8_t server_count;
	uint8_t own[16]; /* the link-local address, whose last half all addresses have; zero: not known yet */
	struct formed formed[FORMED_MAX];
	uint8_t router[16], servers[AUTOCONFIGURATION_SERVERS][16];
	uint64_t router_until, servers_until; /* 0: there is none of it */
	uint64_t ask_due, ask_after, mirrored;
};

extern struct learned slaac_table[AUTOCONFIGURATIONS_MAX];

/* That of an interface; create: or a new one. NULL where there is none, or no room. */
struct learned *slaac_find(uint16_t interface, bool create);
/* Tells mgmtd, which compares. */
void slaac_report(void);
/* It is not what it was: mirrors it where this node is active, and tells mgmtd. */
void slaac_changed(struct learned *learned);
/* This node has become active, or ceased to be. */
void slaac_activity(bool active);

/* The active node asks about its addresses that it knows too little of. datapath/slaac/detect.c. */
void slaac_detect(struct learned *learned, uint64_t now);
/* The link-local address is another one now, or known: of another one all addresses are asked about anew. */
void slaac_identify(struct learned *learned);

/* Mirrors it as it is now. */
void slaac_emit(struct learned *learned);

#endif
