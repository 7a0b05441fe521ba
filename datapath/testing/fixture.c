/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/fixture.h"

#include "datapath/heartbeat/lanes.h"
#include "datapath/policy/compiled_policy.h"

#include <netinet/in.h>
#include <rte_eal.h>
#include <rte_eth_ring.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	struct rte_ring *receive, *transmit;
} ports[2];
static struct compiled_policy *former;

struct rte_ether_addr fixture_mac(uint16_t interface, uint8_t which)
{
	return (struct rte_ether_addr){{0x02, 0, 0, 0, interface, which}};
}

void fixture_eal(void)
{
	static bool done;
	char *arguments[] = {"test", "--no-huge", "--no-pci",       "--no-shconf",         "-m", "256",
	                     "-l",   "0",         "--no-telemetry", "--log-level=*:error", NULL};

	if (done)
		return;
	ck_assert_int_ge(rte_eal_init(RTE_DIM(arguments) - 1, arguments), 0);
	done = true;
}

static void add_port(uint16_t interface, uint16_t mtu)
{
	uint32_t index = datapath.port_count;
	struct port *port = &datapath.ports[index];
	char name[32];
	int device;

	snprintf(name, sizeof(name), "rx%u", interface);
	ports[index].receive = rte_ring_create(name, 1024, 0, 0);
	snprintf(name, sizeof(name), "tx%u", interface);
	ports[index].transmit = rte_ring_create(name, 1024, 0, 0);
	snprintf(name, sizeof(name), "port%u", interface);
	device = rte_eth_from_rings(name, &ports[index].receive, 1, &ports[index].transmit, 1, 0);
	ck_assert_int_ge(device, 0);
	*port = (struct port){.interface = interface,
	                      .device = device,
	                      .mtu = mtu,
	                      .used = 1,
	                      .mac = fixture_mac(interface, MAC_OWN),
	                      .shared_mac = fixture_mac(interface, MAC_SHARED)};
	ck_assert_int_eq(rte_eth_dev_configure(device, 1, 1, &(struct rte_eth_conf){0}), 0);
	ck_assert_int_eq(rte_eth_rx_queue_setup(device, 0, 512, 0, NULL, datapath.packets), 0);
	ck_assert_int_eq(rte_eth_tx_queue_setup(device, 0, 512, 0, NULL), 0);
	ck_assert_int_eq(rte_eth_dev_start(device), 0);
	datapath.port_of_interface[interface] = index;
	datapath.port_count = index + 1;
}

void fixture_setup(void)
{
	struct policy_builder *builder;

	fixture_eal();
	datapath.packets =
	    rte_pktmbuf_pool_create("packets", 4095, 0, sizeof(struct packet), RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	ck_assert_ptr_nonnull(datapath.packets);
	for (unsigned i = 0; i < RTE_DIM(datapath.port_of_interface); i++)
		datapath.port_of_interface[i] = NO_PORT;
	add_port(LAN, 1500);
	add_port(WAN, 1400);
	fake_neighbour(LAN, CLIENT, fixture_mac(LAN, MAC_NEIGHBOUR));
	fake_neighbour(WAN, SERVER, fixture_mac(WAN, MAC_NEIGHBOUR));
	datapath.worker_count = 1;
	ck_assert_int_eq(worker_create(0, 0, 1000, &datapath.workers[0]), 0);
	datapath.active = true;
	heartbeat_lanes.lease_tsc = UINT64_MAX;
	builder = fixture_policy();
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

static struct ip_address address(uint32_t ip)
{
	return ip_address_from_ip4(rte_be_to_cpu_32(ip));
}

static void add_interface(struct policy_builder *builder, uint16_t id, uint32_t shared)
{
	struct policy_interface interface = {.id = id, .mtu = 1500};
	struct policy_address own = {.interface = id, .prefix_length = 24, .address = address(shared)};
	struct policy_route route = {.interface = id};

	snprintf(interface.name, sizeof(interface.name), "if%u", id);
	snprintf(interface.device, sizeof(interface.device), "veth%u", id);
	ck_assert_int_eq(policy_builder_interface(builder, &interface), 0);
	ck_assert_int_eq(policy_builder_address(builder, &own), 0);
	own.kind = POLICY_ADDRESS_PRIVATE;
	own.address = address(shared + RTE_BE32(1));
	ck_assert_int_eq(policy_builder_address(builder, &own), 0);
	route.network.first = address(shared & IP(255, 255, 255, 0));
	route.network.last = address(shared | IP(0, 0, 0, 255));
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
}

struct policy_builder *fixture_policy(void)
{
	struct policy_builder *builder = policy_builder_create();
	struct policy_settings *settings = policy_builder_settings(builder);
	struct policy_route route = {.network = {address(IP(203, 0, 113, 0)), address(IP(203, 0, 113, 255))},
	                             .gateway = address(SERVER),
	                             .interface = WAN,
	                             .metric = 100};

	settings->workers = 1;
	settings->cluster_enabled = 1;
	settings->cluster_id = 1;
	settings->heartbeat_interval_ms = 10;
	settings->peer_dead_ms = 200;
	settings->arp_expire = 900;
	settings->arp_expire_unknown = 3;
	settings->arp_cache_size = 4096;
	settings->max_flows = 1000;
	settings->flow_lifetime_tcp_init = 60;
	settings->flow_lifetime_tcp_no_data = 60;
	settings->flow_lifetime_tcp_open = 262144;
	settings->flow_lifetime_tcp_closing = 80;
	settings->flow_lifetime_udp = 130;
	settings->flow_lifetime_icmp = 8;
	settings->flow_lifetime_other = 130;
	settings->flow_lifetime_sctp_stateless = 130;
	settings->flow_lifetime_sctp_stateful = 600;
	settings->tcp.lifetime_stateless = 130;
	add_interface(builder, LAN, LAN_SHARED);
	add_interface(builder, WAN, WAN_SHARED);
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
	return builder;
}

void fixture_rule(struct policy_builder *builder, uint16_t from, uint16_t to, uint32_t destination,
                  uint8_t protocol, uint16_t port, enum policy_action action, bool reject)
{
	struct ip_range all = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)};
	struct ip_range host = {address(destination), address(destination)};
	struct policy_service service = {.protocol_first = protocol,
	                                 .protocol_last = protocol ? protocol : 255,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {port, port ? port : 65535}};
	struct policy_rule rule = {.action = action,
	                           .send_reject = reject,
	                           .source_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .destination_interfaces = {policy_builder_interface_ids(builder) + 1, 1},
	                           .source_networks = {policy_builder_ranges(builder), 1},
	                           .destination_networks = {policy_builder_ranges(builder) + 1, 1},
	                           .services = {policy_builder_services(builder), 1}};

	ck_assert_int_eq(policy_builder_interface_id(builder, from ? from : POLICY_INTERFACE_ANY), 0);
	ck_assert_int_eq(policy_builder_interface_id(builder, to ? to : POLICY_INTERFACE_ANY), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all), 0);
	ck_assert_int_eq(policy_builder_range(builder, destination ? &host : &all), 0);
	ck_assert_int_eq(policy_builder_service(builder, &service), 0);
	snprintf(rule.name, sizeof(rule.name), "rule%u", rule.services.first);
	ck_assert_int_eq(policy_builder_rule(builder, &rule), 0);
}

