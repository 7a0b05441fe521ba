/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/threshold/counts.h"

#include "datapath/flow/flow_table.h"

#include <errno.h>
#include <rte_atomic.h>
#include <rte_random.h>
#include <stdlib.h>

#define ENTRIES      8
#define BUCKETS_MIN  128
#define TICKS_MAX    (1u << 30) /* an age is a difference of 32 bits */
#define FLOW_PLACES  2          /* entries for each flow */
#define BUCKET_ALIGN (2 * RTE_CACHE_LINE_SIZE)

union entry {
	struct {
		uint32_t tag;
		uint32_t count; /* 0: free */
		/* FLOW_RATE: when its window began. CONCURRENT: since when the limit is exceeded, 0: it is not. */
		uint32_t since;
		uint16_t definition;
		uint16_t second; /* FLOW_RATE: the window is that of Duration */
	};
	rte_int128_t whole;
};
_Static_assert(sizeof(union entry) == 16, "replaced as a whole");

struct threshold_bucket {
	union entry entry[ENTRIES];
} __rte_aligned(BUCKET_ALIGN);

static uint32_t ticks(uint32_t milliseconds)
{
	uint64_t all = ((uint64_t)milliseconds * FLOW_TICKS_PER_SECOND + 999) / 1000;

	return all > TICKS_MAX ? TICKS_MAX : (uint32_t)all;
}

int threshold_counts_create(const struct policy *policy, uint64_t flows, uint64_t bytes,
                            struct threshold_counts **out)
{
	static uint16_t serial;
	uint32_t count = policy->threshold_definition_count;
	uint64_t wanted = flows * FLOW_PLACES * count / ENTRIES, buckets = BUCKETS_MIN;
	size_t size = sizeof(**out) + count * sizeof((*out)->terms[0]);
	struct threshold_counts *counts =
	    aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));

	if (!counts)
		return -ENOMEM;
	while (buckets < wanted && buckets * 2 * sizeof(struct threshold_bucket) <= bytes)
		buckets *= 2;
	memset(counts, 0, size);
	counts->references = 1;
	counts->definition_count = count;
	counts->bucket_mask = buckets - 1;
	counts->buckets = aligned_alloc(BUCKET_ALIGN, buckets * sizeof(*counts->buckets));
	if (!counts->buckets) {
		free(counts);
		return -ENOMEM;
	}
	/* Touched here: no worker waits for the kernel. */
	memset(counts->buckets, 0, buckets * sizeof(*counts->buckets));
	for (uint32_t i = 0; i < count; i++) {
		const struct policy_threshold_definition *definition = &policy->threshold_definitions[i];

		counts->terms[i].type = definition->type;
		counts->terms[i].shared = definition->shared;
		counts->terms[i].limit = definition->limit;
		counts->terms[i].interval = ticks(definition->interval_ms);
		counts->terms[i].duration = ticks(definition->duration_ms);
	}
	serial = serial == UINT16_MAX ? 1 : serial + 1;
	counts->serial = serial;
	*out = counts;
	return 0;
}

void threshold_counts_release(struct threshold_counts *counts)
{
	if (!counts || --counts->references)
		return;
	free(counts->buckets);
	free(counts);
}

static union entry load(const union entry *entry)
{
	union entry value;

	/* Two halves of different times are noticed where the word is replaced. */
	value.whole.val[0] = __atomic_load_n(&entry->whole.val[0], __ATOMIC_ACQUIRE);
	value.whole.val[1] = __atomic_load_n(&entry->whole.val[1], __ATOMIC_ACQUIRE);
	return value;
}

static bool replace(union entry *entry, const union entry *old, const union entry *next)
{
	rte_int128_t expected = old->whole;

	return rte_atomic128_cmp_exchange(&entry->whole, &expected, &next->whole, 0, __ATOMIC_ACQ_REL,
	                                  __ATOMIC_RELAXED);
}

static bool is_live(const struct threshold_counts *counts, const union entry *value, uint32_t now)
{
	const struct threshold_terms *terms;

	if (!value->count || value->definition >= counts->definition_count)
		return false;
	terms = &counts->terms[value->definition];
	return terms->type == POLICY_THRESHOLD_CONCURRENT ||
	       (int32_t)(now - value->since) < (int32_t)(value->second ? terms->duration : terms->interval);
}

/* Where a group is, or where it could be. */
struct place {
	union entry *entry;
	union entry value; /* as it was seen */
	bool own;          /* it is the group's */
	bool taken;        /* it is another group's */
	uint32_t others;   /* flows of the group in other places */
};

