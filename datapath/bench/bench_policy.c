/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/bench/bench.h"

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INSIDE  (10u << 24)
#define OUTSIDE (20u << 24)
#define HOSTS   0xffffff

static void add_interface(struct policy_builder *builder, uint16_t id, uint32_t network)
{
	struct policy_interface interface = {.id = id, .mtu = 1500};
	struct policy_address address = {.interface = id,
	                                 .kind = POLICY_ADDRESS_PRIVATE,
	                                 .prefix_length = 8,
	                                 .address = ip_address_from_ip4(network + 1)};
	struct policy_route route = {.interface = id, .gateway = ip_address_from_ip4(network + 2)};

	snprintf(interface.name, sizeof(interface.name), "if%u", id);
	snprintf(interface.device, sizeof(interface.device), "bench%u", id);
	route.network = (struct ip_range){ip_address_from_ip4(network), ip_address_from_ip4(network | HOSTS)};
	policy_builder_interface(builder, &interface);
	policy_builder_address(builder, &address);
	policy_builder_route(builder, &route);
	/* 2001:db8:<id>::/64, where the bench's packets have addresses of. */
	address.address = (struct ip_address){6, {0x20, 0x01, 0x0d, 0xb8, 0, (uint8_t)id}};
	route.network = (struct ip_range){address.address, address.address};
	memset(&route.network.last.bytes[8], 0xff, 8);
	route.gateway = address.address;
	route.gateway.bytes[15] = 2;
	address.address.bytes[15] = 1;
	address.prefix_length = 64;
	policy_builder_address(builder, &address);
	policy_builder_route(builder, &route);
}

/* Networks of that many bits below one, or everything for none. */
static struct policy_slice add_networks(struct policy_builder *builder, uint32_t within, unsigned host_bits,
                                        unsigned number)
{
	struct policy_slice slice = {policy_builder_ranges(builder), number ? number : 1};
	struct ip_range range = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)};

	if (!number)
		policy_builder_range(builder, &range);
	for (unsigned i = 0; i < number; i++) {
		uint32_t mask = (1u << host_bits) - 1, address = within | (rte_rand() & HOSTS & ~mask);

		range = (struct ip_range){ip_address_from_ip4(address), ip_address_from_ip4(address | mask)};
		policy_builder_range(builder, &range);
	}
	return slice;
}

static struct policy_slice add_service(struct policy_builder *builder, uint16_t first, uint16_t last)
{
	struct policy_slice slice = {policy_builder_services(builder), 1};
	bool all = first == 0 && last == UINT16_MAX;
	struct policy_service service = {.protocol_first = all ? 0 : IPPROTO_UDP,
	                                 .protocol_last = all ? 255 : IPPROTO_UDP,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, UINT16_MAX},
	                                 .destination_ports = {first, last}};

	policy_builder_service(builder, &service);
	return slice;
}

/* As in firewalls: servers with a port, to anybody or to some networks; hosts that may go everywhere; networks. */
static void add_random_rule(struct policy_builder *builder, struct policy_rule *rule)
{
	uint16_t port = (uint16_t)(1 + rte_rand_max(32768));
	unsigned kind = (unsigned)rte_rand_max(100), number = 1 + (unsigned)rte_rand_max(3);

	if (kind < 75) {
		rule->source_networks = add_networks(builder, INSIDE, 8, kind < 50 ? number : 0);
		rule->destination_networks = add_networks(builder, OUTSIDE, 0, number);
		rule->services = add_service(builder, port, port);
	} else if (kind < 80) {
		rule->source_networks = add_networks(builder, INSIDE, 0, number);
		rule->destination_networks = add_networks(builder, OUTSIDE, 0, 0);
		rule->services = add_service(builder, port, port + 100);
	} else {
		rule->source_networks = add_networks(builder, INSIDE, rte_rand_max(2) ? 0 : 8, number);
		rule->destination_networks = add_networks(builder, OUTSIDE, 8, number);
		rule->services = add_service(builder, 0, UINT16_MAX);
	}
}

/* Everything of both versions. */
static struct policy_slice add_all(struct policy_builder *builder)
{
	struct policy_slice slice = add_networks(builder, 0, 0, 0);
	struct ip_range range = {{.version = 6}, {.version = 6}};

