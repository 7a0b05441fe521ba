/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/flow/flow.h"
#include "datapath/testing/fixture.h"
#include "datapath/threshold/threshold.h"
#include "lib/testing.h"

#include <netinet/in.h>

#define OTHER_CLIENT IP(10, 1, 0, 77)

static struct policy_threshold_definition definition;
static struct policy_threshold_set set;
static uint16_t udp_port; /* that the rules are about; 0: all */

/* LAN to WAN everything, with one threshold rule, set and definition; a second set where another is given. */
static struct policy_builder *policy_with(const struct policy_threshold_set *second)
{
	struct policy_builder *builder = fixture_policy();
	struct policy_threshold_rule rule = {.sets = {0, second ? 2 : 1}};
	struct ip_range all = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)};
	struct policy_service service = {.protocol_last = 255,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {udp_port, udp_port ? udp_port : 65535}};
	struct policy_slice networks = {policy_builder_ranges(builder), 1};
	struct policy_slice interfaces = {policy_builder_interface_ids(builder), 1};

	rule.filter = (struct policy_rule){.name = "limit",
	                                   .source_interfaces = interfaces,
	                                   .destination_interfaces = {interfaces.first + 1, 1},
	                                   .source_networks = networks,
	                                   .destination_networks = networks,
	                                   .services = {policy_builder_services(builder), 1}};
	policy_builder_interface_id(builder, LAN);
	policy_builder_interface_id(builder, WAN);
	policy_builder_range(builder, &all);
	policy_builder_service(builder, &service);
	set.definitions = (struct policy_slice){0, 1};
	policy_builder_threshold_definition(builder, &definition);
	policy_builder_threshold_set(builder, &set);
	if (second)
		policy_builder_threshold_set(builder, second);
	policy_builder_threshold_rule(builder, &rule);
	fixture_rule(builder, LAN, WAN, 0, 0, 0, POLICY_ALLOW, false);
	return builder;
}

static void apply(void)
{
	fixture_apply(policy_with(NULL));
	fixture_walk();
}

static void set_up(void)
{
	fixture_setup();
	udp_port = 0;
	set =
	    (struct policy_threshold_set){.action = POLICY_THRESHOLD_DROP, .log = POLICY_THRESHOLD_LOG_NEVER};
	definition = (struct policy_threshold_definition){.type = POLICY_THRESHOLD_CONCURRENT,
	                                                  .grouping = POLICY_GROUP_SOURCE_IP,
	                                                  .prefix_ip4 = 16,
	                                                  .prefix_ip6 = 64,
	                                                  .limit = 3,
	                                                  .interval_ms = 1000};
}

static bool opens_at(uint32_t source, uint16_t port, uint16_t destination_port)
{
	struct rte_mbuf *sent = fixture_pass(LAN, fixture_udp(source, port, SERVER, destination_port), WAN);

	rte_pktmbuf_free(sent);
	return sent != NULL;
}

/* How many of so many flows, from source port 4000 on, come out. */
static unsigned opens(uint32_t source, unsigned count)
{
	unsigned opened = 0;

	for (unsigned i = 0; i < count; i++)
		opened += opens_at(source, 4000 + i, 53);
	return opened;
}

static void close_all(void)
{
	struct worker_state *state = fixture_worker();

	for (uint32_t i = 1; i <= state->flows->high; i++) {
		if (flow_at(state->flows, i)->used)
			flow_close(state, i);
	}
}

/* feature: C24-003 C24-004 C24-012 */
START_TEST(a_host_opens_no_more_than_it_may)
{
	apply();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_THRESHOLD), 3);
	ck_assert_uint_eq(fixture_counter(COUNTER_THRESHOLD_EXCEEDED), 3);
	/* What is open goes on, others are not concerned. */
	ck_assert_uint_eq(opens(CLIENT, 3), 3);
	ck_assert_uint_eq(opens(OTHER_CLIENT, 2), 2);
	close_all();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
}
END_TEST

/* feature: C24-003 */
START_TEST(other_flows_are_not_counted)
{
	udp_port = 53;
	apply();
	for (unsigned i = 0; i < 6; i++)
		ck_assert(opens_at(CLIENT, 5000 + i, 54));
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
}
END_TEST

/* feature: C24-004 C24-005 */
START_TEST(none_lets_pass_and_random_drops_some)
{
	unsigned passed;

	set.action = POLICY_THRESHOLD_NONE;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 6), 6);
	ck_assert_uint_eq(fixture_counter(COUNTER_THRESHOLD_EXCEEDED), 3);
	close_all();
	set.action = POLICY_THRESHOLD_RANDOM_DROP;
	set.probability = 50;
	apply();
	passed = opens(CLIENT, 203);
	ck_assert_uint_gt(passed, 3 + 50);
	ck_assert_uint_lt(passed, 3 + 150);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_THRESHOLD), 203 - passed);
}
END_TEST

