/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/index.h"

#include "datapath/flow/flow_key.h"

#include <arpa/inet.h>
#include <string.h>

#define SLOTS   (2 * NEIGHBOURS_MAX) /* at most half full */
#define EMPTY   0ULL
#define REMOVED 0xffff0000ULL /* no next hop has adjacency 0 */

/* tag of the next hop << 32 | interface << 16 | adjacency */
static _Atomic uint64_t slots[SLOTS];
/*
 * The next hop of each adjacency. It is written before the slot that names the adjacency, and again only when no worker
 * knows that one any more.
 */
static struct ip_address next_hops[NEIGHBOURS_MAX];

/* Of IPv4 the address itself. Of IPv6 nobody outside can choose addresses that meet in one slot. */
static uint32_t tag_of(const struct ip_address *next_hop)
{
	uint64_t words[2];
	uint32_t tag;

	if (next_hop->version == 4) {
		memcpy(&tag, next_hop->bytes, sizeof(tag));
		return tag;
	}
	memcpy(words, next_hop->bytes, sizeof(words));
	return (uint32_t)flow_hash_words(words[0], words[1]);
}

static uint64_t word(uint16_t interface, const struct ip_address *next_hop, uint16_t adjacency)
{
	return (uint64_t)tag_of(next_hop) << 32 | (uint64_t)interface << 16 | adjacency;
}

static uint32_t first_slot(uint64_t key)
{
	key ^= key >> 33;
	key *= 0xff51afd7ed558ccdULL;
	key ^= key >> 33;
	return (uint32_t)key % SLOTS;
}

static uint32_t position(uint16_t interface, const struct ip_address *next_hop, uint64_t *found)
{
	uint64_t key = word(interface, next_hop, 0);
	uint32_t slot = first_slot(key);

	for (uint32_t tried = 0; tried < SLOTS; tried++, slot = (slot + 1) % SLOTS) {
		uint64_t value = atomic_load_explicit(&slots[slot], memory_order_acquire);

		if (value == EMPTY)
			break;
		if (value != REMOVED && (value & ~0xffffULL) == key &&
		    ip_address_compare(&next_hops[value & 0xffff], next_hop) == 0) {
			*found = value;
			return slot;
		}
	}
	*found = 0;
	return slot;
}

uint32_t index_find(uint16_t interface, struct ip_address next_hop)
{
	uint64_t found;

	position(interface, &next_hop, &found);
	return (uint32_t)(found & 0xffff);
}

uint32_t neighbour_find(uint16_t interface, uint32_t next_hop)
{
	return index_find(interface, ip_address_from_ip4(ntohl(next_hop)));
}

uint32_t neighbour_find_ipv6(uint16_t interface, const uint8_t next_hop[16])
{
	struct ip_address address = {.version = 6};

	memcpy(address.bytes, next_hop, sizeof(address.bytes));
	return index_find(interface, address);
}

void index_insert(uint16_t interface, struct ip_address next_hop, uint16_t adjacency)
{
	uint32_t slot = first_slot(word(interface, &next_hop, 0));

	next_hops[adjacency] = next_hop;
	for (;; slot = (slot + 1) % SLOTS) {
		uint64_t value = atomic_load_explicit(&slots[slot], memory_order_relaxed);

		if (value == EMPTY || value == REMOVED)
			break;
	}
	atomic_store_explicit(&slots[slot], word(interface, &next_hop, adjacency), memory_order_release);
}

void index_remove(uint16_t interface, struct ip_address next_hop)
{
	uint64_t found;
	uint32_t slot = position(interface, &next_hop, &found);

	if (!found)
		return;
	atomic_store_explicit(&slots[slot], REMOVED, memory_order_release);
	/* At the end of a chain nothing is looked for behind a removed one: chains do not grow for ever. */
	while (atomic_load_explicit(&slots[(slot + 1) % SLOTS], memory_order_relaxed) == EMPTY &&
	       atomic_load_explicit(&slots[slot], memory_order_relaxed) == REMOVED) {
		atomic_store_explicit(&slots[slot], EMPTY, memory_order_release);
		slot = (slot + SLOTS - 1) % SLOTS;
	}
}
