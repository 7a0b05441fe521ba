/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"

/*
 * Finds the flows of a vector (C01-013), in three passes over a group of packets so that the memory of one is
 * on its way while others are looked at: buckets were prefetched with the hash; tags name a candidate, whose
 * line is prefetched; then the keys are compared.
 */
enum { NEXT_FORWARD, NEXT_SETUP, NEXT_DROP, NEXT_OTHER };

#define GROUP 32

static inline uint32_t candidate(const struct flow_table *table, const struct parsed *parsed, bool ipv6)
{
	const struct flow_bucket *bucket = flow_bucket(table, parsed->hash);
	unsigned match = flow_bucket_match(bucket, flow_tag(parsed->hash));
	uint32_t entry = bucket->entry[__builtin_ctz(match | 1u << (FLOW_BUCKET_ENTRIES - 1))];

	/* Without a match this is some entry or none, and its key tells. */
	rte_prefetch0(flow_direction_of(table, entry));
	if (ipv6)
		rte_prefetch0(&flow_at(table, entry >> 1)->addresses);
	return entry;
}

/* Where a packet goes whose key has that entry. */
static __rte_always_inline rte_edge_t next(struct worker_state *state, uint32_t entry, struct rte_mbuf *mbuf,
                                           bool ipv6)
{
	if (unlikely(entry == 0))
		return NEXT_SETUP;
	if (!ipv6 || likely(flow_addresses_match(flow_at(state->flows, entry >> 1), entry & 1, mbuf)))
		return NEXT_FORWARD;
	count(state, COUNTER_DROP_FLOW_ADDRESSES, 1);
	return NEXT_DROP;
}

/* IPv6 that comes with IPv4, from the host or another worker, goes on to the node of its own. */
static __rte_always_inline uint16_t lookup(struct rte_graph *graph, struct rte_node *node, void **objects,
                                           uint16_t number, bool ipv6)
{
	struct worker_state *state = node_state(node);
	const struct flow_table *table = state->flows;
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_FORWARD);
	uint32_t entries[GROUP];

	for (unsigned begin = 0; begin < number; begin += GROUP) {
		unsigned end = RTE_MIN(begin + GROUP, (unsigned)number);

		for (unsigned i = begin; i < end; i++)
			entries[i - begin] = candidate(table, parsed_of(objects[i]), ipv6);
		for (unsigned i = begin; i < end; i++) {
			struct packet *packet = packet_of(objects[i]);
			struct parsed *parsed = parsed_of(objects[i]);
			uint32_t entry = entries[i - begin];
			rte_edge_t edge;

			if (!ipv6 && unlikely(parsed->key.family != FLOW_IPV4)) {
				vector_divert(&vector, i, NEXT_OTHER);
				continue;
			}
			if (unlikely(!flow_key_equal(&flow_direction_of(table, entry)->key, &parsed->key) ||
			             entry == 0))
				entry = flow_table_find(table, &parsed->key, parsed->hash);
			packet->flow = entry >> 1;
			packet->direction = entry & 1;
			edge = next(state, entry, objects[i], ipv6);
			if (unlikely(edge != NEXT_FORWARD))
				vector_divert(&vector, i, edge);
		}
	}
	vector_end(&vector);
	return number;
}

static uint16_t flow_lookup(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	return lookup(graph, node, objects, number, false);
}

static uint16_t ipv6_lookup(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	return lookup(graph, node, objects, number, true);
}

static struct rte_node_register ipv4_node = {
    .name = "flow_lookup",
    .process = flow_lookup,
    .init = worker_node_init,
    .nb_edges = 4,
    .next_nodes = {[NEXT_FORWARD] = "flow_forward",
                   [NEXT_SETUP] = "flow_setup",
                   [NEXT_DROP] = "drop",
                   [NEXT_OTHER] = "ipv6_lookup"},
};
RTE_NODE_REGISTER(ipv4_node)

static struct rte_node_register ipv6_node = {
    .name = "ipv6_lookup",
    .process = ipv6_lookup,
    .init = worker_node_init,
    .nb_edges = 3,
    .next_nodes = {[NEXT_FORWARD] = "ipv6_forward", [NEXT_SETUP] = "flow_setup", [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(ipv6_node)
