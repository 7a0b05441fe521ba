/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/classifier.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* What the dimensions of boxes are numbers of. */

static const uint8_t special[] = {IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP,
                                  IPPROTO_UDP,  IPPROTO_SCTP,   IPPROTO_UDPLITE};

uint32_t rule_protocol_place(uint8_t protocol)
{
	uint32_t place = protocol;

	for (unsigned i = 0; i < sizeof(special); i++) {
		if (special[i] == protocol)
			return RULE_PLACE_ICMP + i;
		place -= special[i] < protocol;
	}
	return place;
}

static unsigned __int128 number(const uint8_t address[16])
{
	unsigned __int128 out = 0;

	for (unsigned i = 0; i < 16; i++)
		out = out << 8 | address[i];
	return out;
}

static int compare(const void *a, const void *b)
{
	unsigned __int128 x = *(const unsigned __int128 *)a, y = *(const unsigned __int128 *)b;

	return (x > y) - (x < y);
}

static int add_range(const struct ip_range *range, struct rule_space *space, uint32_t *capacity)
{
	unsigned __int128 ends[2] = {number(range->first.bytes), number(range->last.bytes) + 1};

	if (range->first.version != 6)
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		/* Everything is at or behind 0, which is also what comes behind the last address. */
		if (ends[i] == 0)
			continue;
		if (rule_grow(&space->starts, capacity, space->count, sizeof(ends[0])))
			return -ENOMEM;
		space->starts[space->count++] = ends[i];
	}
	return 0;
}

int rule_space_create(const struct policy *policy, unsigned direction, struct rule_space *out)
{
	uint32_t capacity = 0, kept = 0;

	for (uint32_t i = 0; i < policy->rule_count; i++) {
		struct policy_slice slice =
		    direction ? policy->rules[i].destination_networks : policy->rules[i].source_networks;

		for (uint32_t range = slice.first; range < slice.first + slice.count; range++) {
			if (add_range(&policy->ranges[range], out, &capacity))
				return -ENOMEM;
		}
	}
	if (!out->count)
		return 0;
	qsort(out->starts, out->count, sizeof(out->starts[0]), compare);
	for (uint32_t i = 0; i < out->count; i++) {
		if (!kept || out->starts[kept - 1] != out->starts[i])
			out->starts[kept++] = out->starts[i];
	}
	out->count = kept;
	return 0;
}

uint32_t rule_space_place(const struct rule_space *space, const uint8_t address[16])
{
	const unsigned __int128 *at = space->starts, value = number(address);
	uint32_t left = space->count;

	/* The number of starts up to the address; without branches that cannot be foreseen. */
	while (left > 1) {
		uint32_t half = left / 2;

		at = at[half - 1] <= value ? at + half : at;
		left -= half;
	}
	return left ? (uint32_t)(at - space->starts) + (*at <= value) : 0;
}

int rule_grow(void *array, uint32_t *capacity, uint32_t count, size_t size)
{
	uint64_t wanted = *capacity ? 2ULL * *capacity : 64;
	void *memory;

	if (count < *capacity)
		return 0;
	memcpy(&memory, array, sizeof(memory));
	memory = wanted > UINT32_MAX ? NULL : realloc(memory, wanted * size);
	if (!memory)
		return -ENOMEM;
	memcpy(array, &memory, sizeof(memory));
	*capacity = (uint32_t)wanted;
	return 0;
}
