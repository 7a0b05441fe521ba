/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_random.h>
#include <stdlib.h>

/*
 * What memory alone costs a packet: the line of a random bucket, and that of the direction which stands in it, which is
 * written too, in a table of the flow table's sizes, by vectors and with prefetches as the graph has them. Nothing else
 * is done: no graph that reads these lines can be quicker.
 */
#define RUNS    401
#define VECTORS 200
#define ENTRIES 4 /* of a bucket that are in use: as many as there are directions */

struct memory {
	struct flow_bucket *buckets;
	struct flow *flows;
	uint32_t bucket_mask;
	uint64_t random;
};

static bool make(struct memory *memory, uint32_t flows)
{
	uint32_t entries = 2 * flows;

	*memory = (struct memory){.bucket_mask = flows / 2 - 1, .random = rte_rand()};
	memory->buckets = rte_zmalloc(NULL, flows / 2 * sizeof(*memory->buckets), RTE_CACHE_LINE_SIZE);
	memory->flows = rte_zmalloc(NULL, flows * sizeof(*memory->flows), RTE_CACHE_LINE_SIZE);
	if (!memory->buckets || !memory->flows)
		return false;
	for (uint32_t i = 0; i < entries; i++) {
		uint32_t *last = &memory->buckets[i / ENTRIES].entry[i % ENTRIES];
		uint32_t other = (uint32_t)rte_rand_max(i + 1ULL);
		uint32_t *place = &memory->buckets[other / ENTRIES].entry[other % ENTRIES];

		*last = *place;
		*place = i;
	}
	return true;
}

/* One vector; what is random is a multiplication, and little of its time. */
static void touch(struct memory *memory)
{
	const struct flow_bucket *buckets[BURST];
	struct flow_direction *directions[BURST];
	unsigned entry[BURST];

	for (unsigned i = 0; i < BURST; i++) {
		memory->random = memory->random * 6364136223846793005ULL + 1442695040888963407ULL;
		buckets[i] = &memory->buckets[memory->random >> 40 & memory->bucket_mask];
		entry[i] = memory->random >> 38 & (ENTRIES - 1);
		rte_prefetch0(buckets[i]);
	}
	for (unsigned i = 0; i < BURST; i++) {
		uint32_t number = buckets[i]->entry[entry[i]];

		directions[i] = &memory->flows[number >> 1].direction[number & 1];
		rte_prefetch0(directions[i]);
	}
	for (unsigned i = 0; i < BURST; i++)
		directions[i]->packets++;
}

double bench_memory_cycles(uint32_t flows)
{
	double cycles[RUNS] = {0};
	struct memory memory;

	if (make(&memory, flows)) {
		for (uint32_t i = 0; i < 2 * flows / BURST; i++)
			touch(&memory);
		for (unsigned run = 0; run < RUNS; run++) {
			uint64_t begin = rte_rdtsc_precise();

			for (unsigned i = 0; i < VECTORS; i++)
				touch(&memory);
			cycles[run] = (double)(rte_rdtsc_precise() - begin) / (VECTORS * BURST);
		}
	}
	rte_free(memory.buckets);
	rte_free(memory.flows);
	qsort(cycles, RUNS, sizeof(cycles[0]), bench_compare);
	return cycles[RUNS / 2];
}

int bench_memory(const struct measurement *measurement)
{
	double cycles = bench_memory_cycles(measurement->size);

	if (cycles == 0)
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	bench_result(measurement, cycles, "cycles/packet");
	return EXIT_SUCCESS;
}
