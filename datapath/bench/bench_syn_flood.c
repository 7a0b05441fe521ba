/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_random.h>
#include <stdlib.h>

/*
 * A flood of SYNs from senders that are never heard of again, a second on one core: each is answered with a cookie, or
 * each opens a flow for which the oldest half open one has to go.
 */
#define PARTS 512
#define PART  2048 /* SYNs, of one time */
#define SYNS  1048576

static struct shape draw(void)
{
	struct shape shape = {.source = rte_cpu_to_be_32((10u << 24) + 1000 + (rte_rand() & 0x7fffff)),
	                      .destination = rte_cpu_to_be_32((20u << 24) + 1000),
	                      .source_port = rte_cpu_to_be_16((uint16_t)(1024 + rte_rand_max(64512))),
	                      .destination_port = RTE_BE16(443)};

	bench_shape_finish(&shape);
	return shape;
}

static void measure(struct worker *worker, double rates[PARTS])
{
	for (unsigned part = 0; part < PARTS; part++) {
		uint64_t begin = rte_rdtsc_precise();

		bench_send(worker, PART);
		rates[part] = PART * (double)rte_get_tsc_hz() / (double)(rte_rdtsc_precise() - begin);
	}
}

int bench_syn_flood(const struct measurement *measurement)
{
	enum counter expected = measurement->cookies ? COUNTER_TCP_COOKIES : COUNTER_FLOW_CREATED;
	double rates[PARTS], compile_ms;
	struct compiled_policy *policy = bench_policy(0, measurement, &compile_ms);
	struct worker *worker;
	uint64_t before;

	bench.shapes = rte_malloc(NULL, SYNS * sizeof(struct shape), RTE_CACHE_LINE_SIZE);
	if (!policy || !bench.shapes || bench_packets_start(false))
		return bench_failed("no memory");
	bench_policy_use(policy, NULL);
	if (!(worker = bench_worker_create(0, measurement->size)))
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	bench_packets_syn(true);
	bench.position = 0;
	bench.count = SYNS;
	for (unsigned i = 0; i < SYNS; i++)
		bench.shapes[i] = draw();
	/* Until the table is full. */
	bench_send(worker, 2 * measurement->size);
	before = worker->counters.value[expected];
	measure(worker, rates);
	if (worker->counters.value[expected] - before < PARTS * PART * 0.99)
		bench_failed("not all SYNs did what they should");
	qsort(rates, PARTS, sizeof(rates[0]), bench_compare);
	if (bench_options.nodes)
		bench_print_nodes(worker->graph);
	bench_result(measurement, rates[PARTS / 2], "SYN/s");
	bench_packets_syn(false);
	bench_flows_close();
	bench_worker_destroy(worker);
	bench_packets_end();
	return EXIT_SUCCESS;
}
