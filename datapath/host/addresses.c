/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/addresses.h"

#include "datapath/host/netlink.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/port/kernel_device.h"
#include "datapath/slaac/slaac.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Routes that were put into the kernel. */
static struct netlink_route *routes;
static size_t route_count;

/* An unused private address is set to the local host's (C22-042). */
static bool is_loopback(const struct ip_address *address)
{
	return address->version == 6 ? ipv6_is_loopback(address->bytes) : address->bytes[0] == 127;
}

/*
 * A shared address is a host's. So is every one of IPv6: the kernel forgets the preferred source of a route with the
 * address, which therefore must not be made anew only because its network did change.
 */
static uint8_t prefix_length(const struct policy_address *address, bool sync)
{
	if (sync)
		return address->prefix_length;
	if (address->address.version == 6)
		return 128;
	return address->kind == POLICY_ADDRESS_PRIVATE ? address->prefix_length : 32;
}

/* out has place for all addresses of the policy. */
static int wanted_addresses(const struct policy *policy, const struct policy_interface *interface,
                            struct netlink_address *out)
{
	bool sync = interface->ha_type == POLICY_HA_SYNC;
	int count = 0;

	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];

		if (address->interface != interface->id || is_loopback(&address->address))
			continue;
		if (sync && address->kind != POLICY_ADDRESS_PRIVATE)
			continue;
		out[count].address = address->address;
		out[count].prefix_length = prefix_length(address, sync);
		out[count].deprecated = slaac_is_deprecated(interface->id, &address->address);
		count++;
	}
	return count;
}

static bool contains(const struct netlink_address *list, int count, const struct netlink_address *address)
{
	for (int i = 0; i < count; i++) {
		if (ip_address_compare(&list[i].address, &address->address) == 0 &&
		    list[i].prefix_length == address->prefix_length)
			return true;
	}
	return false;
}

static bool is_link_local(const struct ip_address *address)
{
	return address->version == 6 && ipv6_is_link_local(address->bytes);
}

static bool has_ipv6(const struct netlink_address *list, int count)
{
	for (int i = 0; i < count; i++)
		if (list[i].address.version == 6)
			return true;
	return false;
}

static int replace_addresses(const struct policy_interface *interface, int index,
                             const struct netlink_address *wanted, int wanted_count,
                             const struct netlink_address *present, int present_count)
{
	int first = 0;

	for (int i = 0; i < present_count; i++) {
		/* Linux's own one of the link is nobody's to take. */
		if (!contains(wanted, wanted_count, &present[i]) && !is_link_local(&present[i].address))
			(void)netlink_address_delete(index, &present[i]);
	}
	/* All of them: removing a primary address may have taken others along. */
	for (int i = 0; i < wanted_count; i++) {
		int error = netlink_address_add(index, &wanted[i], interface->ha_type == POLICY_HA_SYNC);

		if (error && !first)
			first = error;
	}
	return first;
}

static int apply_addresses(const struct policy *policy, const struct policy_interface *interface, int index)
{
	struct netlink_address *wanted = calloc((size_t)policy->address_count + 1, sizeof(*wanted)), *present;
	int wanted_count = wanted ? wanted_addresses(policy, interface, wanted) : 0;
	bool sync = interface->ha_type == POLICY_HA_SYNC, ipv6 = has_ipv6(wanted, wanted_count);
	/* A Sync interface's IPv6 addresses are the kernel's own affair, as long as none is configured. */
	uint32_t version = sync && !ipv6 ? 4 : 0;
	int present_count = netlink_addresses(index, version, &present), error = present_count;

	if (sync && ipv6)
		(void)kernel_device_setting(interface->device, "ipv6", "disable_ipv6", 0);
	if (!wanted)
		error = -ENOMEM;
	else if (present_count >= 0)
		error = replace_addresses(interface, index, wanted, wanted_count, present, present_count);
	free(wanted);
	free(present);
	return error;
}

/* The source of what the node itself sends there: an address of this node alone. */
static struct ip_address preferred_source(const struct policy *policy, const struct policy_route *route)
{
	struct ip_address any = {0};

	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];

		if (address->kind != POLICY_ADDRESS_PRIVATE ||
		    address->address.version != route->network.first.version ||
		    is_loopback(&address->address) || address->interface != route->interface)
			continue;
		if (ip_range_contains(&route->network, &address->address))
			return address->address;
		if (!any.version)
			any = address->address;
	}
	return any;
}

