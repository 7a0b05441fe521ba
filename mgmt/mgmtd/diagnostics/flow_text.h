/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_FLOW_TEXT_H
#define MGMT_MGMTD_DIAGNOSTICS_FLOW_TEXT_H

/* Flows and packets as the guide prints them (C07-013, C13-076, C13-077). One thread. */

#include "lib/messages/query.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <stdio.h>

#define PROTOCOL_TEXT 16

/* "TCP", "ICMP"; a number where there is no name. Returns out. */
const char *protocol_text(uint8_t protocol, char out[PROTOCOL_TEXT]);
/*
 * What stands as the two ports of a packet: of an ICMP echo request type and code as one number (2048), and the
 * identifier; of a reply the other way round.
 */
bool protocol_has_ports(uint8_t protocol);
/* Type and code of an echo request (or reply) as they stand in place of a port; 0 for other protocols. */
unsigned echo_port(uint8_t protocol, bool reply);
/* The line of a flow under Proto, Source, Destination, Timeout; verbose: also that of its answers, and what was counted. */
void flow_print(const struct configuration *configuration, const struct flow_row *row, bool verbose,
                FILE *out);

#endif
