/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * Cycles that a packet of an established flow costs: UDP in 64-byte frames, over all flows of the table in random
 * order. What the source and the sink cost is measured by itself and taken off.
 */
#define RUNS  401 /* short ones, so that the median is of runs that nothing interrupted */
#define WALKS 200 /* a run: half a millisecond */

static struct shape shape_of(const struct flow_key *key, uint16_t reply)
{
	struct shape shape = {.source = key->source,
	                      .destination = key->destination,
	                      .source_port = key->source_port,
	                      .destination_port = key->destination_port,
	                      .reply = reply};

	bench_shape_finish(&shape);
	return shape;
}

static bool open_flows(struct worker *worker, uint32_t flows)
{
	for (uint32_t i = 0; i < flows; i++) {
		struct flow_key key = {
		    .source = rte_cpu_to_be_32((10u << 24) + 1000 + (rte_rand() & 0x7fffff)),
		    .destination = rte_cpu_to_be_32((20u << 24) + 1000 + (rte_rand() & 0x7fffff)),
		    .source_port = rte_cpu_to_be_16(1024 + (i & 0x7fff)),
		    .destination_port = RTE_BE16(53)};

		bench.shapes[i] = shape_of(&key, 0);
	}
	bench.count = flows;
	bench.position = 0;
	bench_send(worker, flows);
	return worker->flows->count == flows;
}

/* Half of the packets are answers, to what the flows were translated to: both directions of every flow are met. */
static void take_shapes(const struct flow_table *table, uint32_t flows)
{
	for (uint32_t i = 0; i < flows; i++) {
		const struct flow *flow = flow_at(table, i + 1);

		bench.shapes[i] = shape_of(&flow->direction[0].key, 0);
		bench.shapes[flows + i] = shape_of(&flow->direction[1].key, 1);
	}
	bench.count = 2 * flows;
	for (uint32_t i = bench.count - 1; i > 0; i--) {
		uint32_t other = (uint32_t)rte_rand_max(i + 1);
		struct shape shape = bench.shapes[i];

		bench.shapes[i] = bench.shapes[other];
		bench.shapes[other] = shape;
	}
	bench.position = 0;
}

/* Cycles a packet, median of the runs. */
static double measure(struct worker *worker, rte_edge_t next)
{
	double cycles[RUNS];

	bench.next = next;
	for (unsigned run = 0; run < RUNS; run++) {
		uint64_t begin, before = bench.sunk;

		begin = rte_rdtsc_precise();
		for (unsigned walk = 0; walk < WALKS; walk++)
			rte_graph_walk(worker->graph);
		cycles[run] = (double)(rte_rdtsc_precise() - begin) / (WALKS * bench.burst);
		if (bench.sunk - before != (uint64_t)WALKS * bench.burst)
			bench_failed("packets were lost on the way");
	}
	qsort(cycles, RUNS, sizeof(cycles[0]), bench_compare);
	return cycles[RUNS / 2];
}

int bench_cycles(const char *name, uint32_t flows, bool nat, bool nodes)
{
	double whole, generator, compile_ms;
	struct compiled_policy *policy = bench_policy(0, nat, &compile_ms);
	struct worker *worker;

	bench.shapes = rte_malloc(NULL, 2ULL * flows * sizeof(struct shape), RTE_CACHE_LINE_SIZE);
	if (!policy || !bench.shapes)
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	bench_policy_use(policy, NULL);
	if (!(worker = bench_worker_create(flows)))
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	if (!open_flows(worker, flows))
		return bench_failed("not all flows could be opened");
	take_shapes(worker->flows, flows);
	/* Each direction of each flow once: the first packet of a direction looks for its neighbour. */
	bench_send(worker, bench.count);
	bench_forget_nodes(worker->graph);
	whole = measure(worker, BENCH_NEXT_ETHERNET);
	if (nodes)
		bench_print_nodes(worker->graph);
	generator = measure(worker, BENCH_NEXT_SINK);
	bench_print(name, flows, whole - generator, "cycles/packet");
	if (!nat) {
		bench_print("generator.cycles", flows, generator, "cycles/packet");
		bench_print("flow.bytes", flows, (double)flow_table_bytes_per_flow(worker->flows),
		            "bytes/flow");
	}
	bench_worker_destroy(worker);
	rte_free(bench.shapes);
	return EXIT_SUCCESS;
}
