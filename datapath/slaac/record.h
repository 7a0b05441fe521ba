/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_RECORD_H
#define DATAPATH_SLAAC_RECORD_H

/* What routers told of an interface, as the active node mirrors it (class RECORD_AUTOCONFIGURATION). Pure; any thread. */

#include "datapath/slaac/formed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAAC_RECORD_VERSION 2

/* An address; of the link-local one the lifetimes are for ever. */
struct slaac_record_formed {
	uint8_t prefix[16];
	uint32_t valid_s, preferred_s; /* valid 0: there is none */
	uint8_t state;                 /* enum formed_state */
	uint8_t reserved[3];
};

/*
 * Little-endian. Lifetimes are what is left, in seconds (UINT32_MAX: for ever); 0: there is none of it. Later versions append.
 */
struct slaac_record {
	uint16_t interface;
	uint8_t server_count, reserved;
	uint32_t valid_s, router_s, servers_s;
	uint8_t prefix[16], router[16]; /* version 1: the prefix of the address in use */
	uint8_t servers[AUTOCONFIGURATION_SERVERS][16];
	/* From version 2 on. */
	struct slaac_record_formed formed[FORMED_MAX];
};

/*
 * False where it is too short, or tells what no router could have told. Of version 1 formed is made of prefix: that node asked
 * nobody about its addresses.
 */
bool slaac_record_read(const void *payload, size_t length, struct slaac_record *out);

/* Between the record and what a node has; version 1's prefix is that of the first address in use. */
void slaac_record_put(struct slaac_record *record, const struct formed formed[FORMED_MAX], uint64_t now);
void slaac_record_take(const struct slaac_record *record, struct formed formed[FORMED_MAX], uint64_t now);

#endif
