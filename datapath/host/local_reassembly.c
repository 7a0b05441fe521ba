/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/local_reassembly.h"

#include "datapath/fragment/fragment.h"
#include "datapath/ipv6/ipv6_parse.h"

#include <netinet/in.h>
#include <stdlib.h>

#define UNIT       8
#define HEADER_MAX 256 /* of the headers before what is fragmented; IPv4 has 60 at most */

static struct entry {
	bool used;
	bool large;
	struct fragment_key key;
	uint64_t since;
	uint8_t *memory; /* HEADER_MAX bytes, then room for the payload */
	uint32_t room;
	uint32_t header; /* bytes of the headers, which end where the payload begins; 0: not there yet */
	uint32_t received, end, total;
	uint8_t seen[(UINT16_MAX / UNIT + 1) / 8]; /* a bit a unit of the payload */
} entries[POLICY_LOCAL_REASSEMBLIES_MAX];
static uint32_t used, large;

static void forget(struct entry *entry)
{
	free(entry->memory);
	used--;
	large -= entry->large;
	*entry = (struct entry){.used = false};
}

void local_reassembly_stop(void)
{
	for (unsigned i = 0; i < RTE_DIM(entries); i++) {
		if (entries[i].used)
			forget(&entries[i]);
	}
}

static struct entry *oldest(bool of_large)
{
	struct entry *found = NULL;

	for (unsigned i = 0; i < RTE_DIM(entries); i++) {
		if (entries[i].used && (!of_large || entries[i].large) &&
		    (!found || entries[i].since < found->since))
			found = &entries[i];
	}
	return found;
}

static void expire(uint64_t now, uint64_t lifetime, uint32_t *failed)
{
	for (unsigned i = 0; i < RTE_DIM(entries) && used; i++) {
		if (entries[i].used && now - entries[i].since >= lifetime) {
			forget(&entries[i]);
			(*failed)++;
		}
	}
}

static struct entry *find(const struct fragment_key *key)
{
	for (unsigned i = 0; i < RTE_DIM(entries) && used; i++) {
		if (entries[i].used && memcmp(&entries[i].key, key, sizeof(*key)) == 0)
			return &entries[i];
	}
	return NULL;
}

static struct entry *open_entry(const struct fragment_key *key, uint64_t now)
{
	uint8_t *memory = malloc(HEADER_MAX + LOCAL_REASSEMBLY_SMALL);

	for (unsigned i = 0; memory && i < RTE_DIM(entries); i++) {
		if (entries[i].used)
			continue;
		entries[i] = (struct entry){.used = true,
		                            .key = *key,
		                            .since = now,
		                            .memory = memory,
		                            .room = LOCAL_REASSEMBLY_SMALL};
		used++;
		return &entries[i];
	}
	free(memory);
	return NULL;
}

/* Into a large buffer, where one may be had: what has one already gets no other. */
static bool enlarge(const struct policy_local_reassembly *limits, struct entry *entry, uint32_t *failed)
{
	uint8_t *memory;

	if (limits->large_max == 0 || entry->large)
		return false;
	while (large >= limits->large_max) {
		forget(oldest(true));
		(*failed)++;
	}
	memory = realloc(entry->memory, HEADER_MAX + limits->size_max);
	if (!memory)
		return false;
	entry->memory = memory;
	entry->room = limits->size_max;
	entry->large = true;
	large++;
	return true;
}

/* What is before the payload in the whole packet. False: more than any sender has. */
static bool take_header(struct entry *entry, const uint8_t *ip, const struct fragment *fragment)
{
	uint32_t length = fragment->data - (fragment->key.version == 6 ? IPV6_FRAGMENT_HEADER : 0);
	uint32_t field = offsetof(struct rte_ipv6_hdr, proto), next = sizeof(struct rte_ipv6_hdr);
	uint8_t *header = entry->memory + HEADER_MAX - length;

	if (length > HEADER_MAX)
		return false;
	memcpy(header, ip, length);
	entry->header = length;
	if (fragment->key.version == 4)
		return true;
	/* The header before the fragment header names what is behind it. */
	while (next < length) {
		field = next;
		next += (header[next + 1] + 1u) * UNIT;
	}
	header[field] = fragment->protocol;
	return true;
}

