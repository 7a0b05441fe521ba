/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_lcore.h>
#include <stdlib.h>

/*
 * One worker, and then two at once on a core each: what a packet costs each of them. Each has flows that are its own,
 * as a port's receive queues deal them out. More cycles with two are what they share: cache, memory, and lines that
 * one writes and the other reads.
 */
static struct {
	uint32_t flows;
	unsigned count;
	struct worker *workers[BENCH_WORKERS];
	double cycles[BENCH_WORKERS];
	_Atomic unsigned ready, measured;
	_Atomic bool failed;
} scaling;

static int work(void *argument)
{
	unsigned index = (unsigned)(uintptr_t)argument;
	struct worker *worker = scaling.workers[index];
	double whole;

	if (bench_packets_start(false) || !bench_flows_open(worker, scaling.flows))
		atomic_store(&scaling.failed, true);
	atomic_fetch_add(&scaling.ready, 1);
	while (atomic_load(&scaling.ready) < scaling.count)
		rte_pause();
	if (atomic_load(&scaling.failed))
		return -1;
	whole = bench_cycles_of(worker, BENCH_NEXT_ETHERNET);
	atomic_fetch_add(&scaling.measured, 1);
	/* The others are not done. */
	while (atomic_load(&scaling.measured) < scaling.count)
		rte_graph_walk(worker->graph);
	scaling.cycles[index] = whole - bench_cycles_of(worker, BENCH_NEXT_SINK);
	bench_flows_close();
	bench_packets_end();
	return 0;
}

/* Returns the mean of all workers, 0 where it failed. */
static double measure(unsigned count)
{
	unsigned lcore = rte_lcore_id();
	double sum = 0;

	datapath.worker_count = scaling.count = count;
	scaling.ready = scaling.measured = 0;
	for (unsigned i = 0; i < count; i++) {
		if (!(scaling.workers[i] = bench_worker_create(i, scaling.flows)))
			return 0;
	}
	for (unsigned i = 1; i < count; i++) {
		lcore = rte_get_next_lcore(lcore, true, true);
		rte_eal_remote_launch(work, (void *)(uintptr_t)i, lcore);
	}
	work((void *)0);
	rte_eal_mp_wait_lcore();
	for (unsigned i = 0; i < count; i++) {
		sum += scaling.cycles[i];
		bench_worker_destroy(scaling.workers[i]);
	}
	datapath.worker_count = 1;
	return scaling.failed ? 0 : sum / count;
}

int bench_scaling(const struct measurement *measurement)
{
	double compile_ms, one, two;
	struct compiled_policy *policy = bench_policy(0, measurement, &compile_ms);

	if (!policy)
		return EXIT_FAILURE;
	bench_policy_use(policy, NULL);
	scaling.flows = measurement->size;
	one = measure(1);
	if (one == 0)
		return bench_failed("not all flows could be opened");
	bench_print(measurement->name, 1, one, "cycles/packet");
	if (rte_lcore_count() < BENCH_WORKERS)
		return EXIT_SUCCESS;
	two = measure(BENCH_WORKERS);
	if (two == 0)
		return bench_failed("not all flows could be opened");
	bench_print(measurement->name, BENCH_WORKERS, two, "cycles/packet");
	bench_print("scaling.per_cent", BENCH_WORKERS, 100 * BENCH_WORKERS * one / two, "% of one worker");
	return EXIT_SUCCESS;
}
