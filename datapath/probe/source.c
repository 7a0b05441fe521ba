/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/source.h"

#include "datapath/policy/compiled_policy.h"
#include "datapath/route/local_ip.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct route *find(const struct compiled_policy *policy, const struct ip_address *address)
{
	uint32_t ip4;

	if (address->version == 6)
		return route_lookup_ipv6(policy->routes, address->bytes);
	memcpy(&ip4, address->bytes, sizeof(ip4));
	return route_lookup(policy->routes, ip4);
}

static bool is_own(const struct compiled_policy *policy, const struct ip_address *address)
{
	const struct route *route = find(policy, address);

	return route && (route->kind == ROUTE_CORE_SHARED || route->kind == ROUTE_CORE_PRIVATE);
}

/* Version 0: there is none. */
static struct ip_address source_of(const struct compiled_policy *policy, const struct route *route,
                                   uint32_t version)
{
	const struct policy_address *ipv6 = compiled_policy_error_source_ipv6(policy, route->interface);
	struct ip_address none = {.version = 0};
	uint32_t ip4;
	bool shared;

	if (route->policy_route != UINT32_MAX) {
		struct ip_address local =
		    route_local_ip(&policy->policy, &policy->policy.routes[route->policy_route]);

		if (local.version == version)
			return local;
	}
	if (version == 6)
		return ipv6 ? ipv6->address : none;
	ip4 = compiled_policy_error_source(policy, route->interface, &shared);
	return ip4 ? ip_address_from_ip4(rte_be_to_cpu_32(ip4)) : none;
}

int probe_route(const struct message_probe_start *start, uint16_t *interface, struct ip_address *source,
                char reason[PROBE_REASON_MAX])
{
	const struct compiled_policy *policy = atomic_load_explicit(&datapath.policy, memory_order_relaxed);
	const struct route *route = policy ? find(policy, &start->destination) : NULL;
	char text[IP_ADDRESS_TEXT];

	ip_address_format(&start->destination, text);
	if (!route) {
		snprintf(reason, PROBE_REASON_MAX, "No route to %s in table main", text);
		return -EINVAL;
	}
	if (is_own(policy, &start->destination)) {
		snprintf(reason, PROBE_REASON_MAX, "%s is an address of the firewall itself", text);
		return -EINVAL;
	}
	if (route->kind != ROUTE_FORWARD) {
		snprintf(reason, PROBE_REASON_MAX,
		         "%s is no host: it is the address of a network or of all hosts in it", text);
		return -EINVAL;
	}
	if (start->source.version && !is_own(policy, &start->source)) {
		snprintf(reason, PROBE_REASON_MAX,
		         "-srcip=%s is no address of the firewall: give one, or -srciface too, for a packet "
		         "that comes in",
		         ip_address_format(&start->source, text));
		return -EINVAL;
	}
	*interface = route->interface;
	*source =
	    start->source.version ? start->source : source_of(policy, route, start->destination.version);
	if (source->version == start->destination.version)
		return 0;
	snprintf(reason, PROBE_REASON_MAX,
	         "The interface that leads to %s has no IPv%u address, and -srcip names none", text,
	         start->destination.version);
	return -EINVAL;
}
