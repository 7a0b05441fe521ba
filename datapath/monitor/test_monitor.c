/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/monitor/cure.h"
#include "datapath/monitor/targets.h"
#include "datapath/monitor/verdict.h"
#include "lib/testing.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GRACE 20 /* ticks */

static struct verdict verdict;
static struct verdict_input input;
static unsigned asked;

static void begin(void)
{
	verdict_reset(&verdict);
	input = (struct verdict_input){
	    .hearing = JUDGE_HEARS_BOTH, .link = true, .has_targets = true, .grace_ticks = GRACE};
	asked = 0;
	(void)verdict_tick(&verdict, &input);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_WELL);
}

static void ticks(unsigned count)
{
	while (count--)
		asked += verdict_tick(&verdict, &input) == VERDICT_ASK;
}

/* feature: C22-025 C22-028 */
START_TEST(without_an_answer_the_own_side_is_faulty)
{
	begin();
	input.hearing = JUDGE_HEARS_NOT;
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_ASKING);
	ck_assert_uint_eq(asked, 1);
	ck_assert(!verdict_ready(&verdict));
	ticks(23);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_ASKING);
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OWN);
	ck_assert_uint_eq(asked, 4);
	ck_assert(!verdict_ready(&verdict));
	/* It stays so, and is asked about. */
	ticks(1000);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OWN);
	ck_assert_uint_ge(asked, 20);
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_WELL);
}
END_TEST

/* feature: C22-029 */
START_TEST(with_an_answer_the_peers_side_is_faulty)
{
	begin();
	input.hearing = JUDGE_NOT_HEARD;
	ticks(2);
	ck_assert(!verdict_ready(&verdict));
	verdict_answer(&verdict);
	/* The answer has passed in both directions: that is enough to take over. */
	ck_assert(verdict_ready(&verdict));
	ticks(30);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_PEER);
	ck_assert(verdict_ready(&verdict));
	for (unsigned i = 0; i < 20; i++) {
		ticks(50);
		verdict_answer(&verdict);
	}
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_PEER);
	/* Then nobody answers any more. */
	ticks(250);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OWN);
	verdict_answer(&verdict);
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_PEER);
}
END_TEST

/* feature: C22-030 */
START_TEST(a_fault_that_ends_leaves_the_peer_time_to_notice)
{
	begin();
	input.hearing = JUDGE_HEARS_NOT;
	ticks(25);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OWN);
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_WELL);
	ck_assert(!verdict_ready(&verdict));
	ticks(49);
	ck_assert(!verdict_ready(&verdict));
	ticks(1);
	ck_assert(verdict_ready(&verdict));
	input.hearing = JUDGE_HEARS_NOT;
	ticks(49);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OWN);
	input.hearing = JUDGE_HEARS_NOBODY;
	ticks(1);
	ck_assert(verdict_ready(&verdict));
}
END_TEST

/* The ticks for which targets are asked before there is a verdict. */
static unsigned time_for_answers(void)
{
	unsigned count = 0;

	input.hearing = JUDGE_HEARS_NOT;
	for (; verdict.state != INTERFACE_MONITOR_OWN; count++)
		ticks(1);
	return count - 1;
}

/* feature: C22-028 */
START_TEST(who_was_wrong_is_less_hasty)
{
	begin();
	input.hearing = JUDGE_HEARS_NOT;
	ticks(10);
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(time_for_answers(), 48);
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(time_for_answers(), 96);
	/* A peer that went and came does not change that. */
	input.hearing = JUDGE_HEARS_NOBODY;
	ticks(1);
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(time_for_answers(), 96);
	for (unsigned i = 0; i < 10; i++) {
		input.hearing = JUDGE_HEARS_BOTH;
		ticks(1);
		(void)time_for_answers();
	}
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(time_for_answers(), 192);
	/* Half a minute in which it came to nothing. */
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(3001);
	ck_assert_uint_eq(time_for_answers(), 96);
	verdict_reset(&verdict);
	input.hearing = JUDGE_HEARS_BOTH;
	ticks(1);
	ck_assert_uint_eq(time_for_answers(), 24);
}
END_TEST

/* feature: C22-028 */
START_TEST(without_targets_nothing_is_decided)
{
	begin();
	input.hearing = JUDGE_HEARS_NOT;
	input.has_targets = false;
	ticks(1000);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_NOBODY);
	ck_assert_uint_eq(asked, 0);
	ck_assert(verdict_ready(&verdict));
	input.has_targets = true;
	ticks(25);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OWN);
}
END_TEST

