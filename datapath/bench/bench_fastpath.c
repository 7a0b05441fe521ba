/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/testing/fake.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ip.h>
#include <rte_malloc.h>
#include <rte_udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Cycles that the worker's own graph spends on a packet of an established flow: UDP in 64-byte frames, over
 * all flows of the table in random order, in memory only. The source writes each packet's headers anew and a
 * sink takes the place of the ports; what these two cost is measured by themselves and taken off.
 */
#define RUNS       401  /* short ones, so that the median is of runs that nothing interrupted */
#define WALKS      200  /* a run: half a millisecond */
#define RING       1024 /* packets in use, more than a port's ring would hold at a time */
#define FRAME      60   /* without checksum */
#define INTERFACES 2

enum { NEXT_ETHERNET, NEXT_SINK };

/* What differs between packets, prepared so that the source is a few stores. */
struct shape {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint16_t checksum;
	uint16_t reply; /* comes in by the second interface */
};

static struct {
	struct shape *shapes;
	uint32_t count, position;
	struct rte_mbuf *packets[RING];
	uint32_t packet;
	uint8_t frames[2][FRAME];
	uint16_t burst;
	rte_edge_t next;
	uint64_t sunk;
} bench;

static struct rte_ether_addr mac(uint8_t interface, uint8_t which)
{
	return (struct rte_ether_addr){{0x02, 0, 0, 0, interface, which}};
}

static inline void make_packet(struct rte_mbuf *mbuf, const struct shape *shape)
{
	uint8_t *frame;

	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = mbuf->pkt_len = FRAME;
	mbuf->port = shape->reply;
	frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	memcpy(frame, bench.frames[shape->reply], 48);
	memcpy(frame + 24, &shape->checksum, 2);
	memcpy(frame + 26, &shape->source, 12);
}

static uint16_t source(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	void **to = rte_node_next_stream_get(graph, node, bench.next, bench.burst);

	(void)objects, (void)number;
	for (uint16_t i = 0; i < bench.burst; i++) {
		to[i] = bench.packets[bench.packet];
		bench.packet = (bench.packet + 1) % RING;
		make_packet(to[i], &bench.shapes[bench.position]);
		bench.position = bench.position + 1 == bench.count ? 0 : bench.position + 1;
	}
	rte_node_next_stream_put(graph, node, bench.next, bench.burst);
	return bench.burst;
}

static uint16_t sink(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	(void)graph, (void)node, (void)objects;
	bench.sunk += number;
	return number;
}

static struct rte_node_register source_node = {
    .name = "bench_source",
    .process = source,
    .flags = RTE_NODE_SOURCE_F,
    .nb_edges = 2,
    .next_nodes = {[NEXT_ETHERNET] = "ethernet_input", [NEXT_SINK] = "bench_sink"},
};
RTE_NODE_REGISTER(source_node)

static struct rte_node_register sink_node = {.name = "bench_sink", .process = sink};
RTE_NODE_REGISTER(sink_node)

static int failed(const char *what)
{
	fprintf(stderr, "bench_fastpath: %s\n", what);
	return EXIT_FAILURE;
}

static void add_interface(struct policy_builder *builder, uint16_t id, uint32_t network)
{
	struct policy_interface interface = {.id = id, .mtu = 1500};
	struct policy_address address = {
	    .interface = id, .prefix_length = 8, .address = ip_address_from_ip4(network + 1)};
	struct policy_route route = {.interface = id, .gateway = ip_address_from_ip4(network + 2)};

	snprintf(interface.name, sizeof(interface.name), "if%u", id);
	snprintf(interface.device, sizeof(interface.device), "bench%u", id);
	route.network =
	    (struct ip_range){ip_address_from_ip4(network), ip_address_from_ip4(network | 0xffffff)};
	policy_builder_interface(builder, &interface);
	policy_builder_address(builder, &address);
	policy_builder_route(builder, &route);
	datapath.ports[id - 1] = (struct port){.interface = id,
	                                       .device = RTE_MAX_ETHPORTS - id,
	                                       .mtu = 1500,
	                                       .used = 1,
	                                       .mac = mac(id, 1),
	                                       .shared_mac = mac(id, 1)};
	datapath.port_of_interface[id] = id - 1;
	fake_neighbour(id, rte_cpu_to_be_32(network + 2), mac(id, 2));
}

