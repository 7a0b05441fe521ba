/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdlib.h>

/*
 * Flows opened a second: first packets of UDP flows, each made for a random rule, from the source to the sink: lookup,
 * routes, rules, insertion and the packet's own way out. The table is emptied between runs, outside of the time.
 */
#define RUNS  15
#define PARTS 64     /* of a run, short ones: the median is of parts that nothing interrupted */
#define FLOWS 131072 /* of a run */
#define TABLE 1048576

static void empty(struct flow_table *table)
{
	for (uint32_t i = 1; i <= table->high; i++) {
		if (flow_at(table, i)->used)
			flow_table_remove(table, i);
	}
}

/* Fills in how many flows were opened a second in each part. */
static void measure(struct worker *worker, const struct policy *policy, double rates[PARTS])
{
	uint64_t before = bench.sunk;

	empty(worker->flows);
	for (uint32_t i = 0; i < FLOWS; i++)
		bench.shapes[i] = bench_policy_shape(policy);
	bench.count = FLOWS;
	bench.position = 0;
	for (unsigned part = 0; part < PARTS; part++) {
		uint64_t begin = rte_rdtsc_precise();

		bench_send(worker, FLOWS / PARTS);
		rates[part] =
		    (double)FLOWS / PARTS * (double)rte_get_tsc_hz() / (double)(rte_rdtsc_precise() - begin);
	}
	/* A few may be of one flow, or for the firewall itself. */
	if (bench.sunk - before < FLOWS * 0.99 || worker->flows->count < FLOWS * 0.99)
		bench_failed("not all flows could be opened");
}

int bench_new_flows(const struct measurement *measurement)
{
	double rates[RUNS * PARTS], compile_ms;
	struct compiled_policy *policy = bench_policy(measurement->size, measurement, &compile_ms);
	uint32_t rules = measurement->size;
	struct worker *worker;

	bench.shapes = rte_malloc(NULL, FLOWS * sizeof(struct shape), RTE_CACHE_LINE_SIZE);
	if (!policy || !bench.shapes || bench_packets_start(false))
		return bench_failed("no memory");
	bench_policy_use(policy, NULL);
	if (!(worker = bench_worker_create(0, TABLE)))
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	for (unsigned run = 0; run < RUNS; run++)
		measure(worker, compiled_policy_view(policy), &rates[(size_t)run * PARTS]);
	qsort(rates, RTE_DIM(rates), sizeof(rates[0]), bench_compare);
	if (bench_options.nodes)
		bench_print_nodes(worker->graph);
	bench_result(measurement, rates[RTE_DIM(rates) / 2], "flows/s");
	if (!measurement->nat) {
		bench_print("rules.compile_ms", rules, compile_ms, "ms");
		bench_print("rules.bytes", rules, (double)rule_table_bytes(policy->rules) / rules,
		            "bytes/rule");
	}
	bench_worker_destroy(worker);
	bench_flows_close();
	bench_packets_end();
	return EXIT_SUCCESS;
}