void fixture_nat_rule(struct policy_builder *builder, enum policy_source_translation translation,
                      uint32_t nat_address)
{
	struct ip_range all = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)};
	struct policy_service service = {.protocol_last = 255,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {0, 65535}};
	struct policy_rule rule = {.name = "nat",
	                           .source_translation = translation,
	                           .source_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .destination_interfaces = {policy_builder_interface_ids(builder) + 1, 1},
	                           .source_networks = {policy_builder_ranges(builder), 1},
	                           .destination_networks = {policy_builder_ranges(builder), 1},
	                           .services = {policy_builder_services(builder), 1}};

	if (nat_address)
		rule.nat_address[0] = address(nat_address);
	ck_assert_int_eq(policy_builder_interface_id(builder, LAN), 0);
	ck_assert_int_eq(policy_builder_interface_id(builder, WAN), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all), 0);
	ck_assert_int_eq(policy_builder_service(builder, &service), 0);
	ck_assert_int_eq(policy_builder_rule(builder, &rule), 0);
}

void fixture_apply(struct policy_builder *builder)
{
	struct compiled_policy *policy;
	char reason[128] = "";
	size_t length;
	void *blob;

	ck_assert_int_eq(policy_builder_finish(builder, 1, &blob, &length), 0);
	policy_builder_destroy(builder);
	ck_assert_msg(compiled_policy_create(blob, length, &policy, reason) == 0, "%s", reason);
	free(blob);
	former = atomic_exchange(&datapath.policy, policy);
}

struct worker_state *fixture_worker(void)
{
	return worker_state_of(datapath.workers[0]);
}

uint64_t fixture_counter(enum counter counter)
{
	return datapath.workers[0]->counters.value[counter];
}

void fixture_receive_frame(uint16_t interface, struct rte_mbuf *mbuf)
{
	ck_assert_int_eq(rte_ring_enqueue(ports[datapath.port_of_interface[interface]].receive, mbuf), 0);
	/* A ring's port leaves this to whoever made the packet. */
	mbuf->port = datapath.ports[datapath.port_of_interface[interface]].device;
}

void fixture_receive(uint16_t interface, uint8_t mac, struct rte_mbuf *mbuf)
{
	struct rte_ether_hdr *header = (struct rte_ether_hdr *)rte_pktmbuf_prepend(mbuf, sizeof(*header));

	header->dst_addr = fixture_mac(interface, mac);
	header->src_addr = fixture_mac(interface, MAC_NEIGHBOUR);
	header->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	fixture_receive_frame(interface, mbuf);
}

void fixture_from_host(uint16_t interface, struct rte_mbuf *mbuf)
{
	*packet_of(mbuf) = (struct packet){.interface = interface, .kind = PACKET_FROM_HOST};
	ck_assert_int_eq(rte_ring_enqueue(datapath.workers[0]->from_control, mbuf), 0);
}

void fixture_walk(void)
{
	worker_walk(fixture_worker());
	compiled_policy_destroy(former);
	former = NULL;
	worker_completions();
}

struct rte_mbuf *fixture_sent(uint16_t interface)
{
	void *mbuf = NULL;

	rte_ring_dequeue(ports[datapath.port_of_interface[interface]].transmit, &mbuf);
	return mbuf;
}

struct rte_mbuf *fixture_sent_ip(uint16_t interface)
{
	struct rte_mbuf *mbuf = fixture_sent(interface);

	if (mbuf)
		rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	return mbuf;
}

struct rte_mbuf *fixture_to_control(void)
{
	void *mbuf = NULL;

	rte_ring_dequeue(datapath.workers[0]->to_control, &mbuf);
	return mbuf;
}

struct rte_mbuf *fixture_pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to)
{
	fixture_receive(from, MAC_SHARED, mbuf);
	fixture_walk();
	return fixture_sent(to);
}

void fixture_seconds(uint32_t seconds)
{
	fixture_worker()->now += seconds * FLOW_TICKS_PER_SECOND;
}
