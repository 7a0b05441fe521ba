/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/rule_usage/rule_usage.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

enum { DENY_81, ALLOW_UDP, ALLOW_TCP, NOBODYS };

static void apply_rules(bool udp_too)
{
	struct policy_builder *builder = fixture_policy();

	fixture_rule(builder, LAN, WAN, SERVER, IPPROTO_UDP, 81, POLICY_DENY, false);
	if (udp_too)
		fixture_rule(builder, LAN, WAN, 0, IPPROTO_UDP, 0, POLICY_ALLOW, false);
	fixture_rule(builder, LAN, WAN, 0, IPPROTO_TCP, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

static struct rule_use use_of(uint32_t rule)
{
	return rule_usage_of(atomic_load(&datapath.policy), rule);
}

static void is_used(uint32_t rule, uint64_t flows, uint64_t packets, uint64_t bytes)
{
	struct rule_use use = use_of(rule);

	ck_assert_uint_eq(use.flows, flows);
	ck_assert_uint_eq(use.packets, packets);
	ck_assert_uint_eq(use.bytes, bytes);
}

/* A datagram of 20 bytes behind its UDP header. */
static void pass_udp(uint16_t port, bool comes_out)
{
	struct rte_mbuf *sent = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, port), WAN);

	ck_assert_int_eq(sent != NULL, comes_out);
	rte_pktmbuf_free(sent);
}

static uint32_t size_of_udp(void)
{
	struct rte_mbuf *mbuf = fixture_udp(CLIENT, 4000, SERVER, 80);
	uint32_t size = rte_pktmbuf_pkt_len(mbuf);

	rte_pktmbuf_free(mbuf);
	return size;
}

static void close_all(void)
{
	struct worker_state *state = fixture_worker();

	for (uint32_t i = 1; i <= state->flows->high; i++) {
		if (flow_at(state->flows, i)->used)
			flow_close(state, i);
	}
}

/* feature: C07-001 */
START_TEST(a_flow_counts_once_and_its_packets_when_it_ends)
{
	uint32_t size = size_of_udp();
	struct rte_mbuf *answer;

	apply_rules(true);
	pass_udp(80, true);
	pass_udp(80, true);
	pass_udp(82, true);
	answer = fixture_pass(WAN, fixture_udp(SERVER, 80, CLIENT, 4000), LAN);
	ck_assert_ptr_nonnull(answer);
	rte_pktmbuf_free(answer);
	is_used(ALLOW_UDP, 2, 0, 0);
	close_all();
	is_used(ALLOW_UDP, 2, 4, 4 * size);
	is_used(ALLOW_TCP, 0, 0, 0);
	/* The same place in the table, another flow. */
	pass_udp(80, true);
	is_used(ALLOW_UDP, 3, 4, 4 * size);
}
END_TEST

/* feature: C07-001 C07-014 */
START_TEST(what_is_denied_counts_each_time)
{
	uint32_t size = size_of_udp();

	apply_rules(true);
	pass_udp(81, false);
	pass_udp(81, false);
	is_used(DENY_81, 2, 2, 2 * size);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_ip(CLIENT, SERVER, IPPROTO_GRE, 20), WAN));
	ck_assert_uint_eq(use_of(NOBODYS).flows, 1);
	is_used(ALLOW_UDP, 0, 0, 0);
}
END_TEST

/* Counted by the rule that allows it now, and closed without a count where the new policy has not met it. */
START_TEST(a_flow_that_lives_on_counts_by_the_new_policy)
{
	uint32_t size = size_of_udp();

	apply_rules(true);
	pass_udp(80, true);
	apply_rules(true);
	pass_udp(80, true);
	is_used(ALLOW_UDP, 1, 0, 0);
	close_all();
	is_used(ALLOW_UDP, 1, 2, 2 * size);
	pass_udp(80, true);
	/* What it carried is not the new policy's rule of that number. */
	apply_rules(false);
	pass_udp(80, false);
	is_used(ALLOW_TCP - 1, 0, 0, 0);
}
END_TEST

START_TEST(each_worker_counts_on_lines_of_its_own)
{
	struct compiled_policy policy = {.policy.rule_count = 3};

	ck_assert_int_eq(rule_usage_create(&policy, 2), 0);
	ck_assert_ptr_null(policy.usage[2]);
	ck_assert_uint_eq((uintptr_t)policy.usage[0] % RTE_CACHE_LINE_SIZE, 0);
	ck_assert_uint_eq((uintptr_t)policy.usage[1] % RTE_CACHE_LINE_SIZE, 0);
	policy.usage[0][3].flows = 1;
	policy.usage[1][3].flows = 2;
	ck_assert_uint_eq(rule_usage_of(&policy, 3).flows, 3);
	rule_usage_destroy(&policy);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, a_flow_counts_once_and_its_packets_when_it_ends);
	tcase_add_test(tests, what_is_denied_counts_each_time);
	tcase_add_test(tests, a_flow_that_lives_on_counts_by_the_new_policy);
	tcase_add_test(tests, each_worker_counts_on_lines_of_its_own);
}

TEST_MAIN("rule_usage", add_tests)