static void look(const struct threshold_counts *counts, uint32_t definition, uint64_t hash, uint32_t now,
                 struct place *out)
{
	struct threshold_bucket *bucket = &counts->buckets[hash & counts->bucket_mask];
	uint32_t tag = (uint32_t)(hash >> 32);

	*out = (struct place){.taken = true};
	for (unsigned i = 0; i < ENTRIES; i++) {
		union entry value = load(&bucket->entry[i]);
		bool live = is_live(counts, &value, now);

		if (live && value.tag == tag && value.definition == definition) {
			if (out->own) {
				out->others += value.count;
				continue;
			}
			*out = (struct place){.entry = &bucket->entry[i], .value = value, .own = true};
		} else if (!out->own && (!out->entry || (!live && out->taken) ||
		                         (live && out->taken && value.count < out->value.count))) {
			out->entry = &bucket->entry[i];
			out->value = value;
			out->taken = live;
		}
	}
}

/* What one group may have; a group that has no flow yet counts as one more (C24-015). */
static uint32_t limit_of(const struct threshold_terms *terms, bool new_group)
{
	uint32_t groups;

	if (!terms->shared || terms->type != POLICY_THRESHOLD_CONCURRENT)
		return terms->limit;
	groups = atomic_load_explicit(&terms->groups, memory_order_relaxed) + new_group;
	if (groups <= terms->limit)
		return terms->limit / RTE_MAX(groups, 1u);
	/* More groups than flows: each has one as often as there are. */
	return rte_rand_max(groups) < terms->limit;
}

/* One more flow is in *next already, total is that of all places. True where the definition is triggered. */
static bool step(const struct threshold_terms *terms, union entry *next, uint32_t total, bool new_group,
                 uint32_t now)
{
	if (total <= limit_of(terms, new_group)) {
		if (terms->type == POLICY_THRESHOLD_CONCURRENT)
			next->since = 0;
		return false;
	}
	if (terms->type == POLICY_THRESHOLD_CONCURRENT) {
		if (!next->since)
			next->since = now ? now : 1;
		return now - next->since >= terms->duration;
	}
	if (!terms->duration || next->second)
		return true;
	next->second = 1;
	next->since = now;
	next->count = 1;
	return false;
}

static void count_groups(struct threshold_counts *counts, uint32_t definition, int change)
{
	if (counts->terms[definition].type == POLICY_THRESHOLD_CONCURRENT)
		atomic_fetch_add_explicit(&counts->terms[definition].groups, (uint32_t)change,
		                          memory_order_relaxed);
}

bool threshold_count_in(struct threshold_counts *counts, uint32_t definition, uint64_t hash, uint32_t now)
{
	struct threshold_terms *terms = &counts->terms[definition];
	struct place place;
	union entry next;
	bool triggered;

	do {
		look(counts, definition, hash, now, &place);
		next = place.value;
		if (!place.own)
			next = (union entry){.tag = (uint32_t)(hash >> 32),
			                     .since = terms->type == POLICY_THRESHOLD_CONCURRENT ? 0 : now,
			                     .definition = (uint16_t)definition};
		next.count++;
		triggered = step(terms, &next, next.count + place.others, !place.own, now);
	} while (!replace(place.entry, &place.value, &next));
	if (!place.own)
		count_groups(counts, definition, 1);
	if (!place.own && place.taken) {
		count_groups(counts, place.value.definition, -1);
		atomic_fetch_add_explicit(&counts->replaced, 1, memory_order_relaxed);
	}
	/* Others read this line: it is written where it says something new. */
	if (triggered && !atomic_load_explicit(&terms->triggered, memory_order_relaxed))
		atomic_store_explicit(&terms->triggered, true, memory_order_relaxed);
	return triggered;
}

void threshold_count_out(struct threshold_counts *counts, uint32_t definition, uint64_t hash, uint32_t now)
{
	const struct threshold_terms *terms = &counts->terms[definition];
	struct place place;
	union entry next;

	do {
		look(counts, definition, hash, now, &place);
		/* Its group was given up meanwhile. */
		if (!place.own)
			return;
		next = place.value;
		next.count--;
		if (next.count + place.others <= limit_of(terms, false))
			next.since = 0;
	} while (!replace(place.entry, &place.value, &next));
	if (!next.count)
		count_groups(counts, definition, -1);
}

uint32_t threshold_count_of(const struct threshold_counts *counts, uint32_t definition, uint64_t hash,
                            uint32_t now)
{
	struct place place;

	look(counts, definition, hash, now, &place);
	return place.own ? place.value.count + place.others : 0;
}