	memset(range.last.bytes, 0xff, sizeof(range.last.bytes));
	policy_builder_range(builder, &range);
	slice.count++;
	return slice;
}

static void add_rules(struct policy_builder *builder, uint32_t rules, const struct measurement *measurement)
{
	struct policy_rule rule = {.source_interfaces = {0, 1},
	                           .destination_interfaces = {0, 1},
	                           .stateless = measurement->stateless};

	policy_builder_interface_id(builder, POLICY_INTERFACE_ANY);
	if (measurement->nat)
		rule.source_translation = POLICY_SOURCE_NAT_INTERFACE;
	for (uint32_t i = 0; i < RTE_MAX(rules, 1u); i++) {
		snprintf(rule.name, sizeof(rule.name), "rule%" PRIu32, i);
		if (rules) {
			add_random_rule(builder, &rule);
		} else {
			rule.source_networks = add_all(builder);
			rule.destination_networks = rule.source_networks;
			rule.services = add_service(builder, 0, UINT16_MAX);
		}
		policy_builder_rule(builder, &rule);
	}
}

static void set(struct policy_settings *settings, const struct measurement *measurement)
{
	settings->workers = 1;
	settings->heartbeat_interval_ms = 10;
	settings->peer_dead_ms = 200;
	settings->arp_expire = settings->arp_expire_unknown = settings->arp_cache_size = 1000;
	settings->max_flows = 1048576;
	settings->tcp.half_open_max = measurement->cookies;
	settings->flow_lifetime_tcp_init = settings->flow_lifetime_tcp_no_data = 60;
	settings->flow_lifetime_tcp_open = settings->flow_lifetime_tcp_closing = 100000;
	settings->flow_lifetime_udp = settings->flow_lifetime_icmp = settings->flow_lifetime_other = 100000;
}

struct compiled_policy *bench_policy(uint32_t rules, const struct measurement *measurement,
                                     double *compile_ms)
{
	struct policy_builder *builder = policy_builder_create();
	struct compiled_policy *policy;
	char reason[128] = "no memory";
	uint64_t begin;
	size_t length;
	void *blob;
	int error;

	set(policy_builder_settings(builder), measurement);
	add_interface(builder, 1, INSIDE);
	add_interface(builder, 2, OUTSIDE);
	add_rules(builder, rules, measurement);
	error = policy_builder_finish(builder, 1, &blob, &length);
	policy_builder_destroy(builder);
	begin = rte_rdtsc();
	if (error || compiled_policy_create(blob, length, &policy, reason)) {
		bench_failed(reason);
		return NULL;
	}
	*compile_ms = (double)(rte_rdtsc() - begin) * 1000 / (double)rte_get_tsc_hz();
	free(blob);
	return policy;
}

static uint32_t within(const struct policy *policy, struct policy_slice slice, uint32_t network)
{
	const struct ip_range *range = &policy->ranges[slice.first + rte_rand_max(slice.count)];
	uint32_t first = ip_address_to_ip4(&range->first), last = ip_address_to_ip4(&range->last);

	if (first == 0)
		return network | (1000 + (uint32_t)rte_rand_max(HOSTS - 2000));
	return first + (uint32_t)rte_rand_max(last - first + 1);
}

struct shape bench_policy_shape(const struct policy *policy)
{
	const struct policy_rule *rule = &policy->rules[rte_rand_max(policy->rule_count)];
	const struct policy_service *service = &policy->services[rule->services.first];
	struct policy_port_range ports = service->destination_ports;
	uint16_t port = (uint16_t)(ports.first + rte_rand_max(ports.last - ports.first + 1));
	struct shape shape = {.source = rte_cpu_to_be_32(within(policy, rule->source_networks, INSIDE)),
	                      .destination =
	                          rte_cpu_to_be_32(within(policy, rule->destination_networks, OUTSIDE)),
	                      .source_port = rte_cpu_to_be_16((uint16_t)(1024 + rte_rand_max(64512))),
	                      .destination_port = rte_cpu_to_be_16(port)};

	bench_shape_finish(&shape);
	return shape;
}

void bench_policy_use(struct compiled_policy *policy, struct worker *worker)
{
	struct compiled_policy *old = atomic_exchange(&datapath.policy, policy);

	if (worker)
		worker_refresh(worker->private);
	compiled_policy_destroy(old);
}
