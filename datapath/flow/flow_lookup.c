/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"

/*
 * Finds the flows of a vector (C01-013), in three passes over a group of packets so that the memory of one is
 * on its way while others are looked at: buckets were prefetched with the hash; tags name a candidate, whose
 * line is prefetched; then the keys are compared.
 */
enum { NEXT_FORWARD, NEXT_SETUP, NEXT_IPV6, NEXT_DROP };

#define GROUP 32

static inline uint32_t candidate(const struct flow_table *table, const struct parsed *parsed)
{
	const struct flow_bucket *bucket = flow_bucket(table, parsed->hash);
	unsigned match = flow_bucket_match(bucket, flow_tag(parsed->hash));
	uint32_t entry = bucket->entry[__builtin_ctz(match | 1u << (FLOW_BUCKET_ENTRIES - 1))];

	/* Without a match this is some entry or none, and its key tells. */
	rte_prefetch0(flow_direction_of(table, entry));
	return entry;
}

/* Where an IPv6 packet with that entry (or none) goes. */
static rte_edge_t next_ipv6(struct worker_state *state, uint32_t entry, struct rte_mbuf *mbuf)
{
	if (entry == 0)
		return NEXT_SETUP;
	if (likely(flow_addresses_match(flow_at(state->flows, entry >> 1), entry & 1, mbuf)))
		return NEXT_IPV6;
	count(state, COUNTER_DROP_FLOW_ADDRESSES, 1);
	return NEXT_DROP;
}

static uint16_t flow_lookup(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	const struct flow_table *table = state->flows;
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_FORWARD);
	uint32_t entries[GROUP];

	for (uint16_t begin = 0; begin < number; begin += GROUP) {
		uint16_t end = RTE_MIN(begin + GROUP, number);

		for (uint16_t i = begin; i < end; i++)
			entries[i - begin] = candidate(table, parsed_of(objects[i]));
		for (uint16_t i = begin; i < end; i++) {
			struct packet *packet = packet_of(objects[i]);
			struct parsed *parsed = parsed_of(objects[i]);
			uint32_t entry = entries[i - begin];

			if (unlikely(!flow_key_equal(&flow_direction_of(table, entry)->key, &parsed->key) ||
			             entry == 0))
				entry = flow_table_find(table, &parsed->key, parsed->hash);
			packet->flow = entry >> 1;
			packet->direction = entry & 1;
			if (unlikely(parsed->key.family != FLOW_IPV4))
				vector_divert(&vector, i, next_ipv6(state, entry, objects[i]));
			else if (unlikely(entry == 0))
				vector_divert(&vector, i, NEXT_SETUP);
		}
	}
	vector_end(&vector);
	return number;
}

static struct rte_node_register node = {
    .name = "flow_lookup",
    .process = flow_lookup,
    .init = worker_node_init,
    .nb_edges = 4,
    .next_nodes = {[NEXT_FORWARD] = "flow_forward",
                   [NEXT_SETUP] = "flow_setup",
                   [NEXT_IPV6] = "ipv6_forward",
                   [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(node)
