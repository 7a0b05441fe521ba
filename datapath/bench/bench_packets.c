/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <string.h>

_Thread_local struct bench bench;

static struct rte_ether_addr mac(uint8_t interface, uint8_t which)
{
	return (struct rte_ether_addr){{0x02, 0, 0, 0, interface, which}};
}

static inline void make_packet(struct rte_mbuf *mbuf, const struct shape *shape, bool ipv6, bool syn)
{
	uint8_t *frame;

	mbuf->data_off = RTE_PKTMBUF_HEADROOM;
	mbuf->data_len = mbuf->pkt_len = ipv6 ? BENCH_FRAME_IPV6 : syn ? BENCH_FRAME_SYN : BENCH_FRAME;
	mbuf->port = shape->reply;
	frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	if (ipv6) {
		memcpy(frame, bench.frames[shape->reply], 64);
		memcpy(frame + 34, &shape->source, 4);
		memcpy(frame + 50, &shape->destination, 8);
	} else {
		memcpy(frame, bench.frames[shape->reply], 48);
		if (syn)
			memcpy(frame + 48, bench.frames[shape->reply] + 48, 16);
		memcpy(frame + 24, &shape->checksum, 2);
		memcpy(frame + 26, &shape->source, 12);
	}
}

static uint16_t source(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	void **to = rte_node_next_stream_get(graph, node, bench.next, bench.burst);
	bool ipv6 = bench.ipv6, syn = bench.syn;

	(void)objects, (void)number;
	for (uint16_t i = 0; i < bench.burst; i++) {
		to[i] = bench.packets[bench.packet];
		bench.packet = (bench.packet + 1) % BENCH_RING;
		make_packet(to[i], &bench.shapes[bench.position], ipv6, syn);
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

/* Not checked on the way, but there: translation changes it. */
static const struct rte_udp_hdr udp = {
    .dgram_len = RTE_BE16(BENCH_FRAME - RTE_ETHER_HDR_LEN - sizeof(struct rte_ipv4_hdr)),
    .dgram_cksum = RTE_BE16(0x1234)};

static void make_ipv4(uint8_t *packet)
{
	struct rte_ipv4_hdr ip = {.version_ihl = RTE_IPV4_VHL_DEF,
	                          .total_length = rte_cpu_to_be_16(BENCH_FRAME - RTE_ETHER_HDR_LEN),
	                          .time_to_live = 64,
	                          .next_proto_id = IPPROTO_UDP};

	memcpy(packet, &ip, sizeof(ip));
	memcpy(packet + sizeof(ip), &udp, sizeof(udp));
}

static struct ip_address ipv6_address(unsigned interface, uint32_t host)
{
	struct ip_address address = {.version = 6, .bytes = {0x20, 0x01, 0x0d, 0xb8, 0, (uint8_t)interface}};

	host = rte_cpu_to_be_32(host);
	memcpy(&address.bytes[12], &host, sizeof(host));
	return address;
}

static void make_ipv6(uint8_t *packet, unsigned interface)
{
	struct rte_ipv6_hdr ip = {.vtc_flow = RTE_BE32(6u << 28),
	                          .payload_len = RTE_BE16(sizeof(struct rte_udp_hdr)),
	                          .proto = IPPROTO_UDP,
	                          .hop_limits = 64};
	struct rte_udp_hdr short_udp = udp;
	struct ip_address source = ipv6_address(interface, 0);
	struct ip_address destination = ipv6_address(BENCH_INTERFACES + 1 - interface, 0);

	short_udp.dgram_len = RTE_BE16(sizeof(short_udp));
	memcpy(ip.src_addr, source.bytes, sizeof(ip.src_addr));
	memcpy(ip.dst_addr, destination.bytes, sizeof(ip.dst_addr));
	memcpy(packet, &ip, sizeof(ip));
	memcpy(packet + sizeof(ip), &short_udp, sizeof(short_udp));
}

static void make_frame(unsigned interface, bool ipv6)
{
	struct rte_ether_hdr *ethernet = (struct rte_ether_hdr *)bench.frames[interface];

	ethernet->dst_addr = mac(interface + 1, 1);
	ethernet->src_addr = mac(interface + 1, 2);
	ethernet->ether_type = ipv6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4);
	if (ipv6)
		make_ipv6((uint8_t *)(ethernet + 1), interface + 1);
	else
		make_ipv4((uint8_t *)(ethernet + 1));
}

/* Its sequence number and window are of no account. */
static void make_syn(uint8_t *frame)
{
	struct rte_ipv4_hdr ip = {.version_ihl = RTE_IPV4_VHL_DEF,
	                          .total_length = RTE_BE16(BENCH_FRAME_SYN - RTE_ETHER_HDR_LEN),
	                          .time_to_live = 64,
	                          .next_proto_id = IPPROTO_TCP};
	struct rte_tcp_hdr tcp = {.sent_seq = RTE_BE32(1000),
	                          .data_off = (sizeof(tcp) + sizeof(uint32_t)) << 2,
	                          .tcp_flags = RTE_TCP_SYN_FLAG,
	                          .rx_win = RTE_BE16(65535)};
	static const uint8_t size_1460[] = {2, 4, 0x05, 0xb4};

	memcpy(frame + RTE_ETHER_HDR_LEN, &ip, sizeof(ip));
	memcpy(frame + RTE_ETHER_HDR_LEN + sizeof(ip), &tcp, sizeof(tcp));
	memcpy(frame + RTE_ETHER_HDR_LEN + sizeof(ip) + sizeof(tcp), size_1460, sizeof(size_1460));
}

void bench_packets_syn(bool syn)
{
	bench.syn = syn;
	for (unsigned i = 0; i < BENCH_INTERFACES; i++) {
		if (syn)
			make_syn(bench.frames[i]);
		else
			make_frame(i, bench.ipv6);
	}
}

/* The first edge of the nodes that forward is the way out. */
bool bench_lead_to_sink(void)
{
	const char *sink = "bench_sink";

	return rte_node_edge_update(rte_node_from_name("flow_forward"), 0, &sink, 1) != RTE_EDGE_ID_INVALID &&
	       rte_node_edge_update(rte_node_from_name("ipv6_forward"), 0, &sink, 1) != RTE_EDGE_ID_INVALID &&
	       rte_node_edge_update(rte_node_from_name("tcp_answer"), 0, &sink, 1) != RTE_EDGE_ID_INVALID;
}

/*
 * No device reads them: so they may lie side by side without huge pages too (callgrind), and not each at the same place of
 * a page, where they would displace one another in any cache.
 */
static struct rte_mempool *packet_pool(void)
{
	struct rte_pktmbuf_pool_private sizes = {.mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE,
	                                         .mbuf_priv_size = sizeof(struct packet)};

	return rte_mempool_create("packets", 4 * BENCH_RING - 1,
	                          sizeof(struct rte_mbuf) + sizeof(struct packet) + RTE_MBUF_DEFAULT_BUF_SIZE,
	                          0, sizeof(sizes), rte_pktmbuf_pool_init, &sizes, rte_pktmbuf_init, NULL,
	                          SOCKET_ID_ANY, RTE_MEMPOOL_F_NO_IOVA_CONTIG);
}

int bench_ports_start(void)
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
		bench_neighbour(id, ip_address_from_ip4(((10u * id) << 24) + 2), mac(id, 2));
		bench_neighbour(id, ipv6_address(id, 2), mac(id, 2));
	}
	datapath.port_count = BENCH_INTERFACES;
	if (datapath.packets)
		return 0;
	datapath.packets = packet_pool();
	return datapath.packets ? 0 : -ENOMEM;
}

int bench_packets_start(bool ipv6)
{
	bench.ipv6 = ipv6;
	bench.burst = BURST;
	for (unsigned i = 0; i < BENCH_INTERFACES; i++)
		make_frame(i, ipv6);
	return rte_pktmbuf_alloc_bulk(datapath.packets, bench.packets, BENCH_RING);
}

void bench_packets_end(void)
{
	for (unsigned i = 0; i < BENCH_RING; i++) {
		rte_pktmbuf_reset(bench.packets[i]);
		rte_pktmbuf_free(bench.packets[i]);
	}
}

void bench_shape_finish(struct shape *shape)
{
	struct rte_ipv4_hdr ip;

	if (bench.ipv6)
		return;
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
