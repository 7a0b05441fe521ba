/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mirroring costs the fast path: packets of established flows and, among them, first packets of 100,000 new flows a
 * second, with records told and without, in turn. The worker's side, the control thread and the messages to clusterd are
 * hadrian-datapath's own; a process in the place of clusterd takes them.
 *
 * A run is of so many packets as take the worker some forty milliseconds, and counts its thread's own time, of which
 * others on its processor take nothing. The rate is of that time too.
 */
#include "datapath/bench/bench_mirror.h"
#include "datapath/arp/neighbour.h"
#include "datapath/bench/bench.h"
#include "datapath/core/control.h"
#include "datapath/core/eal.h"
#include "datapath/core/server.h"
#include "datapath/event/event.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/mirror/emit.h"

#include <pthread.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_launch.h>
#include <rte_malloc.h>
#include <rte_random.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ESTABLISHED 16384
#define NEW         4096 /* a run */
#define RATE        100000.0
#define RUNS        31 /* of each kind */
#define TABLE       65536
#define PACKETS     (4 * BENCH_RING - 1)
#define SECOND_NS   1000000000ULL

static struct {
	const struct bench_client *client;
	struct worker *worker;
	struct shape *established, *mixed;
	uint32_t between;  /* packets of established flows for each new one */
	uint64_t told;     /* new flows */
	clockid_t control; /* of the control thread's own time */
	int result;
} mirror;

static void no_change(const struct neighbour *neighbour, bool deleted)
{
	(void)neighbour, (void)deleted;
}

static void no_state(const struct neighbour *neighbour, enum neighbour_state before)
{
	(void)neighbour, (void)before;
}

void bench_neighbour(uint16_t interface, struct ip_address address, struct rte_ether_addr mac)
{
	struct mac_address learned;

	memcpy(&learned, &mac, sizeof(learned));
	neighbour_static(interface, address, &learned);
}

static uint64_t used_ns(clockid_t clock)
{
	struct timespec used;

	clock_gettime(clock, &used);
	return (uint64_t)used.tv_sec * SECOND_NS + (uint64_t)used.tv_nsec;
}

static struct shape draw(uint32_t number)
{
	struct shape shape = {.source = rte_cpu_to_be_32((10u << 24) + 1000 + number),
	                      .destination = rte_cpu_to_be_32((20u << 24) + 1000 + (rte_rand() & 0x7fffff)),
	                      .source_port = RTE_BE16(1024),
	                      .destination_port = RTE_BE16(53)};

	bench_shape_finish(&shape);
	return shape;
}

static void forward(uint32_t number)
{
	for (uint32_t sent = 0; sent < number; sent += BURST) {
		bench_send(mirror.worker, BURST);
		mirror_flush_due(mirror.worker, rte_rdtsc());
	}
}

/* Nanoseconds of this thread for that many packets from the first shape on. */
static double timed(struct shape *shapes, uint32_t count, uint32_t packets)
{
	uint64_t begin;

	bench.shapes = shapes;
	bench.count = count;
	bench.position = 0;
	begin = used_ns(CLOCK_THREAD_CPUTIME_ID);
	forward(packets);
	return (double)(used_ns(CLOCK_THREAD_CPUTIME_ID) - begin);
}

/* Established flows, how quick their packets are, and the packets of a run. */
static bool prepare(void)
{
	const uint32_t packets = 2000000;

	mirror.established = rte_malloc(NULL, ESTABLISHED * sizeof(struct shape), 0);
	for (uint32_t i = 0; mirror.established && i < ESTABLISHED; i++)
		mirror.established[i] = draw((uint32_t)rte_rand() & 0x3fffff);
	if (!mirror.established)
		return false;
	timed(mirror.established, ESTABLISHED, packets);
	mirror.between = (uint32_t)(packets / (timed(mirror.established, ESTABLISHED, packets) / 1e9) / RATE);
	mirror.mixed = rte_malloc(NULL, (size_t)NEW * (mirror.between + 1) * sizeof(struct shape), 0);
	for (uint32_t i = 0, at = 0; mirror.mixed && i < NEW; i++) {
		for (uint32_t j = 0; j < mirror.between; j++)
			mirror.mixed[at++] = mirror.established[rte_rand() % ESTABLISHED];
		mirror.mixed[at++] = draw(0x400000 + i);
	}
	return mirror.mixed != NULL;
}

/* The new flows of a run go, silently. */
static void forget(uint32_t established)
{
	for (uint32_t i = 1; i <= mirror.worker->flows->high; i++) {
		struct flow *flow = flow_at(mirror.worker->flows, i);

		if (flow->used &&
		    rte_be_to_cpu_32(flow->direction[0].key.source) >= (10u << 24) + 1000 + 0x400000)
			flow_table_remove(mirror.worker->flows, i);
	}
	if (mirror.worker->flows->count != established)
		bench_failed("flows were left over");
}

