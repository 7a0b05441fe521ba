/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule/linear.h"
#include "lib/testing.h"

#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/*
 * Random policies and random questions: the classifier answers as the linear search does. A failure prints the seed;
 * HADRIAN_TEST_SEED=<seed> repeats it.
 */
static uint64_t seed, state;

static uint32_t draw(uint32_t below)
{
	/* SplitMix64: the same numbers for the same seed everywhere. */
	uint64_t z = state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)((z ^ z >> 31) >> 16) % below;
}

static void start(void)
{
	const char *given = getenv("HADRIAN_TEST_SEED");

	if (given)
		seed = strtoull(given, NULL, 0);
	else
		ck_assert_int_eq(getrandom(&seed, sizeof(seed), 0), sizeof(seed));
	state = seed;
	printf("# HADRIAN_TEST_SEED=%#lx\n", (unsigned long)seed);
}

/* How the policies of a run look. */
struct shape {
	unsigned rules, list;  /* up to so many */
	unsigned hosts;        /* few: much overlaps */
	unsigned any_per_cent; /* of each list */
	bool narrow;           /* long lists of small networks and single ports, which do not merge */
};

/* An address out of few, and now and then an edge of the whole range. */
static struct ip_address draw_address(const struct shape *shape, uint8_t version)
{
	struct ip_address out = {.version = version};
	unsigned edge = draw(50), bytes = version == 4 ? 4 : 16;

	if (edge < 2) {
		memset(out.bytes, edge ? 0xff : 0, bytes);
		return out;
	}
	out.bytes[0] = 32 + draw(2);
	out.bytes[bytes / 2] = draw(2) ? 0 : (uint8_t)draw(256);
	out.bytes[bytes - 2] = (uint8_t)(draw(shape->hosts) >> 8);
	out.bytes[bytes - 1] = (uint8_t)draw(shape->hosts);
	return out;
}

static struct ip_range draw_range(const struct shape *shape)
{
	uint8_t version = draw(2) ? 4 : 6;
	unsigned bits = version == 4 ? 32 : 128, prefix = draw(bits + 1);
	struct ip_range out = {draw_address(shape, version), draw_address(shape, version)};

