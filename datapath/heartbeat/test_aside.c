/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/aside.h"
#include "lib/testing.h"

#define MILLISECOND 1000000ULL
#define START       (5000 * MILLISECOND)
#define DEAD        (200 * MILLISECOND)
#define OWN         111
#define OTHER       112

static struct aside aside;
static struct heartbeat last;

/* The peer names another node, and hears it. */
static void begin(void)
{
	aside = (struct aside){0};
	last = (struct heartbeat){.instance = 222, .peer_instance = OTHER, .hears_peer = 1};
}

static enum heartbeat_aside at(uint64_t now, bool alive)
{
	aside_turn(&aside, &last, alive, OWN, DEAD, now);
	return aside.state;
}

/* feature: C22-004 */
START_TEST(who_is_not_the_one_that_the_peer_hears_stands_aside)
{
	begin();
	ck_assert_int_eq(at(START, true), ASIDE_MAYBE);
	ck_assert_int_eq(at(START + 2 * DEAD - 1, true), ASIDE_MAYBE);
	ck_assert_int_eq(at(START + 2 * DEAD, true), ASIDE_YES);
	/* The other one takes over where the peer dies. */
	ck_assert_int_eq(at(START + 3 * DEAD, false), ASIDE_YES);
	ck_assert_int_eq(at(START + 100 * DEAD, false), ASIDE_YES);
}
END_TEST

/* feature: C22-004 */
START_TEST(who_was_started_anew_does_so_until_the_peer_notices)
{
	begin();
	ck_assert_int_eq(at(START, true), ASIDE_MAYBE);
	last.hears_peer = 0;
	ck_assert_int_eq(at(START + 1, true), ASIDE_NO);
	begin();
	ck_assert_int_eq(at(START, true), ASIDE_MAYBE);
	last.peer_instance = OWN;
	ck_assert_int_eq(at(START + 1, true), ASIDE_NO);
	begin();
	last.peer_instance = 0;
	ck_assert_int_eq(at(START, true), ASIDE_NO);
}
END_TEST

/* feature: C22-004 */
START_TEST(a_peer_that_is_heard_now_and_then_is_not_dead)
{
	begin();
	ck_assert_int_eq(at(START, true), ASIDE_MAYBE);
	ck_assert_int_eq(at(START + DEAD, false), ASIDE_MAYBE);
	ck_assert_int_eq(at(START + 2 * DEAD, true), ASIDE_YES);
	begin();
	(void)at(START, true);
	(void)at(START + DEAD, true);
	ck_assert_int_eq(at(START + 6 * DEAD - 1, false), ASIDE_MAYBE);
	ck_assert_int_eq(at(START + 6 * DEAD, false), ASIDE_NO);
	/* From the beginning. */
	ck_assert_int_eq(at(START + 7 * DEAD, true), ASIDE_MAYBE);
}
END_TEST

/* feature: C22-004 */
START_TEST(whom_the_peer_knows_goes_on_while_only_its_clusterd_is_new)
{
	begin();
	last.peer_instance = OWN;
	ck_assert_int_eq(at(START, true), ASIDE_NO);
	last.peer_instance = OTHER;
	ck_assert_int_eq(at(START + 1, true), ASIDE_NO);
	ck_assert_int_eq(at(START + 2 * DEAD, true), ASIDE_NO);
	ck_assert_int_eq(at(START + 1 + 2 * DEAD, true), ASIDE_YES);
	last.peer_instance = OWN;
	ck_assert_int_eq(at(START + 3 * DEAD, true), ASIDE_NO);
}
END_TEST

/* feature: C22-004 */
START_TEST(it_ends_when_the_other_node_has_gone_for_good)
{
	uint64_t gone = START + 10 * DEAD;

	begin();
	(void)at(START, true);
	ck_assert_int_eq(at(gone, true), ASIDE_YES);
	last.hears_peer = 0;
	ck_assert_int_eq(at(gone, true), ASIDE_YES);
	last.hears_peer = 1;
	ck_assert_int_eq(at(gone + ASIDE_CLEAR_NS - 1, true), ASIDE_YES);
	last.hears_peer = 0;
	ck_assert_int_eq(at(gone + ASIDE_CLEAR_NS, true), ASIDE_YES);
	ck_assert_int_eq(at(gone + 2 * ASIDE_CLEAR_NS, true), ASIDE_NO);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, who_is_not_the_one_that_the_peer_hears_stands_aside);
	tcase_add_test(tests, who_was_started_anew_does_so_until_the_peer_notices);
	tcase_add_test(tests, a_peer_that_is_heard_now_and_then_is_not_dead);
	tcase_add_test(tests, whom_the_peer_knows_goes_on_while_only_its_clusterd_is_new);
	tcase_add_test(tests, it_ends_when_the_other_node_has_gone_for_good);
}

TEST_MAIN("aside", add_tests)