/* Until the client has all that was told. */
static bool all_came(void)
{
	for (unsigned i = 0; i < 2000 && mirror.client->upserts < mirror.told; i++)
		usleep(1000);
	return mirror.client->upserts == mirror.told;
}

static bool run(bool mirroring, double *nanoseconds)
{
	uint32_t count = NEW * (mirror.between + 1), established = mirror.worker->flows->count;

	atomic_store(&datapath.mirroring, mirroring);
	*nanoseconds = timed(mirror.mixed, count, count) / count;
	mirror_flush(mirror.worker);
	if (mirroring)
		mirror.told += mirror.worker->flows->count - established;
	forget(established);
	return all_came();
}

static int measure(void)
{
	double with[RUNS], without[RUNS], told;
	uint64_t client_ns, control_ns;

	if (bench_packets_start(false) || !prepare())
		return bench_failed("no memory");
	client_ns = mirror.client->cpu_ns;
	control_ns = used_ns(mirror.control);
	for (unsigned i = 0; i < RUNS; i++) {
		if (!run(false, &without[i]) || !run(true, &with[i]))
			return bench_failed("records were lost");
	}
	client_ns = mirror.client->cpu_ns - client_ns;
	control_ns = used_ns(mirror.control) - control_ns;
	told = (double)mirror.told;
	qsort(with, RUNS, sizeof(with[0]), bench_compare);
	qsort(without, RUNS, sizeof(without[0]), bench_compare);
	bench_print("sync.newflows_cost_percent", 0, 100 * (with[RUNS / 2] / without[RUNS / 2] - 1), "%");
	bench_print("sync.newflows.packets_s", 0, 1e9 / with[RUNS / 2], "packets/s");
	bench_print("sync.newflows.messages_s", 0, (double)mirror.client->messages / told * RATE,
	            "messages/s");
	bench_print("sync.newflows.cpu.control", 0, (double)control_ns / told * RATE / 1e7, "% of a core");
	bench_print("sync.newflows.cpu.receiver", 0, (double)client_ns / told * RATE / 1e7, "% of a core");
	return EXIT_SUCCESS;
}

/* On the worker's core. */
static int work(void *argument)
{
	(void)argument;
	/* The client is there when it has stopped what it has not begun. */
	while (atomic_load(&datapath.mirroring))
		usleep(1000);
	mirror.result = measure();
	control_quit();
	return 0;
}

/* Those that the control thread looks at. */
static bool add_rings(struct worker *worker)
{
	const unsigned single = RING_F_SP_ENQ | RING_F_SC_DEQ;

	worker->deltas = rte_ring_create("deltas", 256, SOCKET_ID_ANY, single);
	worker->to_control = rte_ring_create("to_control", 64, SOCKET_ID_ANY, single);
	worker->events = rte_ring_create_elem("events", sizeof(struct event), 64, SOCKET_ID_ANY, single);
	return worker->deltas && worker->to_control && worker->events;
}

static int start(void)
{
	static const struct neighbour_actions actions = {.changed = no_change, .state = no_state};
	static const struct measurement plain = {.name = "sync", .alone = true};
	struct options options = {.packets = PACKETS, .mtu_max = 1500};
	struct compiled_policy *policy;
	char reason[256] = "";
	double compile_ms;

	neighbour_start(&actions);
	datapath.worker_count = 1;
	datapath.active = datapath.mirroring = true;
	heartbeat_lanes.lease_tsc = UINT64_MAX;
	if (eal_create_pools(&options, reason) || bench_ports_start() || control_create() ||
	    server_start(reason))
		return bench_failed(reason);
	policy = bench_policy(0, &plain, &compile_ms);
	if (!policy)
		return bench_failed("no policy");
	bench_policy_use(policy, NULL);
	mirror.worker = bench_worker_create(0, TABLE);
	if (!mirror.worker || !add_rings(mirror.worker))
		return bench_failed("no memory: reserve huge pages or use --no-huge -m");
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	int used;

	if (!(mirror.client = bench_client_start()))
		return bench_failed("a /run of its own takes root");
	used = rte_eal_init(argc, argv);
	if (used < 0 || rte_lcore_count() < 2)
		return bench_failed("EAL: give its options first, of two lcores, then -- --json");
	for (int i = used; i < argc; i++)
		bench_options.json |= strcmp(argv[i], "--json") == 0;
	if (!bench_lead_to_sink() || flow_hash_start(NULL))
		return bench_failed("the graph cannot be changed");
	rte_srand(1);
	if (start() || pthread_getcpuclockid(pthread_self(), &mirror.control))
		return EXIT_FAILURE;
	rte_eal_remote_launch(work, NULL, rte_get_next_lcore(rte_lcore_id(), true, true));
	control_run();
	rte_eal_mp_wait_lcore();
	server_stop();
	return mirror.result;
}
