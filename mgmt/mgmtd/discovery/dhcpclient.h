/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DISCOVERY_DHCPCLIENT_H
#define MGMT_MGMTD_DISCOVERY_DHCPCLIENT_H

/* What `dhcpclient` prints (C21-027, C21-028). One thread. */

#include "lib/messages/dhcp_client.h"
#include "lib/messages/neighbour.h"

#include <stdbool.h>
#include <stdio.h>

/* A message that a client sent or got, two lines without the newline of the last. */
void dhcp_print_message(const char *interface, bool sent, const struct discovery_dhcp *message, FILE *out);
/* The lease of an interface; now: nanoseconds since the boot. */
void dhcp_print_lease(const char *interface, const struct dhcp_client_status *status, uint64_t now,
                      FILE *out);
/* "BOUND (for 0h 00m 09s)". */
void dhcp_print_state(const struct dhcp_client_status *status, uint64_t now, FILE *out);

#endif
