/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/route/route.h"

#include "datapath/route/route_ipv6.h"

#include <errno.h>
#include <inttypes.h>
#include <rte_byteorder.h>
#include <rte_fib.h>
#include <rte_memory.h>
#include <rte_rib.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Routes are looked up once a flow, not once a packet. So the tree that rte_fib keeps is fast enough, and
 * unlike DIR-24-8 it takes memory for the routes there are, so that a policy is swapped in milliseconds.
 */
#define NO_ROUTE UINT64_MAX

struct route_table {
	struct rte_fib *fib; /* next hop: index in routes */
	struct routes_ipv6 *ipv6;
	uint32_t count;
	struct route routes[];
};

/* Host byte order. */
static int add(struct route_table *table, uint32_t network, uint8_t depth, const struct route *route)
{
	struct rte_rib_node *same = rte_rib_lookup_exact(rte_fib_get_rib(table->fib), network, depth);
	uint64_t index;
	int error;

	if (same && !rte_rib_get_nh(same, &index)) {
		if (table->routes[index].metric > route->metric) {
			table->routes[index] = *route;
			table->routes[index].prefix_length = depth;
		}
		return 0;
	}
	table->routes[table->count] = *route;
	table->routes[table->count].prefix_length = depth;
	error = rte_fib_add(table->fib, network, depth, table->count);
	table->count += !error;
	return error;
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

		if (address->address.version != 4)
			continue;
		route.local_ip = rte_cpu_to_be_32(ip_address_to_ip4(&address->address));
		error = add(table, ip_address_to_ip4(&address->address), 32, &route);
	}
	return error;
}

static int add_no_hosts(struct route_table *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->address_count && !error; i++) {
		const struct policy_address *address = &policy->addresses[i];
		struct route route = {
		    .kind = ROUTE_NO_HOST, .interface = address->interface, .policy_route = UINT32_MAX};
		uint32_t mask;

		/* RFC 3021: with 31 bits both addresses are hosts. */
		if (address->address.version != 4 || address->prefix_length == 0 ||
		    address->prefix_length > 30)
			continue;
		mask = UINT32_MAX << (32 - address->prefix_length);
		error = add(table, ip_address_to_ip4(&address->address) & mask, 32, &route);
		if (!error)
			error = add(table, ip_address_to_ip4(&address->address) | ~mask, 32, &route);
	}
	return error;
}

static int add_routes(struct route_table *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->route_count && !error; i++) {
		const struct policy_route *source = &policy->routes[i];
		struct route route = {.kind = source->interface == POLICY_INTERFACE_CORE ? ROUTE_CORE_PRIVATE
		                                                                         : ROUTE_FORWARD,
		                      .interface = source->interface,
		                      .metric = source->metric,
		                      .policy_route = i};
		unsigned length;

		if (source->network.first.version != 4 || !ip_range_prefix_length(&source->network, &length))
			continue;
		if (source->gateway.version == 4)
			route.gateway = rte_cpu_to_be_32(ip_address_to_ip4(&source->gateway));
		if (source->local_ip.version == 4)
			route.local_ip = rte_cpu_to_be_32(ip_address_to_ip4(&source->local_ip));
		error = add(table, ip_address_to_ip4(&source->network.first), length, &route);
	}
	return error;
}

int route_table_create(const struct policy *policy, struct route_table **out, char reason[128])
{
	static atomic_uint_fast64_t serial; /* rte_fib wants a name of its own for each */
	uint32_t maximum = policy->route_count + 3 * policy->address_count + 1;
	struct rte_fib_conf configuration = {
	    .type = RTE_FIB_DUMMY, .default_nh = NO_ROUTE, .max_routes = (int)RTE_MAX(maximum, 64u)};
	struct route_table *table = calloc(1, sizeof(*table) + maximum * sizeof(struct route));
	char name[32];
	int error;

	if (!table)
		return -ENOMEM;
	snprintf(name, sizeof(name), "routes_%" PRIuFAST64, atomic_fetch_add(&serial, 1));
	table->fib = rte_fib_create(name, SOCKET_ID_ANY, &configuration);
	error = table->fib ? add_addresses(table, policy) : -ENOMEM;
	if (!error)
		error = add_no_hosts(table, policy);
	if (!error)
		error = add_routes(table, policy);
	if (!error)
		error = routes_ipv6_create(policy, &table->ipv6);
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
	routes_ipv6_destroy(table->ipv6);
	rte_fib_free(table->fib);
	free(table);
}

const struct route *route_lookup(const struct route_table *table, uint32_t destination)
{
	uint32_t address = rte_be_to_cpu_32(destination);
	uint64_t index = NO_ROUTE;

	rte_fib_lookup_bulk(table->fib, &address, &index, 1);
	return index == NO_ROUTE ? NULL : &table->routes[index];
}

const struct route *route_lookup_ipv6(const struct route_table *table, const uint8_t destination[16])
{
	return routes_ipv6_lookup(table->ipv6, destination);
}