static bool same_route(const struct netlink_route *a, const struct netlink_route *b)
{
	return ip_address_compare(&a->network, &b->network) == 0 && a->prefix_length == b->prefix_length &&
	       ip_address_compare(&a->source, &b->source) == 0 && a->metric == b->metric &&
	       a->mtu == b->mtu && a->interface == b->interface && a->local == b->local;
}

/* Core routes have no device of their own: they are with the first that there is. */
static bool is_bearer(const struct policy *policy, const struct policy_interface *interface)
{
	for (uint32_t i = 0; i < policy->interface_count; i++)
		if (!policy->interfaces[i].disabled && policy->interfaces[i].ha_type != POLICY_HA_SYNC)
			return &policy->interfaces[i] == interface;
	return false;
}

static bool is_of(const struct policy *policy, const struct policy_interface *interface,
                  const struct policy_route *route)
{
	return route->interface == interface->id ||
	       (route->interface == POLICY_INTERFACE_CORE && is_bearer(policy, interface));
}

static bool kernel_route(const struct policy *policy, const struct policy_route *route, int index,
                         struct netlink_route *out)
{
	unsigned length;

	if (!ip_range_prefix_length(&route->network, &length))
		return false;
	if (route->interface == POLICY_INTERFACE_CORE) {
		*out = (struct netlink_route){.network = route->network.first,
		                              .prefix_length = (uint8_t)length,
		                              .interface = index,
		                              .local = true};
		return true;
	}
	*out = (struct netlink_route){.network = route->network.first,
	                              .prefix_length = (uint8_t)length,
	                              .source = preferred_source(policy, route),
	                              .metric = route->metric,
	                              .mtu = route->mtu,
	                              .interface = index};
	return true;
}

static bool still_wanted(const struct policy *policy, const struct policy_interface *interface,
                         const struct netlink_route *have)
{
	struct netlink_route route;

	for (uint32_t i = 0; i < policy->route_count; i++) {
		if (is_of(policy, interface, &policy->routes[i]) &&
		    kernel_route(policy, &policy->routes[i], have->interface, &route) &&
		    same_route(&route, have))
			return true;
	}
	return false;
}

static int add_route(const struct netlink_route *route)
{
	struct netlink_route *grown;
	/* Also where it is known: the kernel removes routes with the address that is their source. */
	int error = netlink_route_add(route);

	if (error)
		return error;
	for (size_t i = 0; i < route_count; i++) {
		if (same_route(&routes[i], route))
			return 0;
	}
	grown = realloc(routes, (route_count + 1) * sizeof(*routes));
	if (!grown)
		return -ENOMEM;
	routes = grown;
	routes[route_count++] = *route;
	return 0;
}

static int apply_routes(const struct policy *policy, const struct policy_interface *interface, int index)
{
	struct netlink_route route;
	int first = 0, error;

	for (size_t i = 0; i < route_count;) {
		if (routes[i].interface != index || still_wanted(policy, interface, &routes[i])) {
			i++;
			continue;
		}
		(void)netlink_route_delete(&routes[i]);
		routes[i] = routes[--route_count];
	}
	for (uint32_t i = 0; i < policy->route_count; i++) {
		if (!is_of(policy, interface, &policy->routes[i]) ||
		    !kernel_route(policy, &policy->routes[i], index, &route))
			continue;
		error = add_route(&route);
		if (error && !first)
			first = error;
	}
	return first;
}

int addresses_apply(const struct policy *policy, const struct policy_interface *interface, int index)
{
	int error = apply_addresses(policy, interface, index);

	if (!error && interface->ha_type != POLICY_HA_SYNC)
		error = apply_routes(policy, interface, index);
	return error;
}

void addresses_forget(int index)
{
	for (size_t i = 0; i < route_count;) {
		if (routes[i].interface == index)
			routes[i] = routes[--route_count];
		else
			i++;
	}
	if (route_count == 0) {
		free(routes);
		routes = NULL;
	}
}
