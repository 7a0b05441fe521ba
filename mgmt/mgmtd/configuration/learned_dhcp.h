/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CONFIGURATION_LEARNED_DHCP_H
#define MGMT_MGMTD_CONFIGURATION_LEARNED_DHCP_H

/*
 * What interfaces with DHCPEnabled=Yes are assigned by DHCP servers, as the address objects <interface>_ip, _net, _gw, _broadcast, _dns1,
 * _dns2, _nbns1 and _nbns2 hold it while it is in force (C21-024, C21-025), and the interface's display-only properties (C21-023). It is
 * never saved, and never sent to the peer. One thread.
 */

#include "lib/messages/dhcp_client.h"
#include "mgmt/mgmtd/configuration/configuration.h"

#include <stdio.h>

/* The interface gets its address so. */
bool learned_dhcp_is_wanted(const struct object_type *type, const struct lyd_node *interface);
/* All such interfaces that are in use, and what their administrator wants; before is left 0. */
void learned_dhcp_order(const struct configuration *configuration, struct message_dhcp_client_configure *out);
/*
 * Makes the objects of an interface that are not there, and has its IPAddress and Network name them, whatever IPv4 stood there (C21-026);
 * says so on note (NULL: nowhere). Returns 0 or -ENOMEM.
 */
int learned_dhcp_make_objects(struct configuration *configuration, const struct object_type *type,
                              struct lyd_node *interface, FILE *note);
/* Puts what is known into the objects of a configuration. Returns 0 or -ENOMEM. */
int learned_dhcp_fill(struct configuration *configuration, const struct message_dhcp_client_status *known);

/*
 * What a filter stands for. Returns 0; -ENOENT where it stands for nothing of IPv4, or for IPv6 too; -E2BIG for more than
 * DHCP_FILTER_MAX ranges.
 */
int learned_dhcp_filter(const struct configuration *configuration, const char *value,
                        struct dhcp_filter *out);

#endif
