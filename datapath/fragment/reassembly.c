/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/reassembly.h"

#define UNIT 8

static uint32_t record_take(struct reassembly_table *table)
{
	uint32_t index = table->record_free;

	if (index)
		table->record_free = table->records[index].next;
	else if (table->record_high < REASSEMBLY_RECORDS)
		index = ++table->record_high;
	return index;
}

static uint32_t begin_of(const struct fragment_record *record)
{
	return (uint32_t)record->offset * UNIT;
}

static uint32_t end_of(const struct fragment_record *record)
{
	return begin_of(record) + record->length;
}

/* The last record that starts at offset or before; 0: none. Most fragments come in order, many in reverse. */
static uint32_t find_before(const struct reassembly_table *table, const struct reassembly *entry,
                            uint32_t offset)
{
	uint32_t before = 0;

	if (entry->last_record && begin_of(&table->records[entry->last_record]) <= offset)
		return entry->last_record;
	for (uint32_t i = entry->records; i && begin_of(&table->records[i]) <= offset;
	     i = table->records[i].next)
		before = i;
	return before;
}

/* Against the end of the packet, where the last fragment said so. */
static bool fits(const struct reassembly *entry, const struct fragment *fragment)
{
	uint32_t end = fragment->offset + fragment->length;

	if (!fragment->more)
		return entry->total ? end == entry->total : end >= entry->end && end >= entry->least;
	return !entry->total || end < entry->total;
}

static enum reassembly_verdict compare(const struct reassembly_table *table, const struct reassembly *entry,
                                       uint32_t before, const struct fragment *fragment, uint64_t digest)
{
	const struct fragment_record *previous = &table->records[before];
	uint32_t next = before ? previous->next : entry->records;

	if (before && begin_of(previous) == fragment->offset && previous->length == fragment->length)
		return previous->digest == digest ? REASSEMBLY_DUPLICATE : REASSEMBLY_DUPLICATE_DATA;
	if ((before && end_of(previous) > fragment->offset) ||
	    (next && begin_of(&table->records[next]) < fragment->offset + fragment->length))
		return REASSEMBLY_OVERLAP;
	return REASSEMBLY_ACCEPTED;
}

enum reassembly_verdict reassembly_add(struct reassembly_table *table, uint32_t index,
                                       const struct fragment *fragment, uint64_t digest)
{
	struct reassembly *entry = &table->entries[index];
	uint32_t before = find_before(table, entry, fragment->offset), record;
	uint32_t end = fragment->offset + fragment->length;
	enum reassembly_verdict verdict;

	if (!fits(entry, fragment))
		return REASSEMBLY_SIZE;
	verdict = compare(table, entry, before, fragment, digest);
	if (verdict != REASSEMBLY_ACCEPTED)
		return verdict;
	if (entry->count == REASSEMBLY_FRAGMENTS_MAX || !(record = record_take(table)))
		return REASSEMBLY_FULL;
	table->records[record] =
	    (struct fragment_record){.next = before ? table->records[before].next : entry->records,
	                             .offset = fragment->offset / UNIT,
	                             .length = fragment->length,
	                             .digest = digest};
	if (before)
		table->records[before].next = record;
	else
		entry->records = record;
	if (before == entry->last_record)
		entry->last_record = record;
	entry->count++;
	entry->received += fragment->length;
	entry->end = RTE_MAX(entry->end, end);
	if (!fragment->more)
		entry->total = end;
	return REASSEMBLY_ACCEPTED;
}

bool reassembly_hold(struct reassembly_table *table, uint32_t index, const struct fragment *fragment,
                     struct rte_mbuf *mbuf)
{
	struct reassembly *entry = &table->entries[index];
	uint32_t record = find_before(table, entry, fragment->offset);

	if (entry->held == REASSEMBLY_HELD_EACH || table->held == REASSEMBLY_HELD_MAX)
		return false;
	table->records[record].held = mbuf;
	entry->held++;
	table->held++;
	return true;
}

struct rte_mbuf *reassembly_release(struct reassembly_table *table, uint32_t index)
{
	struct reassembly *entry = &table->entries[index];

	for (uint32_t i = entry->held ? entry->records : 0; i; i = table->records[i].next) {
		struct rte_mbuf *held = table->records[i].held;

		if (!held)
			continue;
		table->records[i].held = NULL;
		entry->held--;
		table->held--;
		return held;
	}
	return NULL;
}

uint32_t reassembly_forget(struct reassembly_table *table, uint32_t index)
{
	struct reassembly *entry = &table->entries[index];
	uint32_t freed = 0;

	while (entry->records) {
		uint32_t record = entry->records;

		entry->records = table->records[record].next;
		if (table->records[record].held) {
			rte_pktmbuf_free(table->records[record].held);
			freed++;
		}
		table->records[record].held = NULL;
		table->records[record].next = table->record_free;
		table->record_free = record;
	}
	table->held -= freed;
	entry->held = entry->count = 0;
	entry->last_record = 0;
	return freed;
}