/* feature: C24-001 */
START_TEST(flows_of_every_protocol_count)
{
	struct rte_mbuf *sent[4];

	apply();
	sent[0] = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
	sent[1] = fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN);
	sent[2] = fixture_pass(LAN, fixture_echo(CLIENT, SERVER, 8, 1), WAN);
	sent[3] = fixture_pass(LAN, fixture_ip(CLIENT, SERVER, IPPROTO_ESP, 8), WAN);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_int_eq(sent[i] != NULL, i < 3);
		rte_pktmbuf_free(sent[i]);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_THRESHOLD), 1);
}
END_TEST

/* feature: C24-017 */
START_TEST(the_strongest_set_decides)
{
	struct policy_threshold_set none = {
	    .action = POLICY_THRESHOLD_NONE, .log = POLICY_THRESHOLD_LOG_NEVER, .definitions = {0, 1}};

	/* Both count by the one definition: each flow twice. */
	definition.limit = 6;
	fixture_apply(policy_with(&none));
	fixture_walk();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
}
END_TEST

/* feature: C24-012 C24-013 */
START_TEST(networks_and_interfaces_are_groups)
{
	definition.grouping = POLICY_GROUP_SOURCE_NETWORK;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 2), 2);
	ck_assert_uint_eq(opens(OTHER_CLIENT, 2), 1);
	close_all();
	definition.grouping = POLICY_GROUP_SOURCE_INTERFACE;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 2), 2);
	ck_assert_uint_eq(opens(OTHER_CLIENT, 2), 1);
	close_all();
	definition.grouping = POLICY_GROUP_NONE;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 4), 3);
	close_all();
	definition.grouping = POLICY_GROUP_SOURCE_NETWORK;
	definition.prefix_ip4 = 32;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 4), 3);
	ck_assert_uint_eq(opens(OTHER_CLIENT, 4), 3);
}
END_TEST

/* feature: C24-008 */
START_TEST(a_rate_is_dropped_until_the_interval_ends)
{
	definition.type = POLICY_THRESHOLD_FLOW_RATE;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
	close_all();
	ck_assert(!opens_at(CLIENT, 4009, 53));
	fixture_seconds(1);
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
}
END_TEST

START_TEST(ageing_counts_out)
{
	apply();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
	fixture_seconds(131);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
}
END_TEST

/* The table of the fixture has 1000 places: each new flow takes that of an old one. */
START_TEST(making_room_counts_out)
{
	definition.limit = 1001;
	apply();
	ck_assert_uint_eq(opens(CLIENT, 1100), 1100);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 100);
	ck_assert_uint_eq(fixture_worker()->policy->thresholds->terms[0].groups, 1);
	close_all();
	ck_assert_uint_eq(fixture_worker()->policy->thresholds->terms[0].groups, 0);
}
END_TEST

START_TEST(the_same_rules_go_on_counting)
{
	const struct threshold_counts *counts;

	apply();
	counts = fixture_worker()->policy->thresholds;
	ck_assert_uint_eq(opens(CLIENT, 2), 2);
	apply();
	ck_assert_ptr_eq(fixture_worker()->policy->thresholds, counts);
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
	/* Others begin with what is open. */
	definition.limit = 4;
	apply();
	ck_assert_ptr_ne(fixture_worker()->policy->thresholds, counts);
	fixture_walk();
	ck_assert_uint_eq(opens(CLIENT, 6), 4);
	close_all();
	ck_assert_uint_eq(fixture_worker()->policy->thresholds->terms[0].groups, 0);
}
END_TEST