/* feature: C22-024 C22-025 */
START_TEST(a_new_peer_or_link_gets_time)
{
	begin();
	input.hearing = JUDGE_HEARS_NOBODY;
	ticks(5);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OFF);
	ck_assert(verdict_ready(&verdict));
	input.hearing = JUDGE_HEARS_NOT;
	ticks(GRACE);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OFF);
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_ASKING);
	/* A link that is lost is another's matter. */
	input.link = false;
	ticks(1);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OFF);
	input.link = true;
	ticks(GRACE);
	ck_assert_uint_eq(verdict.state, INTERFACE_MONITOR_OFF);
}
END_TEST

static struct ip_address address(const char *text)
{
	struct ip_address result;

	ck_assert_int_eq(ip_address_parse(text, &result), 0);
	return result;
}

/* feature: C22-026 */
START_TEST(gateways_stand_in_for_targets)
{
	struct policy_monitor_target configured[] = {{.interface = 1, .address = address("10.1.0.10")},
	                                             {.interface = 1, .address = address("2001:db8:1::10")},
	                                             {.interface = 2, .address = address("10.2.0.10")}};
	struct policy_route routes[] = {{.interface = 1, .gateway = address("10.1.0.254")},
	                                {.interface = 1, .gateway = address("10.1.0.254")},
	                                {.interface = 1},
	                                {.interface = 2, .gateway = address("10.2.0.254")}};
	struct policy policy = {
	    .monitor_targets = configured, .monitor_target_count = 3, .routes = routes, .route_count = 4};
	struct policy_interface interface = {.id = 1};
	struct targets targets;

	targets_collect(&policy, &interface, &targets);
	ck_assert_uint_eq(targets.count, 2);
	ck_assert_int_eq(ip_address_compare(&targets.address[1], &configured[1].address), 0);
	policy.monitor_target_count = 0;
	targets_collect(&policy, &interface, &targets);
	ck_assert_uint_eq(targets.count, 0);
	interface.monitor_neighbours = 1;
	targets_collect(&policy, &interface, &targets);
	ck_assert_uint_eq(targets.count, 1);
	ck_assert_int_eq(ip_address_compare(&targets.address[0], &routes[0].gateway), 0);
}
END_TEST

/* feature: C22-030 */
START_TEST(a_restart_cures_seldom)
{
	struct cure_past past = {0};
	uint64_t now = 1000, restarts = 0;

	ck_assert(!cure_due(&past, 0, now));
	ck_assert(!cure_due(&past, now - CURE_AFTER_S + 1, now));
	ck_assert(cure_due(&past, now - CURE_AFTER_S, now));
	/* A day of a fault that no restart cures. */
	for (uint64_t second = 0; second < 86400; second++) {
		if (!cure_due(&past, 1000, now + second))
			continue;
		past = (struct cure_past){now + second, past.count + 1};
		restarts++;
	}
	ck_assert_uint_eq(restarts,
	                  9); /* after 30 s, then 10, 30, 70, 150, 310, 630, 990 and 1350 minutes later */
	/* The file of a system that started anew since. */
	past = (struct cure_past){.last_s = 5000, .count = 3};
	ck_assert(cure_due(&past, 10, 50));
}
END_TEST

START_TEST(restarts_are_remembered)
{
	char path[] = "/tmp/hadrian-cure-XXXXXX";
	int fd = mkstemp(path);
	struct cure_past past = cure_read(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_uint_eq(past.count, 0);
	ck_assert_int_eq(cure_remember(path, &past, 1234), 0);
	past = cure_read(path);
	ck_assert_uint_eq(past.last_s, 1234);
	ck_assert_uint_eq(past.count, 1);
	ck_assert_uint_eq(cure_distance(&past), CURE_FIRST_S);
	ck_assert_int_eq(write(fd, "no number", 9), 9);
	past = cure_read(path);
	ck_assert_uint_eq(past.count, 0);
	close(fd);
	unlink(path);
	past = cure_read(path);
	ck_assert_uint_eq(past.count, 0);
	ck_assert_int_lt(cure_remember("/nowhere/file", &past, 1), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_restart_cures_seldom);
	tcase_add_test(tests, restarts_are_remembered);
	tcase_add_test(tests, without_an_answer_the_own_side_is_faulty);
	tcase_add_test(tests, with_an_answer_the_peers_side_is_faulty);
	tcase_add_test(tests, a_fault_that_ends_leaves_the_peer_time_to_notice);
	tcase_add_test(tests, who_was_wrong_is_less_hasty);
	tcase_add_test(tests, without_targets_nothing_is_decided);
	tcase_add_test(tests, a_new_peer_or_link_gets_time);
	tcase_add_test(tests, gateways_stand_in_for_targets);
}

TEST_MAIN("interface failure detection", add_tests)
