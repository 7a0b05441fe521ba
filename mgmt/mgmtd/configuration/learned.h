/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CONFIGURATION_LEARNED_H
#define MGMT_MGMTD_CONFIGURATION_LEARNED_H

/*
 * What interfaces with IPv6AddressConfiguration=SLAAC are told by routers, as the address objects <interface>_ip,
 * <interface>_ip6_net, <interface>_ip6_gw and <interface>_ip6_dns hold it while it is in force (C05-019). It is never saved, and
 * never sent to the peer. One thread.
 */

#include "lib/messages/autoconfiguration.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <stdio.h>

/* The interface gets its addresses so. */
bool learned_is_wanted(const struct object_type *type, const struct lyd_node *interface);
/* All such interfaces that are in use. */
void learned_order(const struct configuration *configuration, struct message_autoconfigure *out);
/*
 * Makes the objects of an interface that are not there, with ::1 in them, which means that nothing is known yet, and says so on
 * note (NULL: nowhere). Returns 0 or -ENOMEM.
 */
int learned_make_objects(struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, FILE *note);
/* An address of that state (enum autoconfiguration_state) is the firewall's. */
bool learned_in_use(uint8_t state);
/* Puts what is known into the objects of a configuration. Returns 0 or -ENOMEM. */
int learned_fill(struct configuration *configuration, const struct message_autoconfiguration *known);

#endif