START_TEST(a_policy_without_rules_limits_nothing)
{
	struct policy_builder *builder;

	apply();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
	builder = fixture_policy();
	fixture_rule(builder, LAN, WAN, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
	ck_assert_ptr_null(fixture_worker()->policy->thresholds);
	ck_assert_uint_eq(opens(CLIENT, 6), 6);
	apply();
	fixture_walk();
	ck_assert(!opens_at(CLIENT, 4009, 53));
	close_all();
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
}
END_TEST

static void take_over_what_was_emitted(void)
{
	for (unsigned i = 0; i < fake_record_count; i++)
		ck_assert_int_eq(flow_mirror_class.apply(&fake_records[i].header, fake_records[i].payload),
		                 0);
	flow_mirror_class.apply_end();
	fixture_walk();
	fixture_walk();
	datapath.active = true;
	flow_mirror_class.activity(true);
	fixture_walk();
}

/* feature: C22-002 */
START_TEST(who_takes_over_knows_the_peers_flows)
{
	apply();
	datapath.mirroring = true;
	ck_assert_uint_eq(opens(CLIENT, 2), 2);
	datapath.mirroring = false;
	close_all();
	datapath.active = false;
	flow_mirror_class.activity(false);
	fixture_walk();
	take_over_what_was_emitted();
	ck_assert_uint_eq(flow_count(), 2);
	ck_assert_uint_eq(opens(CLIENT, 6), 3);
	close_all();
	ck_assert_uint_eq(fixture_worker()->policy->thresholds->terms[0].groups, 0);
}
END_TEST

START_TEST(a_flow_that_is_not_opened_after_all_is_not_counted)
{
	apply();
	ck_assert_uint_eq(opens(CLIENT, 2), 2);
	for (unsigned i = 0; i < 10; i++)
		rte_pktmbuf_free(
		    fixture_pass(LAN, fixture_tcp(CLIENT, 1, SERVER, 2, RTE_TCP_ACK_FLAG, 0), WAN));
	ck_assert(opens_at(CLIENT, 4009, 53));
	ck_assert(!opens_at(CLIENT, 4010, 53));
}
END_TEST

static unsigned events(struct event *out)
{
	unsigned count = 0;

	while (!rte_ring_sc_dequeue_elem(datapath.workers[0]->events, out, sizeof(*out)))
		count++;
	return count;
}

/* feature: C24-006 C24-007 C24-017 */
START_TEST(blacklist_tells_of_the_source)
{
	struct policy_threshold_set drop = {
	    .action = POLICY_THRESHOLD_DROP, .log = POLICY_THRESHOLD_LOG_NEVER, .definitions = {0, 1}};
	struct ip_address client = ip_address_from_ip4(rte_be_to_cpu_32(CLIENT));
	struct event event;

	set.action = POLICY_THRESHOLD_BLACKLIST;
	set.timeout_s = 42;
	set.severity = 3;
	definition.limit = 6;
	fixture_apply(policy_with(&drop));
	fixture_walk();
	ck_assert_uint_eq(opens(CLIENT, 3), 3);
	ck_assert_uint_eq(events(&event), 0);
	ck_assert(!opens_at(CLIENT, 4009, 53));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_THRESHOLD), 1);
	ck_assert_uint_eq(events(&event), 1);
	ck_assert_uint_eq(event.kind, EVENT_THRESHOLD_BLACKLIST);
	ck_assert_int_eq(ip_address_compare(&event.source, &client), 0);
	ck_assert_uint_eq(event.interface, LAN);
	ck_assert_uint_eq(event.threshold_rule, 0);
	ck_assert_uint_eq(event.threshold_set, 0);
	ck_assert_uint_eq(event.severity, 3);
	/* It acts, and is not logged. */
	ck_assert_uint_eq(event.quiet, 1);
	ck_assert_str_eq(event.rule, "limit");
}
END_TEST

/* feature: C24-006 C25-013 */
START_TEST(the_whitelist_spares_from_blacklist_alone)
{
	struct policy_threshold_set drop = {
	    .action = POLICY_THRESHOLD_DROP, .log = POLICY_THRESHOLD_LOG_NEVER, .definitions = {0, 1}};
	struct event event;
	struct policy_builder *builder;

	set.action = POLICY_THRESHOLD_BLACKLIST;
	for (unsigned i = 0; i < 2; i++) {
		builder = policy_with(i ? &drop : NULL);
		/* The filter of the threshold rule stands first. */
		policy_builder_whitelist_rule(builder, &(struct policy_rule){.source_interfaces = {0, 1},
		                                                             .destination_interfaces = {1, 1},
		                                                             .source_networks = {0, 1},
		                                                             .destination_networks = {0, 1},
		                                                             .services = {0, 1}});
		fixture_apply(builder);
		fixture_walk();
		ck_assert_uint_eq(opens(CLIENT, 9), i ? 1 : 9);
		ck_assert_uint_eq(events(&event), 0);
		close_all();
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, a_host_opens_no_more_than_it_may);
	tcase_add_test(tests, other_flows_are_not_counted);
	tcase_add_test(tests, none_lets_pass_and_random_drops_some);
	tcase_add_test(tests, flows_of_every_protocol_count);
	tcase_add_test(tests, the_strongest_set_decides);
	tcase_add_test(tests, blacklist_tells_of_the_source);
	tcase_add_test(tests, the_whitelist_spares_from_blacklist_alone);
	tcase_add_test(tests, networks_and_interfaces_are_groups);
	tcase_add_test(tests, a_rate_is_dropped_until_the_interval_ends);
	tcase_add_test(tests, ageing_counts_out);
	tcase_add_test(tests, making_room_counts_out);
	tcase_add_test(tests, the_same_rules_go_on_counting);
	tcase_add_test(tests, a_policy_without_rules_limits_nothing);
	tcase_add_test(tests, who_takes_over_knows_the_peers_flows);
	tcase_add_test(tests, a_flow_that_is_not_opened_after_all_is_not_counted);
}

TEST_MAIN("threshold", add_tests)