	if (draw(100) < shape->any_per_cent)
		prefix = 0;
	if (shape->narrow)
		prefix = bits - draw(3);
	else if (draw(2)) {
		if (ip_address_compare(&out.first, &out.last) > 0)
			out = (struct ip_range){out.last, out.first};
		return out;
	}
	out.last = out.first;
	for (unsigned bit = prefix; bit < bits; bit++) {
		out.first.bytes[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
		out.last.bytes[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
	return out;
}

static uint16_t draw_port(void)
{
	static const uint16_t edges[] = {0, 1, 80, 443, 1023, 1024, 65534, 65535};

	return draw(2) ? edges[draw(8)] : (uint16_t)draw(65536);
}

static struct policy_port_range draw_ports(const struct shape *shape)
{
	struct policy_port_range out = {draw_port(), draw_port()};

	if (draw(100) < shape->any_per_cent)
		return (struct policy_port_range){0, 65535};
	if (shape->narrow || draw(2))
		out.last = out.first;
	if (out.first > out.last)
		out = (struct policy_port_range){out.last, out.first};
	return out;
}

static uint8_t draw_protocol(void)
{
	static const uint8_t known[] = {IPPROTO_TCP,
	                                IPPROTO_UDP,
	                                IPPROTO_ICMP,
	                                IPPROTO_ICMPV6,
	                                IPPROTO_SCTP,
	                                IPPROTO_UDPLITE,
	                                IPPROTO_GRE,
	                                IPPROTO_ESP,
	                                0,
	                                255};

	return draw(4) ? known[draw(sizeof(known))] : (uint8_t)draw(256);
}

static struct policy_service draw_service(const struct shape *shape)
{
	uint8_t a = draw_protocol(), b = draw(3) ? a : draw_protocol();
	struct policy_service out = {.protocol_first = a < b ? a : b,
	                             .protocol_last = a < b ? b : a,
	                             .icmp_type_last = 255,
	                             .icmp_code_last = 255,
	                             .source_ports =
	                                 draw(3) ? (struct policy_port_range){0, 65535} : draw_ports(shape),
	                             .destination_ports = draw_ports(shape)};

	if (draw(100) < shape->any_per_cent)
		out = (struct policy_service){0, 255, 0, 255, 0, 255, 0, 0, {0, 65535}, {0, 65535}};
	if (draw(2)) {
		out.icmp_type_first = (uint8_t)draw(10);
		out.icmp_type_last = out.icmp_type_first + (uint8_t)draw(4);
	}
	if (draw(3) == 0)
		out.icmp_code_last = out.icmp_code_first = (uint8_t)draw(4);
	return out;
}

static uint16_t draw_interface(const struct shape *shape, bool destination)
{
	if (draw(100) < shape->any_per_cent)
		return POLICY_INTERFACE_ANY;
	return destination && draw(4) == 0 ? POLICY_INTERFACE_CORE : (uint16_t)(1 + draw(4));
}

static struct policy_slice add_interfaces(struct policy_builder *builder, const struct shape *shape,
                                          bool destination)
{
	struct policy_slice out = {policy_builder_interface_ids(builder), 1 + draw(3)};

	for (uint32_t i = 0; i < out.count; i++)
		policy_builder_interface_id(builder, draw_interface(shape, destination));
	return out;
}

static uint32_t draw_length(const struct shape *shape)
{
	return shape->narrow ? shape->list : 1 + draw(shape->list);
}

static struct policy_slice add_ranges(struct policy_builder *builder, const struct shape *shape)
{
	struct policy_slice out = {policy_builder_ranges(builder), draw_length(shape)};

	for (uint32_t i = 0; i < out.count; i++) {
		struct ip_range range = draw_range(shape);

		policy_builder_range(builder, &range);
	}
	return out;
}

static struct policy_slice add_services(struct policy_builder *builder, const struct shape *shape)
{
	struct policy_slice out = {policy_builder_services(builder), draw_length(shape)};

	for (uint32_t i = 0; i < out.count; i++) {
		struct policy_service service = draw_service(shape);

		policy_builder_service(builder, &service);
	}
	return out;
}

/* Interfaces 1 to 4 exist; the blob is the caller's. */
static void *draw_policy(const struct shape *shape, struct policy *policy)
{
	struct policy_builder *builder = policy_builder_create();
	struct policy_settings *settings = policy_builder_settings(builder);
	unsigned rules = draw(shape->rules + 1);
	char reason[128];
	size_t length;
	void *blob;

	settings->workers = 1;
	settings->heartbeat_interval_ms = 10;
	settings->peer_dead_ms = 200;
	settings->arp_expire = settings->arp_expire_unknown = settings->arp_cache_size = 1000;
	settings->max_flows = 1000;
	settings->flow_lifetime_tcp_init = settings->flow_lifetime_tcp_no_data =
	    settings->flow_lifetime_tcp_open = settings->flow_lifetime_tcp_closing = 60;
	settings->flow_lifetime_udp = settings->flow_lifetime_icmp = settings->flow_lifetime_other = 60;
	for (uint16_t id = 1; id <= 4; id++) {
		struct policy_interface interface = {.id = id, .mtu = 1500};

		snprintf(interface.name, sizeof(interface.name), "if%u", id);
		snprintf(interface.device, sizeof(interface.device), "veth%u", id);
		policy_builder_interface(builder, &interface);
	}
	for (unsigned i = 0; i < rules; i++) {
		struct policy_rule rule = {.name = "random",
		                           .source_interfaces = add_interfaces(builder, shape, false),
		                           .destination_interfaces = add_interfaces(builder, shape, true),
		                           .source_networks = add_ranges(builder, shape),
		                           .destination_networks = add_ranges(builder, shape),
		                           .services = add_services(builder, shape)};

		ck_assert_int_eq(policy_builder_rule(builder, &rule), 0);
	}
	ck_assert_int_eq(policy_builder_finish(builder, 1, &blob, &length), 0);
	policy_builder_destroy(builder);
	ck_assert_msg(policy_open(blob, length, policy, reason) == 0, "%s", reason);
	return blob;
}

/* Adds 1, 0 or -1. */
static void step(uint8_t *bytes, unsigned length)
{
	unsigned kind = draw(3);

	for (unsigned i = length; kind && i-- > 0;) {
		bytes[i] = (uint8_t)(kind == 1 ? bytes[i] + 1 : bytes[i] - 1);
		if (bytes[i] != (kind == 1 ? 0 : 0xff))
			break;
	}
}

/* Near the ends of a network of the slice where there is one of the version, or anywhere. */
static union rule_address draw_near(const struct shape *shape, const struct policy *policy,
                                    struct policy_slice slice, uint8_t version)
{
	const struct ip_range *range = &policy->ranges[slice.first + draw(slice.count)];
	struct ip_address address = draw(2) ? range->first : range->last;
	union rule_address out = {.ip4 = 0};

	if (address.version != version || draw(8) == 0)
		address = draw_address(shape, version);
	step(address.bytes, version == 4 ? 4 : 16);
	if (version == 4)
		out.ip4 = ip_address_to_ip4(&address);
	else
		memcpy(out.ip6, address.bytes, sizeof(out.ip6));
	return out;
}

static struct rule_query draw_query(const struct shape *shape, const struct policy *policy)
{
	const struct policy_rule *rule = &policy->rules[draw(policy->rule_count)];
	const struct policy_service *service =
	    &policy->services[rule->services.first + draw(rule->services.count)];
	uint8_t version = draw(2) ? 4 : 6;
	bool first = draw(2);

	return (struct rule_query){
	    .version = version,
	    .source_interface = (uint16_t)(1 + draw(4)),
	    .destination_interface = draw(4) ? (uint16_t)(1 + draw(4)) : POLICY_INTERFACE_CORE,
	    .source = draw_near(shape, policy, rule->source_networks, version),
	    .destination = draw_near(shape, policy, rule->destination_networks, version),
	    .protocol =
	        draw(8) ? draw(2) ? service->protocol_first : service->protocol_last : draw_protocol(),
	    .icmp_type = (uint8_t)(service->icmp_type_first + draw(3) - 1),
	    .icmp_code = (uint8_t)draw(4),
	    .source_port = draw(4) ? service->source_ports.first : draw_port(),
	    .destination_port =
	        (uint16_t)((first ? service->destination_ports.first : service->destination_ports.last) +
	                   draw(3) - 1)};
}

/* Together and by itself each query finds what the linear search does. Returns how many found a rule. */
static unsigned compare_some(const struct shape *shape, const struct policy *policy,
                             const struct rule_table *table, unsigned number)
{
	static struct rule_query queries[100];
	uint32_t rules[100];
	unsigned found = 0;

	for (unsigned i = 0; i < number; i++)
		queries[i] = draw_query(shape, policy);
	rule_match_all(table, queries, number, rules);
	for (unsigned i = 0; i < number; i++) {
		uint32_t expected = linear_match(policy, &queries[i]), alone = rule_match(table, &queries[i]);

		ck_assert_msg(expected == rules[i] && expected == alone,
		              "seed %#lx query %u of %u: rule %u, not %u together and %u alone",
		              (unsigned long)seed, i, number, expected, rules[i], alone);
		found += expected != RULE_NONE;
	}
	return found;
}

static void compare_all(const struct shape *shape, unsigned policies, unsigned queries)
{
	unsigned found = 0;

	start();
	for (unsigned i = 0; i < policies; i++) {
		struct policy policy;
		struct rule_table *table;
		void *blob = draw_policy(shape, &policy);

		ck_assert_int_eq(rule_table_create(&policy, &table), 0);
		for (unsigned done = 0, number; policy.rule_count && done < queries; done += number) {
			number = draw(100) + 1;
			found += compare_some(shape, &policy, table, number);
		}
		rule_table_destroy(table);
		free(blob);
	}
	ck_assert_uint_gt(found, policies * queries / 500);
}

/* feature: C07-001 C07-004 C07-005 C07-006 C07-014 */
START_TEST(small_policies_with_short_lists)
{
	compare_all(&(struct shape){.rules = 12, .list = 3, .hosts = 16, .any_per_cent = 20}, 600, 200);
}
END_TEST

/* feature: C07-001 C07-004 */
START_TEST(policies_of_hundreds_of_rules)
{
	compare_all(&(struct shape){.rules = 600, .list = 2, .hosts = 4096, .any_per_cent = 10}, 20, 2000);
}
END_TEST

/* Lists that are not multiplied out. feature: C07-001 C07-004 */
START_TEST(lists_that_multiply_to_millions)
{
	compare_all(&(struct shape){.rules = 20, .list = 60, .hosts = 65536, .narrow = true}, 20, 2000);
}
END_TEST

/* feature: C07-004 C07-015 */
START_TEST(rules_that_all_overlap)
{
	compare_all(&(struct shape){.rules = 300, .list = 1, .hosts = 4, .any_per_cent = 50}, 40, 1000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, small_policies_with_short_lists);
	tcase_add_test(tests, policies_of_hundreds_of_rules);
	tcase_add_test(tests, lists_that_multiply_to_millions);
	tcase_add_test(tests, rules_that_all_overlap);
}

TEST_MAIN("classifier", add_tests)
