/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/policy/compiled_policy.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

static uint32_t match(struct rule_query query)
{
	return rule_match(atomic_load(&datapath.policy)->rules, &query);
}

static struct rule_query query(uint16_t from, uint16_t to, uint32_t destination, uint8_t protocol,
                               uint16_t port)
{
	return (struct rule_query){.source_interface = from,
	                           .destination_interface = to,
	                           .version = 4,
	                           .source.ip4 = rte_be_to_cpu_32(CLIENT),
	                           .destination.ip4 = rte_be_to_cpu_32(destination),
	                           .source_port = 4000,
	                           .destination_port = port,
	                           .protocol = protocol};
}

/* feature: C01-016 C07-001 C07-004 */
START_TEST(the_first_that_matches_decides)
{
	struct policy_builder *builder = fixture_policy();

	fixture_rule(builder, LAN, WAN, SERVER, IPPROTO_TCP, 80, POLICY_DENY, false);
	fixture_rule(builder, LAN, WAN, SERVER, IPPROTO_TCP, 0, POLICY_ALLOW, false);
	fixture_rule(builder, LAN, WAN, 0, IPPROTO_TCP, 80, POLICY_ALLOW, false);
	fixture_rule(builder, LAN, POLICY_INTERFACE_CORE, 0, IPPROTO_ICMP, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	ck_assert_uint_eq(match(query(LAN, WAN, SERVER, IPPROTO_TCP, 80)), 0);
	ck_assert_uint_eq(match(query(LAN, WAN, SERVER, IPPROTO_TCP, 81)), 1);
	ck_assert_uint_eq(match(query(LAN, WAN, IP(1, 2, 3, 4), IPPROTO_TCP, 80)), 2);
	ck_assert_uint_eq(match(query(LAN, WAN, IP(1, 2, 3, 4), IPPROTO_TCP, 81)), RULE_NONE);
	ck_assert_uint_eq(match(query(WAN, LAN, SERVER, IPPROTO_TCP, 80)), RULE_NONE);
	ck_assert_uint_eq(match(query(LAN, WAN, SERVER, IPPROTO_UDP, 80)), RULE_NONE);
	ck_assert_uint_eq(match(query(LAN, POLICY_INTERFACE_CORE, LAN_SHARED, IPPROTO_ICMP, 0)), 3);
	ck_assert_uint_eq(match(query(LAN, WAN, LAN_SHARED, IPPROTO_ICMP, 0)), RULE_NONE);
}
END_TEST

/* feature: C07-003 C07-014 */
START_TEST(without_a_rule_nothing_matches)
{
	fixture_apply(fixture_policy());
	ck_assert_uint_eq(match(query(LAN, WAN, SERVER, IPPROTO_TCP, 80)), RULE_NONE);
}
END_TEST

/* feature: C07-005 C07-006 */
START_TEST(ipv6_networks_match_no_ipv4_address)
{
	struct policy_builder *builder = fixture_policy();
	struct ip_range all = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)}, six;
	struct policy_service any = {.protocol_last = 255,
	                             .icmp_type_last = 255,
	                             .icmp_code_last = 255,
	                             .source_ports = {0, 65535},
	                             .destination_ports = {0, 65535}};
	struct policy_rule rule = {.name = "six",
	                           .source_interfaces = {0, 1},
	                           .destination_interfaces = {0, 1},
	                           .source_networks = {0, 1},
	                           .destination_networks = {1, 1},
	                           .services = {0, 1}};

	ck_assert_int_eq(ip_range_parse("::/0", &six), 0);
	policy_builder_interface_id(builder, POLICY_INTERFACE_ANY);
	policy_builder_range(builder, &all);
	policy_builder_range(builder, &six);
	policy_builder_service(builder, &any);
	policy_builder_rule(builder, &rule);
	/* Both versions in one rule. */
	policy_builder_range(builder, &six);
	policy_builder_range(builder, &all);
	rule.source_networks = (struct policy_slice){2, 2};
	rule.destination_networks = (struct policy_slice){2, 2};
	policy_builder_rule(builder, &rule);
	fixture_apply(builder);
	ck_assert_uint_eq(match(query(LAN, WAN, SERVER, IPPROTO_TCP, 80)), 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, the_first_that_matches_decides);
	tcase_add_test(tests, without_a_rule_nothing_matches);
	tcase_add_test(tests, ipv6_networks_match_no_ipv4_address);
}

TEST_MAIN("rule", add_tests)
