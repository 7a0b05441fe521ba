/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/route/local_ip.h"

#include "datapath/ipv6/ipv6_address.h"

#include <qb/qblog.h>
#include <stdbool.h>

/* An unused private address is set to the local host's (C22-042). */
static bool is_loopback(const struct ip_address *address)
{
	return address->version == 6 ? ipv6_is_loopback(address->bytes) : address->bytes[0] == 127;
}

/* Higher is better. */
static unsigned worth(const struct policy_address *address, const struct policy_route *route)
{
	if (address->interface != route->interface ||
	    address->address.version != route->network.first.version || is_loopback(&address->address))
		return 0;
	return 1 + (address->kind == POLICY_ADDRESS_SHARED) +
	       (ip_range_contains(&route->network, &address->address) ? 2 : 0);
}

struct ip_address route_local_ip(const struct policy *policy, const struct policy_route *route)
{
	struct ip_address best = route->local_ip;
	unsigned most = 0;

	for (uint32_t i = 0; i < policy->address_count && !route->local_ip.version; i++) {
		unsigned here = worth(&policy->addresses[i], route);

		if (here <= most)
			continue;
		most = here;
		best = policy->addresses[i].address;
	}
	return best;
}

void route_local_ip_report(const struct policy *policy)
{
	char network[IP_RANGE_TEXT];

	for (uint32_t i = 0; i < policy->route_count; i++) {
		const struct policy_route *route = &policy->routes[i];
		const struct policy_interface *interface = policy_interface_by_id(policy, route->interface);

		if (!interface || interface->disabled || route_local_ip(policy, route).version)
			continue;
		qb_log(LOG_ERR, "ROUTE: prio=Error event=no_local_ip iface=%s network=%s ipver=%u",
		       interface->name, ip_range_format(&route->network, network),
		       route->network.first.version);
	}
}