/* Marks the units; false where one was there already. */
static bool mark(struct entry *entry, const struct fragment *fragment)
{
	uint32_t last = (fragment->offset + fragment->length - 1) / UNIT;

	for (uint32_t i = fragment->offset / UNIT; i <= last; i++) {
		if (entry->seen[i / 8] & 1 << i % 8)
			return false;
		entry->seen[i / 8] |= 1 << i % 8;
	}
	return true;
}

static bool take(struct entry *entry, const uint8_t *ip, const struct fragment *fragment)
{
	uint32_t end = fragment->offset + fragment->length;

	if (!fragment->more && !entry->total && end >= entry->end)
		entry->total = end;
	else if (!fragment->more || (entry->total && end > entry->total))
		return false;
	if (!mark(entry, fragment) || (fragment->offset == 0 && !take_header(entry, ip, fragment)))
		return false;
	memcpy(entry->memory + HEADER_MAX + fragment->offset, ip + fragment->data, fragment->length);
	entry->received += fragment->length;
	entry->end = RTE_MAX(entry->end, end);
	return true;
}

static void finish(struct entry *entry, struct local_packet *whole)
{
	uint8_t *data = entry->memory + HEADER_MAX - entry->header;
	uint32_t length = entry->header + entry->total;

	if (entry->key.version == 4) {
		struct rte_ipv4_hdr *header = (struct rte_ipv4_hdr *)data;

		header->total_length = rte_cpu_to_be_16(length);
		header->fragment_offset = 0;
		header->hdr_checksum = 0;
		header->hdr_checksum = ~rte_raw_cksum(header, entry->header);
	} else {
		struct rte_ipv6_hdr *header = (struct rte_ipv6_hdr *)data;

		header->payload_len = rte_cpu_to_be_16(length - sizeof(*header));
	}
	*whole = (struct local_packet){.data = data, .length = length, .memory = entry->memory};
	entry->memory = NULL;
	forget(entry);
}

bool local_reassembly_wanted(const uint8_t *ip, uint32_t length)
{
	struct rte_ipv4_hdr header;

	if (length >= sizeof(header) && ip[0] >> 4 == 4) {
		memcpy(&header, ip, sizeof(header));
		return header.fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG);
	}
	return ip[0] >> 4 == 6 && ipv6_fragment_header(ip, length) != 0;
}

static struct entry *enter(const struct policy_local_reassembly *limits, uint64_t now,
                           const struct fragment_key *key, uint32_t *failed)
{
	struct entry *entry = find(key);

	if (entry || limits->reassemblies_max == 0)
		return entry;
	while (used >= limits->reassemblies_max) {
		forget(oldest(false));
		(*failed)++;
	}
	return open_entry(key, now);
}

enum counter local_reassembly_add(const struct policy_local_reassembly *limits, uint64_t now,
                                  uint64_t lifetime, const uint8_t *ip, uint32_t length, uint16_t interface,
                                  struct local_packet *whole, uint32_t *failed)
{
	uint32_t header = ip[0] >> 4 == 6 ? ipv6_fragment_header(ip, length) : 0;
	struct fragment fragment =
	    header ? fragment_read_ipv6(ip, header, interface) : fragment_read_ipv4(ip, interface);
	uint32_t end = fragment.offset + fragment.length, before;
	struct entry *entry;
	bool full;

	*whole = (struct local_packet){.data = NULL};
	before = fragment.key.version == 4 ? sizeof(struct rte_ipv4_hdr) : sizeof(struct rte_ipv6_hdr);
	expire(now, lifetime, failed);
	if (fragment_check(&fragment) != COUNTER_COUNT || fragment.total > length ||
	    before + end > limits->size_max)
		return COUNTER_DROP_LOCAL_REASSEMBLY_SIZE;
	entry = enter(limits, now, &fragment.key, failed);
	if (!entry)
		return COUNTER_DROP_LOCAL_REASSEMBLY_LIMIT;
	full = end > entry->room && !enlarge(limits, entry, failed);
	if (full || !take(entry, ip, &fragment)) {
		forget(entry);
		(*failed)++;
		return full ? COUNTER_DROP_LOCAL_REASSEMBLY_LIMIT : COUNTER_DROP_LOCAL_REASSEMBLY_OVERLAP;
	}
	if (!entry->total || entry->received != entry->total || !entry->header)
		return COUNTER_COUNT;
	/* The first one may have had options. */
	if (entry->header + entry->total > UINT16_MAX) {
		forget(entry);
		(*failed)++;
		return COUNTER_DROP_LOCAL_REASSEMBLY_SIZE;
	}
	finish(entry, whole);
	return COUNTER_COUNT;
}
