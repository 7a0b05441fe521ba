/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_table.h"

#include <errno.h>
#include <rte_malloc.h>

/*
 * Two keys a flow, eight entries a bucket, and the buckets at most half full: then an entry lies in its first
 * bucket 49 times in 50, and one look is enough. An entry's other bucket follows from the bucket that it is
 * in and its tag alone.
 */
static uint64_t other_bucket(const struct flow_table *table, uint64_t bucket, uint16_t tag)
{
	return (bucket ^ (tag * 0x9e3779b97f4a7c15ULL >> 20)) & table->bucket_mask;
}

struct flow_table *flow_table_create(uint32_t max_flows, int socket)
{
	struct flow_table *table =
	    rte_zmalloc_socket("flow_table", sizeof(*table), RTE_CACHE_LINE_SIZE, socket);
	uint64_t buckets = rte_align64pow2(RTE_MAX(max_flows, 16u)) / 2;

	if (!table)
		return NULL;
	table->flows = rte_zmalloc_socket("flows", (max_flows + 1ULL) * sizeof(struct flow),
	                                  RTE_CACHE_LINE_SIZE, socket);
	table->rules = rte_zmalloc_socket("flow_rules", (max_flows + 1ULL) * sizeof(struct flow_rule),
	                                  RTE_CACHE_LINE_SIZE, socket);
	table->buckets = rte_zmalloc_socket("flow_buckets", buckets * sizeof(struct flow_bucket),
	                                    RTE_CACHE_LINE_SIZE, socket);
	table->opened =
	    rte_zmalloc_socket("flows_opened", max_flows * sizeof(uint32_t), RTE_CACHE_LINE_SIZE, socket);
	if (!table->flows || !table->rules || !table->buckets || !table->opened) {
		flow_table_destroy(table);
		return NULL;
	}
	table->bucket_mask = buckets - 1;
	table->max = max_flows;
	return table;
}

void flow_table_destroy(struct flow_table *table)
{
	if (!table)
		return;
	rte_free(table->flows);
	rte_free(table->rules);
	rte_free(table->buckets);
	rte_free(table->opened);
	rte_free(table);
}

size_t flow_table_bytes_per_flow(const struct flow_table *table)
{
	return (sizeof(*table) + (table->max + 1ULL) * (sizeof(struct flow) + sizeof(struct flow_rule)) +
	        (table->bucket_mask + 1) * sizeof(struct flow_bucket) +
	        (size_t)table->max * sizeof(uint32_t) + table->max - 1) /
	       table->max;
}

static uint32_t find_in_bucket(const struct flow_table *table, const struct flow_bucket *bucket, uint16_t tag,
                               const struct flow_key *key)
{
	for (unsigned match = flow_bucket_match(bucket, tag); match; match &= match - 1) {
		uint32_t entry = bucket->entry[__builtin_ctz(match)];

		if (flow_key_equal(&flow_direction_of(table, entry)->key, key))
			return entry;
	}
	return 0;
}

uint32_t flow_table_find(const struct flow_table *table, const struct flow_key *key, uint64_t hash)
{
	const struct flow_bucket *bucket = flow_bucket(table, hash);
	uint16_t tag = flow_tag(hash);
	uint32_t entry = find_in_bucket(table, bucket, tag, key);

	if (entry || !bucket->displaced)
		return entry;
	bucket = &table->buckets[other_bucket(table, hash & table->bucket_mask, tag)];
	return find_in_bucket(table, bucket, tag, key);
}

static int free_entry(const struct flow_bucket *bucket)
{
	unsigned match = flow_bucket_match(bucket, 0);

	return match ? __builtin_ctz(match) : -1;
}

static void put(struct flow_bucket *bucket, int slot, uint16_t tag, uint32_t entry)
{
	bucket->tag[slot] = tag;
	bucket->entry[slot] = entry;
}

