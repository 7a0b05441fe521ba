/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/testing/fake.h"

#include <rte_eal.h>
#include <rte_random.h>
#include <stdlib.h>
#include <string.h>

void bench_neighbour(uint16_t interface, struct ip_address address, struct rte_ether_addr mac)
{
	fake_neighbour_at(interface, address, mac);
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
	if (!bench_lead_to_sink() || flow_hash_start(NULL))
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
