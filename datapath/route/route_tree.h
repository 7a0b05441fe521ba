/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ROUTE_ROUTE_TREE_H
#define DATAPATH_ROUTE_ROUTE_TREE_H

/*
 * Prefixes of both families and a number for each: DPDK's trees, which differ in how they are called alone. Control
 * thread, but for lookups: any thread.
 *
 * Routes are looked up once a flow, not once a packet. So a tree is fast enough, and unlike DIR-24-8 it takes memory
 * for the routes there are, so that a policy is swapped in milliseconds.
 */

#include "lib/address.h"

#include <rte_rib.h>
#include <rte_rib6.h>
#include <stdbool.h>

#define ROUTE_TREE_NONE UINT64_MAX

struct route_tree {
	struct rte_rib *ipv4;
	struct rte_rib6 *ipv6; /* NULL: there are none */
};

/* Room for so many prefixes of each family. Returns 0 or -ENOMEM. */
int route_tree_create(struct route_tree *tree, uint32_t ipv4, uint32_t ipv6);
void route_tree_destroy(struct route_tree *tree);
/* The number of just this prefix, ROUTE_TREE_NONE where it is not there. */
uint64_t route_tree_exact(const struct route_tree *tree, const struct ip_address *network, uint8_t depth);
/* Adds a prefix that is not there. Returns 0 or -ENOMEM. */
int route_tree_add(struct route_tree *tree, const struct ip_address *network, uint8_t depth, uint64_t number);

/* The number of the longest prefix with an address (host byte order), or ROUTE_TREE_NONE. */
static inline uint64_t route_tree_lookup(const struct route_tree *tree, uint32_t address)
{
	const struct rte_rib_node *node = rte_rib_lookup(tree->ipv4, address);
	uint64_t number;

	return node && !rte_rib_get_nh(node, &number) ? number : ROUTE_TREE_NONE;
}

/* The same of IPv6: 16 bytes. */
static inline uint64_t route_tree_lookup_ipv6(const struct route_tree *tree, const uint8_t address[16])
{
	const struct rte_rib6_node *node = tree->ipv6 ? rte_rib6_lookup(tree->ipv6, address) : NULL;
	uint64_t number;

	return node && !rte_rib6_get_nh(node, &number) ? number : ROUTE_TREE_NONE;
}

#endif
