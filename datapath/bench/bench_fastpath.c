/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int bench_failed(const char *what)
{
	fprintf(stderr, "bench_fastpath: %s\n", what);
	return EXIT_FAILURE;
}

int bench_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void bench_print(const char *metric, uint32_t size, double value, const char *unit)
{
	if (bench.json)
		printf("{\"metric\":\"%s.%" PRIu32 "\",\"value\":%.1f,\"unit\":\"%s\"}\n", metric, size,
		       value, unit);
	else
		printf("%24s %9" PRIu32 " %14.1f %s\n", metric, size, value, unit);
	fflush(stdout);
}

/* Those whose names begin with only, or the one of that name and size. */
static int measure(const char *only, bool nodes)
{
	static const struct {
		int (*run)(const char *name, uint32_t size, bool nat, bool nodes);
		const char *name;
		uint32_t size;
		bool nat;
	} measurements[] = {
	    {bench_cycles, "stateful.cycles", 16384, false},
	    {bench_cycles, "stateful.cycles", 1048576, false},
	    {bench_cycles, "nat.cycles", 16384, true},
	    {bench_cycles, "nat.cycles", 1048576, true},
	    {bench_new_flows, "newflows.per_s", 1000, false},
	    {bench_new_flows, "newflows.per_s", 10000, false},
	    {bench_new_flows, "newflows.per_s", 100000, false},
	    {bench_new_flows, "newflows.nat.per_s", 1000, true},
	};
	int result = EXIT_SUCCESS;

	for (unsigned i = 0; i < RTE_DIM(measurements) && result == EXIT_SUCCESS; i++) {
		char name[64];

		snprintf(name, sizeof(name), "%s.%" PRIu32, measurements[i].name, measurements[i].size);
		if (strcmp(name, only) == 0 || strncmp(measurements[i].name, only, strlen(only)) == 0)
			result = measurements[i].run(measurements[i].name, measurements[i].size,
			                             measurements[i].nat, nodes);
	}
	return result;
}

int main(int argc, char **argv)
{
	const char *sink_name = "bench_sink";
	int used = rte_eal_init(argc, argv), result;
	const char *only = "";
	bool nodes = false;

	if (used < 0)
		return bench_failed("EAL: give its options first, then -- --json, --nodes or --only NAME");
	for (int i = used; i < argc; i++) {
		bench.json |= strcmp(argv[i], "--json") == 0;
		nodes |= strcmp(argv[i], "--nodes") == 0;
		if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
			only = argv[i + 1];
	}
	/* The first edge of flow_forward is the way out. */
	if (rte_node_edge_update(rte_node_from_name("flow_forward"), 0, &sink_name, 1) ==
	        RTE_EDGE_ID_INVALID ||
	    flow_hash_start(NULL))
		return bench_failed("the graph cannot be changed");
	datapath.worker_count = 1;
	datapath.active = true;
	bench.burst = BURST;
	if (bench_packets_start())
		return bench_failed("no memory");
	result = measure(only, nodes);
	compiled_policy_destroy(atomic_exchange(&datapath.policy, NULL));
	return result;
}
