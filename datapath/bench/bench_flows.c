/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_random.h>
#include <stdlib.h>
#include <string.h>

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

static struct flow_key draw(uint32_t number)
{
	return (struct flow_key){.source = rte_cpu_to_be_32((10u << 24) + 1000 + (rte_rand() & 0x7fffff)),
	                         .destination =
	                             rte_cpu_to_be_32((20u << 24) + 1000 + (rte_rand() & 0x7fffff)),
	                         .source_port = rte_cpu_to_be_16(1024 + (number & 0x7fff)),
	                         .destination_port = RTE_BE16(53),
	                         .protocol = IPPROTO_UDP};
}

/* With several workers IPv4 alone is measured. */
static bool is_own(const struct worker *worker, const struct flow_key *key)
{
	return datapath.worker_count == 1 || flow_owner(flow_symmetric_hash(key)) == worker->index;
}

static bool open_flows(struct worker *worker, uint32_t flows)
{
	uint32_t number = 0;

	for (uint32_t i = 0; i < flows; i++) {
		struct flow_key key;

		do
			key = draw(number++);
		while (!is_own(worker, &key));
		bench.shapes[i] = shape_of(&key, 0);
	}
	bench.count = flows;
	bench.position = 0;
	bench_send(worker, flows);
	return worker->flows->count == flows;
}

static struct shape shape_of_flow(const struct flow *flow, unsigned direction)
{
	struct flow_key key = flow->direction[direction].key;

	if (bench.ipv6) {
		memcpy(direction ? &key.destination : &key.source, &flow->addresses.source[12],
		       sizeof(key.source));
		memcpy(direction ? &key.source : &key.destination, &flow->addresses.destination[12],
		       sizeof(key.source));
	}
	return shape_of(&key, (uint16_t)direction);
}

/* Half of the packets are answers, to what the flows were translated to: both directions of every flow are met. */
static void take_shapes(const struct flow_table *table, uint32_t flows)
{
	for (uint32_t i = 0; i < flows; i++) {
		bench.shapes[i] = shape_of_flow(flow_at(table, i + 1), 0);
		bench.shapes[flows + i] = shape_of_flow(flow_at(table, i + 1), 1);
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

bool bench_flows_open(struct worker *worker, uint32_t flows)
{
	bench.shapes = rte_malloc(NULL, 2ULL * flows * sizeof(struct shape), RTE_CACHE_LINE_SIZE);
	if (!bench.shapes || !open_flows(worker, flows))
		return false;
	take_shapes(worker->flows, flows);
	/* Each direction of each flow once: the first packet of a direction looks for its neighbour. */
	bench_send(worker, bench.count);
	return true;
}

void bench_flows_close(void)
{
	rte_free(bench.shapes);
	bench.shapes = NULL;
}

double bench_cycles_of(struct worker *worker, rte_edge_t next)
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
