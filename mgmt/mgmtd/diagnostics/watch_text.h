/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_WATCH_TEXT_H
#define MGMT_MGMTD_DIAGNOSTICS_WATCH_TEXT_H

/* What a watch sees, as text: the lines of the guide for decisions (C02-126), and a packet's way through the graph. One thread. */

#include "lib/messages/watch.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <stdio.h>

#define PACKET_TEXT 192

enum watch_detail {
	WATCH_BASIC,       /* the rule, and what becomes of the packet */
	WATCH_INFORMATIVE, /* also where it goes, and translated to what */
	WATCH_EXTREME,     /* also both routes, as the guide prints a simulation */
};

/* The lines of a decision about a new flow (facts has WATCH_DECIDED). */
void watch_print_decision(const struct configuration *configuration, const struct watch_event *event,
                          enum watch_detail detail, FILE *out);

/* A packet on its way, as far as it has been seen. */
struct traced_packet {
	uint32_t packet; /* 0: free */
	bool decided;
	char path[256]; /* names of nodes */
	struct watch_event first, decision, last;
	struct ip_address after[2];
	uint16_t after_port[2];
	uint8_t facts; /* of all events together */
	char drop[32];
};

/* One more event of the packet. Returns true where it leaves the graph. */
bool traced_packet_add(struct traced_packet *packet, const struct watch_event *event);
void traced_packet_print(const struct configuration *configuration, const struct traced_packet *packet,
                         FILE *out);

#endif
