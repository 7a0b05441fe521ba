/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_INTERFACES_H
#define MGMT_MGMTD_POLICY_INTERFACES_H

/* The interfaces of a checked configuration, and what belongs to them, for the policy. */

#include "mgmt/mgmtd/configuration/configuration.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/route_list.h"

/*
 * All interfaces, each behind what carries it; of those in use the addresses, with a core route to each (C06-014), and routes
 * to their IPv4 networks (C05-012). Returns 0 or -ENOMEM.
 */
int policy_add_interfaces(const struct configuration *configuration, struct policy_builder *builder,
                          struct route_list *routes);
/* The addresses of an interface's MonitorTargets, each once. */
struct monitor_targets {
	bool configured; /* there are any */
	unsigned count
	    [2]; /* of IPv4 and IPv6; one more than POLICY_MONITOR_TARGETS_MAX stands for any larger number */
	struct ip_address address[2][POLICY_MONITOR_TARGETS_MAX + 1];
};
void monitor_targets_resolve(const struct configuration *configuration, const struct object_type *type,
                             const struct lyd_node *interface, struct monitor_targets *out);
/* Those of an IP version that has too many are left out (C22-027). Returns 0 or -ENOMEM. */
int policy_add_monitor_targets(const struct monitor_targets *targets, uint16_t interface,
                               struct policy_builder *builder);
/*
 * An address of the firewall in a network on an interface that has none there (LocalIP, C06-008), unless it has it already.
 * network: all that routes give it. Returns 0 or -ENOMEM.
 */
int policy_add_local_ip(const struct configuration *configuration, const char *interface,
                        const struct ip_address *address, const struct ranges *network,
                        struct policy_builder *builder, struct route_list *routes);
/* What a route wants answered for on other interfaces (C09-019); network: as resolved. Returns 0 or -ENOMEM. */
int policy_add_proxied(const struct configuration *configuration, const struct object_type *type,
                       const struct lyd_node *route, const struct ranges *network,
                       struct policy_builder *builder);
/* ARPEntry and NDEntry objects (C04-010, C04-011, C05-016). Returns 0 or -ENOMEM. */
int policy_add_arp_entries(const struct configuration *configuration, struct policy_builder *builder);

#endif
