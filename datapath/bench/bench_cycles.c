/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * Cycles that a packet of an established flow costs: UDP in 64-byte frames, over all flows of the table in random
 * order. What the source and the sink cost is measured by itself and taken off.
 */
int bench_cycles(const struct measurement *measurement)
{
	double whole, generator, compile_ms;
	struct compiled_policy *policy = bench_policy(0, measurement, &compile_ms);
	uint32_t flows = measurement->size;
	struct worker *worker;

	if (!policy || bench_packets_start(measurement->ipv6))
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	bench_policy_use(policy, NULL);
	if (!(worker = bench_worker_create(0, flows)))
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	if (!bench_flows_open(worker, flows))
		return bench_failed("not all flows could be opened");
	bench_forget_nodes(worker->graph);
	whole = bench_cycles_of(worker, BENCH_NEXT_ETHERNET);
	if (bench_options.nodes)
		bench_print_nodes(worker->graph);
	generator = bench_cycles_of(worker, BENCH_NEXT_SINK);
	bench_result(measurement, whole - generator, "cycles/packet");
	if (!measurement->nat && !measurement->ipv6 && !measurement->stateless) {
		bench_print("generator.cycles", flows, generator, "cycles/packet");
		bench_print("flow.bytes", flows, (double)flow_table_bytes_per_flow(worker->flows),
		            "bytes/flow");
	}
	bench_flows_close();
	bench_worker_destroy(worker);
	bench_packets_end();
	return EXIT_SUCCESS;
}
