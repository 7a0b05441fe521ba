/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/route/route.h"

#include "datapath/route/route_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <rte_byteorder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct route_table {
	struct route_tree tree; /* numbers: index in routes */
	uint32_t count;
	struct route routes[];
};

static int add(struct route_table *table, const struct ip_address *network, uint8_t depth,
               const struct route *route)
{
	uint64_t index = route_tree_exact(&table->tree, network, depth);
	int error;

	if (index == ROUTE_TREE_NONE) {
		index = table->count;
		error = route_tree_add(&table->tree, network, depth, index);
		if (error)
			return error;
		table->count++;
	} else if (table->routes[index].metric <= route->metric) {
		return 0;
	}
	table->routes[index] = *route;
	table->routes[index].prefix_length = depth;
	return 0;
}

/* Own addresses win over every route to them: their metric is 0 and they are added first. */
static int add_addresses(struct route_table *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->address_count && !error; i++) {
		const struct policy_address *address = &policy->addresses[i];
		struct route route = {.kind = address->kind == POLICY_ADDRESS_SHARED ? ROUTE_CORE_SHARED
		                                                                     : ROUTE_CORE_PRIVATE,
		                      .interface = address->interface,
		                      .policy_route = UINT32_MAX};

		if (address->address.version == 4)
			route.local_ip = rte_cpu_to_be_32(ip_address_to_ip4(&address->address));
		error = add(table, &address->address, address->address.version == 4 ? 32 : 128, &route);
	}
	return error;
}

/* There are no such addresses in IPv6. */
static int add_no_hosts(struct route_table *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->address_count && !error; i++) {
		const struct policy_address *address = &policy->addresses[i];
		struct route route = {
		    .kind = ROUTE_NO_HOST, .interface = address->interface, .policy_route = UINT32_MAX};
		struct ip_address first, last;
		uint32_t mask;

		/* RFC 3021: with 31 bits both addresses are hosts. */
		if (address->address.version != 4 || address->prefix_length == 0 ||
		    address->prefix_length > 30)
			continue;
		mask = UINT32_MAX << (32 - address->prefix_length);
		first = ip_address_from_ip4(ip_address_to_ip4(&address->address) & mask);
		last = ip_address_from_ip4(ip_address_to_ip4(&address->address) | ~mask);
		error = add(table, &first, 32, &route);
		if (!error)
			error = add(table, &last, 32, &route);
	}
	return error;
}

static struct route route_of(const struct policy_route *source, uint32_t index)
{
	struct route route = {.kind = source->interface == POLICY_INTERFACE_CORE ? ROUTE_CORE_PRIVATE
	                                                                         : ROUTE_FORWARD,
	                      .interface = source->interface,
	                      .metric = source->metric,
	                      .has_gateway_ipv6 = source->gateway.version == 6,
	                      .policy_route = index};

	if (source->gateway.version == 4)
		route.gateway = rte_cpu_to_be_32(ip_address_to_ip4(&source->gateway));
	else
		memcpy(route.gateway_ipv6, source->gateway.bytes, sizeof(route.gateway_ipv6));
	if (source->local_ip.version == 4)
		route.local_ip = rte_cpu_to_be_32(ip_address_to_ip4(&source->local_ip));
	return route;
}

static int add_routes(struct route_table *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->route_count && !error; i++) {
		const struct policy_route *source = &policy->routes[i];
		struct route route = route_of(source, i);
		unsigned length;

		if (ip_range_prefix_length(&source->network, &length))
			error = add(table, &source->network.first, (uint8_t)length, &route);
	}
	return error;
}

static uint32_t count_ipv6(const struct policy *policy)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < policy->address_count; i++)
		count += policy->addresses[i].address.version == 6;
	for (uint32_t i = 0; i < policy->route_count; i++)
		count += policy->routes[i].network.first.version == 6;
	return count;
}

int route_table_create(const struct policy *policy, struct route_table **out, char reason[128])
{
	uint32_t ipv6 = count_ipv6(policy);
	/* Of an IPv4 address: itself and two that name no host. */
	uint32_t ipv4 = policy->route_count + 3 * policy->address_count - ipv6;
	struct route_table *table = calloc(1, sizeof(*table) + (ipv4 + ipv6) * sizeof(struct route));
	int error;

	if (!table)
		return -ENOMEM;
	error = route_tree_create(&table->tree, ipv4, ipv6);
	if (!error)
		error = add_addresses(table, policy);
	if (!error)
		error = add_no_hosts(table, policy);
	if (!error)
		error = add_routes(table, policy);
	if (error) {
		snprintf(reason, 128, "no memory for a routing table of %" PRIu32 " routes",
		         policy->route_count);
		route_table_destroy(table);
		return error;
	}
	*out = table;
	return 0;
}

void route_table_destroy(struct route_table *table)
{
	if (!table)
		return;
	route_tree_destroy(&table->tree);
	free(table);
}

static const struct route *route_at(const struct route_table *table, uint64_t index)
{
	return index == ROUTE_TREE_NONE ? NULL : &table->routes[index];
}

const struct route *route_lookup(const struct route_table *table, uint32_t destination)
{
	return route_at(table, route_tree_lookup(&table->tree, rte_be_to_cpu_32(destination)));
}

const struct route *route_lookup_ipv6(const struct route_table *table, const uint8_t destination[16])
{
	return route_at(table, route_tree_lookup_ipv6(&table->tree, destination));
}
