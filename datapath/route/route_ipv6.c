/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/route/route_ipv6.h"

#include <errno.h>
#include <inttypes.h>
#include <rte_common.h>
#include <rte_memory.h>
#include <rte_rib6.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct routes_ipv6 {
	struct rte_rib6 *rib; /* next hop: index in routes; NULL: there are none */
	uint32_t count;
	struct route routes[];
};

static int add(struct routes_ipv6 *table, const struct ip_address *network, uint8_t depth,
               const struct route *route)
{
	struct rte_rib6_node *node = rte_rib6_lookup_exact(table->rib, network->bytes, depth);
	uint64_t index;

	if (node && !rte_rib6_get_nh(node, &index)) {
		if (table->routes[index].metric > route->metric) {
			table->routes[index] = *route;
			table->routes[index].prefix_length = depth;
		}
		return 0;
	}
	node = rte_rib6_insert(table->rib, network->bytes, depth);
	if (!node)
		return -ENOMEM;
	rte_rib6_set_nh(node, table->count);
	table->routes[table->count] = *route;
	table->routes[table->count++].prefix_length = depth;
	return 0;
}

/* Own addresses win over every route to them: their metric is 0 and they are added first. */
static int add_addresses(struct routes_ipv6 *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->address_count && !error; i++) {
		const struct policy_address *address = &policy->addresses[i];
		struct route route = {.kind = address->kind == POLICY_ADDRESS_SHARED ? ROUTE_CORE_SHARED
		                                                                     : ROUTE_CORE_PRIVATE,
		                      .interface = address->interface,
		                      .policy_route = UINT32_MAX};

		if (address->address.version == 6)
			error = add(table, &address->address, 128, &route);
	}
	return error;
}

static int add_routes(struct routes_ipv6 *table, const struct policy *policy)
{
	int error = 0;

	for (uint32_t i = 0; i < policy->route_count && !error; i++) {
		const struct policy_route *source = &policy->routes[i];
		struct route route = {.kind = source->interface == POLICY_INTERFACE_CORE ? ROUTE_CORE_PRIVATE
		                                                                         : ROUTE_FORWARD,
		                      .interface = source->interface,
		                      .metric = source->metric,
		                      .has_gateway_ipv6 = source->gateway.version == 6,
		                      .policy_route = i};
		unsigned length;

		if (source->network.first.version != 6 || !ip_range_prefix_length(&source->network, &length))
			continue;
		memcpy(route.gateway_ipv6, source->gateway.bytes, sizeof(route.gateway_ipv6));
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

int routes_ipv6_create(const struct policy *policy, struct routes_ipv6 **out)
{
	static atomic_uint_fast64_t serial; /* rte_rib6 wants a name of its own for each */
	uint32_t count = count_ipv6(policy);
	/* A tree has at most one node more between any two routes. */
	struct rte_rib6_conf configuration = {.max_nodes = (int)RTE_MAX(2 * count, 64u)};
	struct routes_ipv6 *table = calloc(1, sizeof(*table) + count * sizeof(struct route));
	char name[32];
	int error = 0;

	if (!table)
		return -ENOMEM;
	snprintf(name, sizeof(name), "routes6_%" PRIuFAST64, atomic_fetch_add(&serial, 1));
	if (count > 0) {
		table->rib = rte_rib6_create(name, SOCKET_ID_ANY, &configuration);
		error = table->rib ? add_addresses(table, policy) : -ENOMEM;
		if (!error)
			error = add_routes(table, policy);
	}
	if (error) {
		routes_ipv6_destroy(table);
		return error;
	}
	*out = table;
	return 0;
}

void routes_ipv6_destroy(struct routes_ipv6 *routes)
{
	if (!routes)
		return;
	rte_rib6_free(routes->rib);
	free(routes);
}

const struct route *routes_ipv6_lookup(const struct routes_ipv6 *routes, const uint8_t destination[16])
{
	struct rte_rib6_node *node = routes->rib ? rte_rib6_lookup(routes->rib, destination) : NULL;
	uint64_t index;

	return node && !rte_rib6_get_nh(node, &index) ? &routes->routes[index] : NULL;
}