/* Moves one entry of a full bucket to its other one. Returns the slot that came free or -1. */
static int make_room(struct flow_table *table, uint64_t from)
{
	struct flow_bucket *bucket = &table->buckets[from];

	for (int slot = 0; slot < FLOW_BUCKET_ENTRIES; slot++) {
		uint64_t to = other_bucket(table, from, bucket->tag[slot]);
		uint64_t home =
		    flow_hash(&flow_direction_of(table, bucket->entry[slot])->key) & table->bucket_mask;
		int target = to == from ? -1 : free_entry(&table->buckets[to]);

		if (target < 0)
			continue;
		put(&table->buckets[to], target, bucket->tag[slot], bucket->entry[slot]);
		table->buckets[home].displaced += home == from ? 1 : -1;
		put(bucket, slot, 0, 0);
		return slot;
	}
	return -1;
}

static int add_entry(struct flow_table *table, uint64_t hash, uint32_t entry)
{
	uint64_t home = hash & table->bucket_mask;
	uint16_t tag = flow_tag(hash);
	uint64_t other = other_bucket(table, home, tag);
	int slot = free_entry(&table->buckets[home]);

	if (slot < 0 && (slot = free_entry(&table->buckets[other])) >= 0) {
		put(&table->buckets[other], slot, tag, entry);
		table->buckets[home].displaced++;
		return 0;
	}
	if (slot < 0)
		slot = make_room(table, home);
	if (slot < 0)
		return -ENOSPC;
	put(&table->buckets[home], slot, tag, entry);
	return 0;
}

static void remove_entry(struct flow_table *table, const struct flow_key *key, uint32_t entry)
{
	uint64_t hash = flow_hash(key), home = hash & table->bucket_mask;
	uint64_t buckets[2] = {home, other_bucket(table, home, flow_tag(hash))};

	for (int i = 0; i < 2; i++) {
		struct flow_bucket *bucket = &table->buckets[buckets[i]];

		for (int slot = 0; slot < FLOW_BUCKET_ENTRIES; slot++) {
			if (bucket->entry[slot] != entry)
				continue;
			put(bucket, slot, 0, 0);
			if (buckets[i] != home)
				table->buckets[home].displaced--;
			return;
		}
	}
}

uint32_t flow_table_insert(struct flow_table *table, const struct flow_key keys[2], int *error)
{
	uint64_t hashes[2] = {flow_hash(&keys[0]), flow_hash(&keys[1])};
	uint32_t index = table->free;
	struct flow *flow;

	*error = -EEXIST;
	if (flow_table_find(table, &keys[0], hashes[0]) || flow_table_find(table, &keys[1], hashes[1]) ||
	    flow_key_equal(&keys[0], &keys[1]))
		return FLOW_NONE;
	*error = -ENOSPC;
	if (!index && table->high == table->max)
		return FLOW_NONE;
	if (!index)
		index = table->high + 1;
	flow = flow_at(table, index);
	/* The keys first: making room looks at the keys of entries. */
	uint32_t next_free = flow->timer_next;
	*flow = (struct flow){.direction = {{.key = keys[0]}, {.key = keys[1]}}, .timer_next = next_free};
	if (add_entry(table, hashes[0], index * 2))
		return FLOW_NONE;
	if (add_entry(table, hashes[1], index * 2 + 1)) {
		remove_entry(table, &keys[0], index * 2);
		return FLOW_NONE;
	}
	if (index > table->high)
		table->high = index;
	else
		table->free = next_free;
	flow->timer_next = 0;
	flow->used = 1;
	atomic_store_explicit(&table->count, table->count + 1, memory_order_relaxed);
	*error = 0;
	return index;
}

void flow_table_remove(struct flow_table *table, uint32_t index)
{
	struct flow *flow = flow_at(table, index);

	flow_timer_stop(table, index);
	remove_entry(table, &flow->direction[0].key, index * 2);
	remove_entry(table, &flow->direction[1].key, index * 2 + 1);
	flow->used = 0;
	/* Packets of this walk may still name it: no decision of it holds. */
	flow->direction[0].epoch = flow->direction[1].epoch = 0;
	flow->timer_next = table->free;
	table->free = index;
	atomic_store_explicit(&table->count, table->count - 1, memory_order_relaxed);
}
