/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/neighbour_table.h"

#include "datapath/arp/index.h"

#include <string.h>

static struct neighbour entries[NEIGHBOURS_MAX];
static uint16_t ready[NEIGHBOURS_MAX], retired[NEIGHBOURS_MAX];
static uint32_t ready_count, retired_count, high;
static uint32_t used;
static struct {
	uint16_t oldest, youngest;
} lists[LIST_COUNT];

static uint16_t index_of(const struct neighbour *neighbour)
{
	return (uint16_t)(neighbour - entries);
}

static bool in_complete(const struct neighbour *neighbour)
{
	return neighbour->state != NEIGHBOUR_RESOLVING && neighbour->state != NEIGHBOUR_UNKNOWN;
}

static void unlink_entry(struct neighbour *neighbour)
{
	enum table_list list = in_complete(neighbour) ? LIST_COMPLETE : LIST_INCOMPLETE;

	if (neighbour->before)
		entries[neighbour->before].after = neighbour->after;
	else
		lists[list].oldest = neighbour->after;
	if (neighbour->after)
		entries[neighbour->after].before = neighbour->before;
	else
		lists[list].youngest = neighbour->before;
}

static void link_entry(struct neighbour *neighbour)
{
	enum table_list list = in_complete(neighbour) ? LIST_COMPLETE : LIST_INCOMPLETE;
	uint16_t index = index_of(neighbour);

	neighbour->before = lists[list].youngest;
	neighbour->after = 0;
	if (neighbour->before)
		entries[neighbour->before].after = index;
	else
		lists[list].oldest = index;
	lists[list].youngest = index;
}

void table_reset(void)
{
	for (uint32_t index = 1; index < high; index++) {
		if (entries[index].state != NEIGHBOUR_NONE)
			table_remove(&entries[index]);
	}
	ready_count = retired_count = 0;
	high = 1;
	memset(lists, 0, sizeof(lists));
}

struct neighbour *table_at(uint16_t index)
{
	return &entries[index];
}

uint32_t table_high(void)
{
	return high;
}

bool table_exhausted(void)
{
	return high == NEIGHBOURS_MAX && ready_count == 0;
}

void table_reclaim(void)
{
	while (retired_count > 0)
		ready[ready_count++] = retired[--retired_count];
}

struct neighbour *table_add(uint16_t interface, struct ip_address next_hop)
{
	struct neighbour *neighbour;

	if (ready_count > 0)
		neighbour = &entries[ready[--ready_count]];
	else if (high < NEIGHBOURS_MAX)
		neighbour = &entries[high++];
	else
		return NULL;
	*neighbour =
	    (struct neighbour){.interface = interface, .next_hop = next_hop, .state = NEIGHBOUR_RESOLVING};
	used++;
	link_entry(neighbour);
	index_insert(interface, next_hop, index_of(neighbour));
	return neighbour;
}

/* In one word, so that a worker never sees half of it. */
static void publish(const struct neighbour *neighbour)
{
	uint64_t link = 0;

	if (in_complete(neighbour) && neighbour->state != NEIGHBOUR_NONE) {
		memcpy(&link, neighbour->mac.bytes, sizeof(neighbour->mac.bytes));
		link |= ADJACENCY_RESOLVED;
	}
	atomic_store_explicit(&datapath.adjacencies[index_of(neighbour)].link, link, memory_order_release);
}

void table_remove(struct neighbour *neighbour)
{
	unlink_entry(neighbour);
	index_remove(neighbour->interface, neighbour->next_hop);
	neighbour->state = NEIGHBOUR_NONE;
	publish(neighbour);
	used--;
	retired[retired_count++] = index_of(neighbour);
}

void table_set_state(struct neighbour *neighbour, enum neighbour_state state)
{
	unlink_entry(neighbour);
	neighbour->state = state;
	link_entry(neighbour);
	publish(neighbour);
}

struct neighbour *table_oldest(enum table_list list)
{
	return lists[list].oldest ? &entries[lists[list].oldest] : NULL;
}

uint32_t neighbour_count(void)
{
	return used;
}

uint16_t neighbour_next(uint16_t index)
{
	for (uint32_t next = index + 1u; next < high; next++) {
		if (entries[next].state != NEIGHBOUR_NONE)
			return (uint16_t)next;
	}
	return 0;
}

const struct neighbour *neighbour_at(uint16_t index)
{
	return &entries[index];
}
