/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_INTERFACES_H
#define MGMT_MGMTD_POLICY_INTERFACES_H

/* The interfaces of a checked configuration, and what belongs to them, for the policy. */

#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/policy/route_list.h"

/*
 * All interfaces, each behind what carries it; of those in use the addresses, with a core route to each (C06-014), and routes
 * to their IPv4 networks (C05-012). Returns 0 or -ENOMEM.
 */
int policy_add_interfaces(const struct configuration *configuration, struct policy_builder *builder,
                          struct route_list *routes);
/* ARPEntry and NDEntry objects (C04-010, C04-011, C05-016). Returns 0 or -ENOMEM. */
int policy_add_arp_entries(const struct configuration *configuration, struct policy_builder *builder);

#endif
