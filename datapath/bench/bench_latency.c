/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>

/*
 * How long a packet takes from when it came to when it is ready to be sent, drivers apart: packets come at even
 * intervals, and each turn of the graph takes those that have come meanwhile. Idle: one in ten microseconds. Half
 * loaded: every other packet of what the worker could do. An interruption by another process is in it.
 */
#define SAMPLES  400000
#define IDLE_US  10
#define BUCKETS  16
#define SHORTEST 64 /* ns, of the first bucket of the histogram */

static void take_samples(struct worker *worker, double interval, uint32_t count, double *nanoseconds)
{
	double start = (double)rte_rdtsc_precise(), scale = 1e9 / (double)rte_get_tsc_hz();

	bench.next = BENCH_NEXT_ETHERNET;
	for (uint32_t done = 0; done < count;) {
		uint64_t come = (uint64_t)(((double)rte_rdtsc() - start) / interval);
		uint32_t number = (uint32_t)RTE_MIN(RTE_MIN(come, count), (uint64_t)done + BURST) - done;
		double end;

		if (!number)
			continue;
		bench.burst = (uint16_t)number;
		rte_graph_walk(worker->graph);
		end = (double)rte_rdtsc_precise();
		for (; number; number--, done++)
			nanoseconds[done] = (end - (start + interval * (done + 1))) * scale;
	}
	bench.burst = BURST;
}

static void print_histogram(const double *sorted, uint32_t count)
{
	double limit = SHORTEST;
	uint32_t at = 0;

	for (unsigned i = 0; i < BUCKETS && at < count; i++, limit *= 2) {
		uint32_t first = at;

		while (at < count && (sorted[at] <= limit || i == BUCKETS - 1))
			at++;
		if (at > first)
			printf("    up to %9.0f ns  %8.4f %%\n", limit, 100.0 * (at - first) / count);
	}
}

static void report(struct worker *worker, const char *load, double interval, uint32_t count,
                   double *nanoseconds)
{
	static const struct {
		const char *name;
		double share;
	} ranks[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}, {"max", 1}};
	char name[64];

	take_samples(worker, interval, count, nanoseconds);
	qsort(nanoseconds, count, sizeof(nanoseconds[0]), bench_compare);
	for (unsigned i = 0; i < RTE_DIM(ranks); i++) {
		snprintf(name, sizeof(name), "latency.%s.%s", load, ranks[i].name);
		bench_print(name, 0, nanoseconds[(uint32_t)((count - 1) * ranks[i].share)], "ns");
	}
	if (!bench_options.json)
		print_histogram(nanoseconds, count);
}

int bench_latency(const struct measurement *measurement)
{
	double compile_ms, *nanoseconds = rte_malloc(NULL, SAMPLES * sizeof(double), 0);
	struct compiled_policy *policy = bench_policy(0, measurement, &compile_ms);
	struct worker *worker;

	if (!policy || !nanoseconds || bench_packets_start(false))
		return bench_failed("no memory");
	bench_policy_use(policy, NULL);
	if (!(worker = bench_worker_create(0, measurement->size)) ||
	    !bench_flows_open(worker, measurement->size))
		return bench_failed("not all flows could be opened");
	report(worker, "idle", IDLE_US * (double)rte_get_tsc_hz() / 1e6, SAMPLES / 10, nanoseconds);
	report(worker, "half", 2 * bench_cycles_of(worker, BENCH_NEXT_ETHERNET), SAMPLES, nanoseconds);
	bench_flows_close();
	bench_worker_destroy(worker);
	bench_packets_end();
	rte_free(nanoseconds);
	return EXIT_SUCCESS;
}
