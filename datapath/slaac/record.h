/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SLAAC_RECORD_H
#define DATAPATH_SLAAC_RECORD_H

/* What routers told of an interface, as the active node mirrors it (class RECORD_AUTOCONFIGURATION). Pure; any thread. */

#include "lib/messages/autoconfiguration.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLAAC_RECORD_VERSION 1

/* Little-endian. Lifetimes are what is left, in seconds (UINT32_MAX: for ever); 0: there is none of it. Later versions append. */
struct slaac_record {
	uint16_t interface;
	uint8_t server_count, reserved;
	uint32_t valid_s, router_s, servers_s;
	uint8_t prefix[16], router[16];
	uint8_t servers[AUTOCONFIGURATION_SERVERS][16];
};

/* False where it is too short, or tells what no router could have told. */
bool slaac_record_read(const void *payload, size_t length, struct slaac_record *out);

#endif
