/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/ask.h"
#include "lib/testing.h"

#define MILLISECOND 1000000ULL
#define START       (5000 * MILLISECOND)
#define GOOD        (20 * MILLISECOND)
#define OWN         111
#define PEER        222
#define TERM        7
#define VERDICT     1000

static struct ask ask;
static struct heartbeat last;

/* The peer followed; this node asked by its heartbeat 100, and the peer names it. */
static void begin(void)
{
	ask = (struct ask){0};
	last = (struct heartbeat){
	    .instance = PEER, .peer_instance = OWN, .term = TERM, .verdict = VERDICT, .acknowledged = 99};
	ask_note(&ask, &last, TERM);
	ck_assert(ask_begin(&ask, START));
	ask_sent(&ask, 100, START, 2 * START, GOOD);
	last.acknowledged = 100;
}

static enum ask_answer answer(void)
{
	return ask_answer(&ask, &last, OWN, TERM);
}

/* feature: C22-002 */
START_TEST(a_peer_that_names_what_asked_has_not_missed_this_node)
{
	begin();
	ck_assert_int_eq(answer(), ASK_NOT_MISSED);
	ck_assert_uint_eq(ask.sent_ns, START);
	ck_assert_uint_eq(ask.sent_tsc, 2 * START);
	last.acknowledged = 104;
	ck_assert_int_eq(answer(), ASK_NOT_MISSED);
}
END_TEST

/* feature: C22-002 */
START_TEST(what_was_sent_before_promises_nothing)
{
	begin();
	last.acknowledged = 99;
	ck_assert_int_eq(answer(), ASK_WAITS);
	last.acknowledged = 0;
	ck_assert_int_eq(answer(), ASK_WAITS);
	/* The sequence of who ran here before. */
	last.acknowledged = 100;
	last.peer_instance = OWN - 1;
	ck_assert_int_eq(answer(), ASK_WAITS);
	/* Nothing went out yet. */
	ask_begin(&ask, START);
	last.peer_instance = OWN;
	ck_assert_int_eq(answer(), ASK_WAITS);
}
END_TEST

/* feature: C22-002 */
START_TEST(who_may_be_active_from_now_on_has_missed_it)
{
	begin();
	last.verdict++;
	ck_assert_int_eq(answer(), ASK_MISSED);
	begin();
	last.instance++;
	ck_assert_int_eq(answer(), ASK_MISSED);
	begin();
	last.active = true;
	ck_assert_int_eq(answer(), ASK_MISSED);
	begin();
	last.yielding = true;
	ck_assert_int_eq(answer(), ASK_MISSED);
	begin();
	last.term++;
	ck_assert_int_eq(answer(), ASK_MISSED);
	begin();
	ck_assert_int_eq(ask_answer(&ask, &last, OWN, TERM + 1), ASK_MISSED);
}
END_TEST

static void check_none_to_ask(void)
{
	ask_note(&ask, &last, TERM);
	ck_assert(!ask_begin(&ask, START));
	ck_assert_uint_eq(ask.since, 0);
}

/* feature: C22-002 */
START_TEST(only_a_peer_that_followed_can_be_asked)
{
	begin();
	last.active = true;
	check_none_to_ask();
	begin();
	last.yielding = true;
	check_none_to_ask();
	begin();
	last.term--;
	check_none_to_ask();
	/* Of an older release. */
	begin();
	last.verdict = 0;
	check_none_to_ask();
	last = (struct heartbeat){0};
	check_none_to_ask();
}
END_TEST

/* feature: C22-002 */
START_TEST(a_new_question_leaves_the_answer_to_the_one_before_time_to_come)
{
	begin();
	ask_sent(&ask, 101, START + GOOD - 1, 0, GOOD);
	ck_assert_uint_eq(ask.sequence, 100);
	ask_sent(&ask, 105, START + GOOD, 9, GOOD);
	ck_assert_uint_eq(ask.sequence, 105);
	ck_assert_uint_eq(ask.sent_ns, START + GOOD);
	ck_assert_uint_eq(ask.sent_tsc, 9);
	ck_assert_int_eq(answer(), ASK_WAITS);
	last.acknowledged = 105;
	ck_assert_int_eq(answer(), ASK_NOT_MISSED);
}
END_TEST

/* feature: C22-002 */
START_TEST(what_was_noted_outlasts_the_question)
{
	begin();
	ask_end(&ask);
	ck_assert_uint_eq(ask.since, 0);
	ck_assert(ask_begin(&ask, START + 1));
	ck_assert_uint_eq(ask.sequence, 0);
	ask_sent(&ask, 200, START + 1, 0, GOOD);
	last.acknowledged = 200;
	ck_assert_int_eq(answer(), ASK_NOT_MISSED);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_peer_that_names_what_asked_has_not_missed_this_node);
	tcase_add_test(tests, what_was_sent_before_promises_nothing);
	tcase_add_test(tests, who_may_be_active_from_now_on_has_missed_it);
	tcase_add_test(tests, only_a_peer_that_followed_can_be_asked);
	tcase_add_test(tests, a_new_question_leaves_the_answer_to_the_one_before_time_to_come);
	tcase_add_test(tests, what_was_noted_outlasts_the_question);
}

TEST_MAIN("ask", add_tests)