static struct compiled_policy *make_policy(uint32_t max_flows)
{
	struct policy_builder *builder = policy_builder_create();
	struct policy_settings *settings = policy_builder_settings(builder);
	struct ip_range all = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)};
	struct policy_service any = {.protocol_last = 255,
	                             .icmp_type_last = 255,
	                             .icmp_code_last = 255,
	                             .source_ports = {0, 65535},
	                             .destination_ports = {0, 65535}};
	struct policy_rule rule = {.name = "all",
	                           .source_interfaces = {0, 1},
	                           .destination_interfaces = {0, 1},
	                           .source_networks = {0, 1},
	                           .destination_networks = {0, 1},
	                           .services = {0, 1}};
	struct compiled_policy *policy;
	char reason[128];
	size_t length;
	void *blob;

	settings->workers = 1;
	settings->heartbeat_interval_ms = 10;
	settings->peer_dead_ms = 200;
	settings->arp_expire = settings->arp_expire_unknown = settings->arp_cache_size = 1000;
	settings->max_flows = max_flows;
	settings->flow_lifetime_tcp_init = settings->flow_lifetime_tcp_no_data = 60;
	settings->flow_lifetime_tcp_open = settings->flow_lifetime_tcp_closing = 100000;
	settings->flow_lifetime_udp = settings->flow_lifetime_icmp = settings->flow_lifetime_other = 100000;
	policy_builder_interface_id(builder, POLICY_INTERFACE_ANY);
	policy_builder_range(builder, &all);
	policy_builder_service(builder, &any);
	policy_builder_rule(builder, &rule);
	add_interface(builder, 1, 10u << 24);
	add_interface(builder, 2, 20u << 24);
	if (policy_builder_finish(builder, 1, &blob, &length) ||
	    compiled_policy_create(blob, length, &policy, reason)) {
		failed(reason);
		return NULL;
	}
	free(blob);
	policy_builder_destroy(builder);
	return policy;
}

static void make_frames(void)
{
	for (unsigned i = 0; i < 2; i++) {
		struct rte_ether_hdr *ethernet = (struct rte_ether_hdr *)bench.frames[i];
		struct rte_ipv4_hdr ip = {.version_ihl = RTE_IPV4_VHL_DEF,
		                          .total_length = rte_cpu_to_be_16(FRAME - RTE_ETHER_HDR_LEN),
		                          .time_to_live = 64,
		                          .next_proto_id = IPPROTO_UDP};
		struct rte_udp_hdr udp = {
		    .dgram_len = rte_cpu_to_be_16(FRAME - RTE_ETHER_HDR_LEN - sizeof(struct rte_ipv4_hdr))};

		ethernet->dst_addr = mac(i + 1, 1);
		ethernet->src_addr = mac(i + 1, 2);
		ethernet->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
		memcpy(ethernet + 1, &ip, sizeof(ip));
		memcpy((uint8_t *)(ethernet + 1) + sizeof(ip), &udp, sizeof(udp));
	}
}

/* Half of the packets are answers: both directions of every flow are met. */
static void make_shapes(uint32_t flows)
{
	bench.count = 2 * flows;
	for (uint32_t i = 0; i < flows; i++) {
		struct shape *shape = &bench.shapes[i], *reply = &bench.shapes[flows + i];
		struct rte_ipv4_hdr ip;

		*shape = (struct shape){
		    .source = rte_cpu_to_be_32((10u << 24) + 1000 + (rte_rand() & 0x7fffff)),
		    .destination = rte_cpu_to_be_32((20u << 24) + 1000 + (rte_rand() & 0x7fffff)),
		    .source_port = rte_cpu_to_be_16(1024 + (i & 0x7fff)),
		    .destination_port = RTE_BE16(53)};
		memcpy(&ip, bench.frames[0] + RTE_ETHER_HDR_LEN, sizeof(ip));
		ip.src_addr = shape->source;
		ip.dst_addr = shape->destination;
		shape->checksum = rte_ipv4_cksum(&ip);
		*reply = (struct shape){.source = shape->destination,
		                        .destination = shape->source,
		                        .source_port = shape->destination_port,
		                        .destination_port = shape->source_port,
		                        .checksum = shape->checksum,
		                        .reply = 1};
	}
}

static void shuffle(void)
{
	for (uint32_t i = bench.count - 1; i > 0; i--) {
		uint32_t other = rte_rand_max(i + 1);
		struct shape shape = bench.shapes[i];

		bench.shapes[i] = bench.shapes[other];
		bench.shapes[other] = shape;
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Cycles a packet, median of the runs. */
static double measure(struct worker *worker, rte_edge_t next)
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
			failed("packets were lost on the way");
	}
	qsort(cycles, RUNS, sizeof(cycles[0]), compare);
	return cycles[RUNS / 2];
}

static void forget_nodes(struct rte_graph *graph)
{
	rte_graph_off_t offset;
	struct rte_node *node;
	rte_node_t number;

	rte_graph_foreach_node(number, offset, graph, node) node->total_cycles = node->total_objs = 0;
}

/* Mean cycles a packet of each node. */
static void print_nodes(struct rte_graph *graph)
{
	rte_graph_off_t offset;
	struct rte_node *node;
	rte_node_t number;

	rte_graph_foreach_node(number, offset, graph, node)
	{
		if (node->total_objs)
			printf("%30s  %9.1f\n", node->name, (double)node->total_cycles / node->total_objs);
	}
}

static struct worker *make_worker(uint32_t flows)
{
	const char *patterns[] = {"bench_source"};
	struct rte_graph_param parameters = {
	    .socket_id = SOCKET_ID_ANY, .nb_node_patterns = 1, .node_patterns = patterns};
	struct worker *worker = rte_zmalloc(NULL, sizeof(*worker), RTE_CACHE_LINE_SIZE);
	struct worker_state *state = rte_zmalloc(NULL, sizeof(*state), RTE_CACHE_LINE_SIZE);

