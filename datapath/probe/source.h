/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PROBE_SOURCE_H
#define DATAPATH_PROBE_SOURCE_H

/* Where a probe of the firewall's own leaves, and as whom (C02-123, C02-127). Control thread. */

#include "lib/messages/probe.h"

#define PROBE_REASON_MAX 128

/*
 * Looks up the route to start->destination and fills in its interface and, where start->source is none, the source: the
 * route's LocalIP, else the interface's shared address, else its private one. A source that is given must be an address of
 * the firewall. Returns 0, or -EINVAL with the reason for people.
 */
int probe_route(const struct message_probe_start *start, uint16_t *interface, struct ip_address *source,
                char reason[PROBE_REASON_MAX]);

#endif
