/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"
#include "datapath/testing/fake.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_udp.h>
#include <string.h>

struct bench bench;

static struct rte_ether_addr mac(uint8_t interface, uint8_t which)
{
	return (struct rte_ether_addr){{0x02, 0, 0, 0, interface, which}};
}

static inline void make_packet(struct rte_mbuf *mbuf, const struct shape *shape)
{
	uint8_t *frame;

	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = mbuf->pkt_len = BENCH_FRAME;
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
		bench.packet = (bench.packet + 1) % BENCH_RING;
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
    .next_nodes = {[BENCH_NEXT_ETHERNET] = "ethernet_input", [BENCH_NEXT_SINK] = "bench_sink"},
};
RTE_NODE_REGISTER(source_node)

static struct rte_node_register sink_node = {.name = "bench_sink", .process = sink};
RTE_NODE_REGISTER(sink_node)

static void make_frame(unsigned interface)
{
	struct rte_ether_hdr *ethernet = (struct rte_ether_hdr *)bench.frames[interface];
	struct rte_ipv4_hdr ip = {.version_ihl = RTE_IPV4_VHL_DEF,
	                          .total_length = rte_cpu_to_be_16(BENCH_FRAME - RTE_ETHER_HDR_LEN),
	                          .time_to_live = 64,
	                          .next_proto_id = IPPROTO_UDP};
	/* Not checked on the way, but there: translation changes it. */
	struct rte_udp_hdr udp = {
	    .dgram_len = rte_cpu_to_be_16(BENCH_FRAME - RTE_ETHER_HDR_LEN - sizeof(struct rte_ipv4_hdr)),
	    .dgram_cksum = RTE_BE16(0x1234)};

	ethernet->dst_addr = mac(interface + 1, 1);
	ethernet->src_addr = mac(interface + 1, 2);
	ethernet->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	memcpy(ethernet + 1, &ip, sizeof(ip));
	memcpy((uint8_t *)(ethernet + 1) + sizeof(ip), &udp, sizeof(udp));
}

int bench_packets_start(void)
{
	for (unsigned i = 0; i < RTE_DIM(datapath.port_of_interface); i++)
		datapath.port_of_interface[i] = NO_PORT;
	for (uint16_t id = 1; id <= BENCH_INTERFACES; id++) {
		datapath.ports[id - 1] = (struct port){.interface = id,
		                                       .device = RTE_MAX_ETHPORTS - id,
		                                       .mtu = 1500,
		                                       .used = 1,
		                                       .mac = mac(id, 1),
		                                       .shared_mac = mac(id, 1)};
		datapath.port_of_interface[id] = id - 1;
		fake_neighbour(id, rte_cpu_to_be_32(((10u * id) << 24) + 2), mac(id, 2));
		make_frame(id - 1);
	}
	datapath.port_count = BENCH_INTERFACES;
	datapath.packets = rte_pktmbuf_pool_create("packets", 2 * BENCH_RING - 1, 0, sizeof(struct packet),
	                                           RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
	if (!datapath.packets || rte_pktmbuf_alloc_bulk(datapath.packets, bench.packets, BENCH_RING))
		return -ENOMEM;
	return 0;
}

void bench_shape_finish(struct shape *shape)
{
	struct rte_ipv4_hdr ip;

	memcpy(&ip, bench.frames[shape->reply] + RTE_ETHER_HDR_LEN, sizeof(ip));
	ip.src_addr = shape->source;
	ip.dst_addr = shape->destination;
	shape->checksum = rte_ipv4_cksum(&ip);
}

void bench_send(struct worker *worker, uint32_t number)
{
	uint16_t burst = bench.burst;

	bench.next = BENCH_NEXT_ETHERNET;
	while (number) {
		bench.burst = RTE_MIN(number, burst);
		rte_graph_walk(worker->graph);
		number -= bench.burst;
	}
	bench.burst = burst;
}
