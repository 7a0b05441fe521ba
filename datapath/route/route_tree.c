/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/route/route_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <rte_common.h>
#include <rte_memory.h>
#include <stdatomic.h>
#include <stdio.h>

/* A tree has at most one node more between any two prefixes. */
static int nodes(uint32_t prefixes)
{
	return (int)RTE_MAX(2 * prefixes, 64u);
}

int route_tree_create(struct route_tree *tree, uint32_t ipv4, uint32_t ipv6)
{
	static atomic_uint_fast64_t serial; /* DPDK wants a name of its own for each */
	uint64_t number = atomic_fetch_add(&serial, 1);
	struct rte_rib_conf configuration = {.max_nodes = nodes(ipv4)};
	struct rte_rib6_conf configuration_ipv6 = {.max_nodes = nodes(ipv6)};
	char name[32];

	snprintf(name, sizeof(name), "routes_%" PRIu64, number);
	tree->ipv4 = rte_rib_create(name, SOCKET_ID_ANY, &configuration);
	snprintf(name, sizeof(name), "routes6_%" PRIu64, number);
	tree->ipv6 = ipv6 ? rte_rib6_create(name, SOCKET_ID_ANY, &configuration_ipv6) : NULL;
	if (tree->ipv4 && (tree->ipv6 || !ipv6))
		return 0;
	route_tree_destroy(tree);
	return -ENOMEM;
}

void route_tree_destroy(struct route_tree *tree)
{
	rte_rib_free(tree->ipv4);
	rte_rib6_free(tree->ipv6);
	*tree = (struct route_tree){NULL};
}

uint64_t route_tree_exact(const struct route_tree *tree, const struct ip_address *network, uint8_t depth)
{
	uint64_t number = ROUTE_TREE_NONE;

	if (network->version == 4) {
		struct rte_rib_node *node =
		    rte_rib_lookup_exact(tree->ipv4, ip_address_to_ip4(network), depth);

		return node && !rte_rib_get_nh(node, &number) ? number : ROUTE_TREE_NONE;
	}
	struct rte_rib6_node *node = rte_rib6_lookup_exact(tree->ipv6, network->bytes, depth);

	return node && !rte_rib6_get_nh(node, &number) ? number : ROUTE_TREE_NONE;
}

int route_tree_add(struct route_tree *tree, const struct ip_address *network, uint8_t depth, uint64_t number)
{
	if (network->version == 4) {
		struct rte_rib_node *node = rte_rib_insert(tree->ipv4, ip_address_to_ip4(network), depth);

		return node ? rte_rib_set_nh(node, number) : -ENOMEM;
	}
	struct rte_rib6_node *node = rte_rib6_insert(tree->ipv6, network->bytes, depth);

	return node ? rte_rib6_set_nh(node, number) : -ENOMEM;
}