	if (!worker || !state || !(worker->flows = flow_table_create(flows, SOCKET_ID_ANY)))
		return NULL;
	worker->private = state;
	state->worker = worker;
	state->flows = worker->flows;
	state->now = 1;
	worker_node_init_for(state);
	if (rte_graph_create("bench", &parameters) == RTE_GRAPH_ID_INVALID)
		return NULL;
	worker->graph = rte_graph_lookup("bench");
	datapath.workers[0] = worker;
	worker_refresh(state);
	state->port_of_device[0] = 0;
	state->port_of_device[1] = 1;
	return worker;
}

static bool open_flows(struct worker *worker, uint32_t flows)
{
	uint16_t burst = bench.burst;
	uint32_t left = flows;

	/* The first half of the shapes are the original directions. */
	bench.position = 0;
	bench.next = NEXT_ETHERNET;
	while (left) {
		bench.burst = RTE_MIN(left, burst);
		rte_graph_walk(worker->graph);
		left -= bench.burst;
	}
	bench.burst = burst;
	return worker->flows->count == flows;
}

static int bench_flows(uint32_t flows, uint16_t burst, bool json, bool nodes)
{
	struct worker *worker;
	double whole, generator;

	bench.shapes = rte_malloc(NULL, 2ULL * flows * sizeof(struct shape), RTE_CACHE_LINE_SIZE);
	bench.burst = burst;
	if (!bench.shapes || !(worker = make_worker(flows)))
		return failed("no memory: reserve huge pages or use --no-huge -m");
	make_shapes(flows);
	if (!open_flows(worker, flows))
		return failed("not all flows could be opened");
	shuffle();
	bench.position = 0;
	/* Each direction of each flow once: the first packet of a direction looks for its neighbour. */
	bench.next = NEXT_ETHERNET;
	for (uint32_t i = 0; i < bench.count / burst; i++)
		rte_graph_walk(worker->graph);
	forget_nodes(worker->graph);
	whole = measure(worker, NEXT_ETHERNET);
	if (nodes)
		print_nodes(worker->graph);
	generator = measure(worker, NEXT_SINK);
	if (json) {
		printf("{\"metric\":\"stateful.cycles.%" PRIu32
		       "\",\"value\":%.1f,\"unit\":\"cycles/packet\"}\n",
		       flows, whole - generator);
		printf("{\"metric\":\"generator.cycles.%" PRIu32
		       "\",\"value\":%.1f,\"unit\":\"cycles/packet\"}\n",
		       flows, generator);
		printf("{\"metric\":\"flow.bytes.%" PRIu32 "\",\"value\":%zu,\"unit\":\"bytes/flow\"}\n",
		       flows, flow_table_bytes_per_flow(worker->flows));
	} else {
		printf("%9" PRIu32 "  %7u  %17.1f  %9.1f  %10zu\n", flows, burst, whole - generator,
		       generator, flow_table_bytes_per_flow(worker->flows));
	}
	fflush(stdout);
	rte_graph_destroy(rte_graph_from_name("bench"));
	flow_table_destroy(worker->flows);
	rte_free(worker->private);
	rte_free(worker);
	rte_free(bench.shapes);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *sink_name = "bench_sink";
	const uint32_t sizes[] = {16384, 1048576};
	int used = rte_eal_init(argc, argv), result = EXIT_SUCCESS;
	bool json = false, nodes = false;

	if (used < 0)
		return failed("EAL: give its options first, then -- --json or --nodes");
	for (int i = used; i < argc; i++) {
		json |= strcmp(argv[i], "--json") == 0;
		nodes |= strcmp(argv[i], "--nodes") == 0;
	}
	/* The first edge of flow_forward is the way out. */
	if (rte_node_edge_update(rte_node_from_name("flow_forward"), 0, &sink_name, 1) ==
	        RTE_EDGE_ID_INVALID ||
	    flow_hash_start(NULL))
		return failed("the graph cannot be changed");
	for (unsigned i = 0; i < RTE_DIM(datapath.port_of_interface); i++)
		datapath.port_of_interface[i] = NO_PORT;
	datapath.worker_count = 1;
	datapath.active = true;
	datapath.policy = make_policy(sizes[1]);
	datapath.port_count = INTERFACES;
	datapath.packets = rte_pktmbuf_pool_create("packets", 2 * RING - 1, 0, sizeof(struct packet),
	                                           RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!datapath.policy || !datapath.packets ||
	    rte_pktmbuf_alloc_bulk(datapath.packets, bench.packets, RING))
		return failed("no memory");
	make_frames();
	if (!json)
		printf("    flows    burst  cycles per packet  generator  bytes/flow\n");
	for (unsigned i = 0; i < RTE_DIM(sizes) && result == EXIT_SUCCESS; i++)
		result = bench_flows(sizes[i], BURST, json, nodes);
	return result;
}
