/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"
#include "datapath/heartbeat/lanes.h"

#include <rte_eal.h>
#include <rte_random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct bench_options bench_options;

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
	char name[64];

	if (size)
		snprintf(name, sizeof(name), "%s.%" PRIu32, metric, size);
	else
		snprintf(name, sizeof(name), "%s", metric);
	if (bench_options.json)
		printf("{\"metric\":\"%s\",\"value\":%.1f,\"unit\":\"%s\"}\n", name, value, unit);
	else
		printf("%-34s %14.1f %s\n", name, value, unit);
	fflush(stdout);
}

void bench_result(const struct measurement *measurement, double value, const char *unit)
{
	bench_print(measurement->name, measurement->alone ? 0 : measurement->size, value, unit);
}

/* Those whose names begin with only, or the one of that name and size. Sizes beyond most are left out. */
static int measure(const char *only, uint32_t most)
{
	static const struct measurement measurements[] = {
	    {.run = bench_cycles, .name = "ipv4.cycles", .size = 16384, .stateless = true, .alone = true},
	    {.run = bench_cycles,
	     .name = "ipv6.cycles",
	     .size = 16384,
	     .stateless = true,
	     .ipv6 = true,
	     .alone = true},
	    {.run = bench_cycles, .name = "stateful.cycles", .size = 16384},
	    {.run = bench_cycles, .name = "stateful.cycles", .size = 1048576},
	    {.run = bench_cycles, .name = "stateful.cycles", .size = 8388608},
	    {.run = bench_cycles, .name = "nat.cycles", .size = 16384, .nat = true},
	    {.run = bench_cycles, .name = "nat.cycles", .size = 1048576, .nat = true},
	    {.run = bench_cycles, .name = "stateful_ipv6.cycles", .size = 16384, .ipv6 = true},
	    {.run = bench_cycles, .name = "stateful_ipv6.cycles", .size = 1048576, .ipv6 = true},
	    {.run = bench_memory, .name = "memory.cycles", .size = 16384},
	    {.run = bench_memory, .name = "memory.cycles", .size = 1048576},
	    {.run = bench_memory, .name = "memory.cycles", .size = 8388608},
	    {.run = bench_pages, .name = "pages.cycles", .size = 16384},
	    {.run = bench_scaling, .name = "scaling.cycles", .size = 262144},
	    {.run = bench_machine, .name = "machine", .size = 262144},
	    {.run = bench_latency, .name = "latency", .size = 16384},
	    {.run = bench_new_flows, .name = "newflows.per_s", .size = 1000},
	    {.run = bench_new_flows, .name = "newflows.per_s", .size = 10000},
	    {.run = bench_new_flows, .name = "newflows.per_s", .size = 100000},
	    {.run = bench_new_flows, .name = "newflows.nat.per_s", .size = 1000, .nat = true},
	    {.run = bench_syn_flood,
	     .name = "synflood.cookies.per_s",
	     .size = 65536,
	     .cookies = true,
	     .alone = true},
	    {.run = bench_syn_flood, .name = "synflood.full_table.per_s", .size = 65536, .alone = true},
	};
	int result = EXIT_SUCCESS;

	for (unsigned i = 0; i < RTE_DIM(measurements) && result == EXIT_SUCCESS; i++) {
		const struct measurement *measurement = &measurements[i];
		char name[64];

		snprintf(name, sizeof(name), "%s.%" PRIu32, measurement->name, measurement->size);
		if (measurement->size <= most &&
		    (strcmp(name, only) == 0 || strncmp(measurement->name, only, strlen(only)) == 0))
			result = measurement->run(measurement);
	}
	return result;
}

/* The first edge of the nodes that forward is the way out. */
static bool lead_to_sink(void)
{
	const char *sink = "bench_sink";

	return rte_node_edge_update(rte_node_from_name("flow_forward"), 0, &sink, 1) != RTE_EDGE_ID_INVALID &&
	       rte_node_edge_update(rte_node_from_name("ipv6_forward"), 0, &sink, 1) != RTE_EDGE_ID_INVALID &&
	       rte_node_edge_update(rte_node_from_name("tcp_answer"), 0, &sink, 1) != RTE_EDGE_ID_INVALID;
}

int main(int argc, char **argv)
{
	int used = rte_eal_init(argc, argv), result;
	uint32_t most = UINT32_MAX;
	const char *only = "";

	if (used < 0)
		return bench_failed(
		    "EAL: give its options first, then -- --json, --nodes, --only NAME or --most FLOWS");
	for (int i = used; i < argc; i++) {
		bench_options.json |= strcmp(argv[i], "--json") == 0;
		bench_options.nodes |= strcmp(argv[i], "--nodes") == 0;
		if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
			only = argv[i + 1];
		if (strcmp(argv[i], "--most") == 0 && i + 1 < argc)
			most = (uint32_t)strtoul(argv[i + 1], NULL, 10);
	}
	if (!lead_to_sink() || flow_hash_start(NULL))
		return bench_failed("the graph cannot be changed");
	/* The same rules and flows each time. */
	rte_srand(1);
	datapath.worker_count = 1;
	datapath.active = true;
	heartbeat_lanes.lease_tsc = UINT64_MAX;
	if (bench_ports_start())
		return bench_failed("no memory");
	result = measure(only, most);
	compiled_policy_destroy(atomic_exchange(&datapath.policy, NULL));
	return result;
}
