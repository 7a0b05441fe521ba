/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/reassembly.h"

#include <rte_malloc.h>

static enum reassembly_list list_of(enum reassembly_state state)
{
	return state == REASSEMBLY_WAITING   ? LIST_WAITING
	       : state == REASSEMBLY_FLOWING ? LIST_FLOWING
	                                     : LIST_LINGERING;
}

static void *memory(size_t count, size_t size, int socket)
{
	return rte_calloc_socket("reassembly", count, size, RTE_CACHE_LINE_SIZE, socket);
}

struct reassembly_table *reassembly_table_create(uint32_t capacity, int socket)
{
	struct reassembly_table *table = memory(1, sizeof(*table), socket);
	uint32_t buckets = rte_align32pow2(capacity + 1);

	if (!table)
		return NULL;
	table->capacity = capacity;
	table->bucket_mask = buckets - 1;
	table->entries = memory(capacity + 1, sizeof(*table->entries), socket);
	table->records = memory(REASSEMBLY_RECORDS + 1, sizeof(*table->records), socket);
	table->buckets = memory(buckets, sizeof(*table->buckets), socket);
	if (table->entries && table->records && table->buckets)
		return table;
	reassembly_table_destroy(table);
	return NULL;
}

void reassembly_table_destroy(struct reassembly_table *table)
{
	for (uint32_t i = 1; table->entries && table->records && i <= table->high; i++) {
		if (table->entries[i].used)
			reassembly_forget(table, i);
	}
	rte_free(table->entries);
	rte_free(table->records);
	rte_free(table->buckets);
	rte_free(table);
}

uint32_t reassembly_find(const struct reassembly_table *table, const struct fragment_key *key, uint64_t hash)
{
	uint32_t index = table->buckets[hash & table->bucket_mask];

	while (index && memcmp(&table->entries[index].key, key, sizeof(*key)) != 0)
		index = table->entries[index].chain;
	return index;
}

static void link_last(struct reassembly_table *table, uint32_t index)
{
	struct reassembly *entry = &table->entries[index];
	unsigned list = list_of(entry->state);

	entry->list_next = 0;
	entry->list_previous = table->lists[list].last;
	if (entry->list_previous)
		table->entries[entry->list_previous].list_next = index;
	else
		table->lists[list].first = index;
	table->lists[list].last = index;
	table->lists[list].count++;
}

static void unlink(struct reassembly_table *table, uint32_t index)
{
	struct reassembly *entry = &table->entries[index];
	unsigned list = list_of(entry->state);

	if (entry->list_previous)
		table->entries[entry->list_previous].list_next = entry->list_next;
	else
		table->lists[list].first = entry->list_next;
	if (entry->list_next)
		table->entries[entry->list_next].list_previous = entry->list_previous;
	else
		table->lists[list].last = entry->list_previous;
	table->lists[list].count--;
}

uint32_t reassembly_open(struct reassembly_table *table, const struct fragment_key *key, uint64_t hash,
                         uint32_t now)
{
	uint32_t *bucket = &table->buckets[hash & table->bucket_mask], index = table->free;

	if (index)
		table->free = table->entries[index].chain;
	else if (table->high < table->capacity)
		index = ++table->high;
	else
		return REASSEMBLY_NONE;
	/* A seed that nobody outside can know: the hash is keyed, and the index is no secret. */
	table->entries[index] = (struct reassembly){.key = *key,
	                                            .seed = hash + now,
	                                            .chain = *bucket,
	                                            .since = now,
	                                            .latest = now,
	                                            .used = true,
	                                            .state = REASSEMBLY_WAITING};
	*bucket = index;
	table->count++;
	link_last(table, index);
	return index;
}

void reassembly_close(struct reassembly_table *table, uint32_t index)
{
	struct reassembly *entry = &table->entries[index];
	uint32_t *link = &table->buckets[fragment_hash(&entry->key) & table->bucket_mask];

	while (*link != index)
		link = &table->entries[*link].chain;
	*link = entry->chain;
	unlink(table, index);
	entry->used = false;
	entry->chain = table->free;
	table->free = index;
	table->count--;
}

void reassembly_set_state(struct reassembly_table *table, uint32_t index, enum reassembly_state state)
{
	unlink(table, index);
	table->entries[index].state = state;
	link_last(table, index);
}

uint32_t reassembly_victim(const struct reassembly_table *table, uint32_t share, bool first, bool *full)
{
	uint32_t waiting = table->lists[LIST_WAITING].first;

	share = RTE_MIN(share, table->capacity);
	*full = false;
	if (!first && table->lists[LIST_WAITING].count >= (share + 1) / 2)
		return waiting;
	if (table->count < share)
		return REASSEMBLY_NONE;
	*full = true;
	if (table->lists[LIST_LINGERING].first)
		return table->lists[LIST_LINGERING].first;
	if (waiting)
		return waiting;
	return first ? table->lists[LIST_FLOWING].first : REASSEMBLY_NONE;
}
