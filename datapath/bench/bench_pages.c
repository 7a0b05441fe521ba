/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_random.h>
#include <stdlib.h>

/*
 * How far the processor's address cache reaches: cycles of a read that waits for the one before, over so many lines side
 * by side, and over as many of which each lies in 4 KB of its own. With pages of 2 MB down to the machine below both take
 * the same; where the machine below has given a virtual one pages of 4 KB, the latter costs a walk through its tables.
 */
#define RUNS  101
#define READS 16384
#define PAGE  4096

/* Line i, at a random place in its piece so that all of the cache is used. */
static void **line_at(uint8_t *memory, uint32_t i, uint32_t stride)
{
	uint32_t place = (i * 2654435761u >> 20) * RTE_CACHE_LINE_SIZE % stride;

	return (void **)(memory + (size_t)i * stride + place);
}

static double measure(uint8_t *memory, uint32_t *order, uint32_t lines, uint32_t stride)
{
	void **at = line_at(memory, order[0], stride);
	double cycles[RUNS];

	for (uint32_t i = 0; i < lines; i++)
		*line_at(memory, order[i], stride) = line_at(memory, order[(i + 1) % lines], stride);
	for (unsigned run = 0; run < RUNS; run++) {
		uint64_t begin = rte_rdtsc_precise();

		for (unsigned i = 0; i < READS; i++)
			at = *at;
		/* All of it is asked for. */
		__asm__ volatile("" : "+r"(at));
		cycles[run] = (double)(rte_rdtsc_precise() - begin) / READS;
	}
	qsort(cycles, RUNS, sizeof(cycles[0]), bench_compare);
	return cycles[RUNS / 2];
}

int bench_pages(const struct measurement *measurement)
{
	uint32_t lines = measurement->size;
	uint8_t *memory = rte_malloc(NULL, (size_t)lines * PAGE, PAGE);
	uint32_t *order = rte_malloc(NULL, lines * sizeof(*order), 0);

	if (!memory || !order)
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	for (uint32_t i = 0; i < lines; i++) {
		uint32_t other = (uint32_t)rte_rand_max(i + 1ULL);

		order[i] = order[other];
		order[other] = i;
	}
	bench_print("pages.cycles.side_by_side", lines, measure(memory, order, lines, RTE_CACHE_LINE_SIZE),
	            "cycles/read");
	bench_print("pages.cycles.apart", lines, measure(memory, order, lines, PAGE), "cycles/read");
	rte_free(memory);
	rte_free(order);
	return EXIT_SUCCESS;
}
