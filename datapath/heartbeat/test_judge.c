/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/judge.h"
#include "lib/messages/activity.h"
#include "lib/testing.h"

#include <string.h>

#define MILLISECOND 1000000ULL
#define START       (5000 * MILLISECOND)
#define OWN         4711 /* instance of this node */
#define DEAD        (200 * MILLISECOND)

static struct judge judge;

static void begin(void)
{
	static const struct judge_interface interfaces[] = {{.id = 1}, {.id = 3, .sync = true}};

	memset(&judge, 0, sizeof(judge));
	judge_configure(&judge, DEAD, interfaces, 2);
}

static bool hear(uint16_t interface, uint64_t instance, uint64_t sequence, uint64_t now)
{
	struct heartbeat heartbeat = {.interface_id = interface,
	                              .instance = instance,
	                              .sequence = sequence,
	                              .hears_peer = 1,
	                              .peer_instance = OWN,
	                              .term = 1};

	return judge_hear(&judge, interface, &heartbeat, OWN, now);
}

static struct message_heartbeat_report report(uint64_t now)
{
	struct message_heartbeat_report result;

	judge_report(&judge, now, &result);
	return result;
}

/* feature: C22-013 C22-024 */
START_TEST(silence_on_every_interface_is_death)
{
	begin();
	ck_assert_uint_eq(report(START).alive, 0);
	ck_assert_uint_eq(report(START).interfaces_total, 2);
	ck_assert(hear(1, 7, 1, START));
	ck_assert(hear(3, 7, 2, START + 50 * MILLISECOND));
	ck_assert_uint_eq(report(START + 60 * MILLISECOND).interfaces_alive, 2);
	ck_assert_uint_eq(report(START + DEAD).interfaces_alive, 1);
	ck_assert_uint_eq(report(START + DEAD).alive, 1);
	ck_assert_uint_eq(report(START + 50 * MILLISECOND + DEAD).alive, 0);
	ck_assert(judge_dies(&judge, START + 199 * MILLISECOND, START + DEAD));
	ck_assert(!judge_dies(&judge, START + 100 * MILLISECOND, START + 199 * MILLISECOND));
	ck_assert_uint_eq(report(START + 10 * DEAD).last.instance, 7);
}
END_TEST

/* feature: C22-022 */
START_TEST(a_frame_counts_once)
{
	begin();
	ck_assert(hear(1, 7, 5, START));
	ck_assert(!hear(1, 7, 5, START + MILLISECOND));
	ck_assert(!hear(1, 7, 4, START + MILLISECOND));
	ck_assert(hear(3, 7, 5, START));
	ck_assert(hear(1, 7, 6, START + MILLISECOND));
	ck_assert(!hear(2, 7, 9, START));
	ck_assert(!hear(1, 0, 9, START));
}
END_TEST

/* feature: C22-022 */
START_TEST(an_instance_that_ended_does_not_come_back)
{
	begin();
	ck_assert(hear(1, 7, 100, START));
	ck_assert(hear(1, 8, 1, START + DEAD / 2));
	ck_assert(!hear(1, 7, 101, START + DEAD / 2));
	ck_assert(!hear(3, 7, 102, START + DEAD / 2));
	ck_assert_uint_eq(report(START + DEAD / 2).last.instance, 8);
}
END_TEST

/* feature: C22-022 */
START_TEST(a_recording_of_an_older_instance_does_not_displace_the_living_peer)
{
	struct heartbeat recorded = {
	    .instance = 6, .sequence = 99, .active = 1, .term = 50, .peer_instance = OWN - 1};

	begin();
	ck_assert(hear(1, 7, 1, START));
	ck_assert(!judge_hear(&judge, 1, &recorded, OWN, START + 1));
	ck_assert(hear(1, 7, 2, START + 2));
	ck_assert_uint_eq(report(START + 2).last.instance, 7);
	/* Not where the peer is about to be late, either. */
	ck_assert(!judge_hear(&judge, 1, &recorded, OWN, START + DEAD));
	ck_assert_uint_eq(judge.copies, 0);
	/* A peer that was just restarted names this node's instance as soon as it hears it. */
	ck_assert(hear(1, 8, 1, START + DEAD));
	ck_assert_uint_eq(report(START + DEAD).last.instance, 8);
}
END_TEST

/* The peer, instance 7, and a copy of it, 8, are heard in turn, each every 5 ms, from then until then. */
static void hear_both(uint64_t from, uint64_t until)
{
	for (uint64_t now = from; now < until; now += 5 * MILLISECOND) {
		ck_assert(hear(1, 7, now, now));
		ck_assert(!hear(1, 8, now, now + MILLISECOND));
		ck_assert(!hear(3, 8, now, now + MILLISECOND));
	}
}

/* feature: C22-004 C22-044 */
START_TEST(a_copy_of_the_peer_is_ignored_and_told_of)
{
	uint64_t end = START + 4 * DEAD;

	begin();
	hear_both(START, end);
	ck_assert_uint_eq(report(end).last.instance, 7);
	ck_assert_uint_eq(report(end).copy, 8);
	ck_assert_uint_eq(report(end).copy_interface, 3);
	ck_assert_uint_gt(report(end).copies, 0);
	/* That there is one is news, each of its frames is none. */
	ck_assert(judge_report_differs(&(struct message_heartbeat_report){.last = judge.last},
	                               &(struct message_heartbeat_report){.last = judge.last, .copy = 8}));
	ck_assert(!judge_report_differs(&(struct message_heartbeat_report){.last = judge.last},
	                                &(struct message_heartbeat_report){.last = judge.last, .copies = 8}));
	/* It goes, and nothing was different. */
	for (uint64_t now = end; now < end + JUDGE_COPY_NS; now += 5 * MILLISECOND)
		ck_assert(hear(1, 7, now, now));
	ck_assert_uint_eq(report(end + JUDGE_COPY_NS).copy, 0);
	ck_assert_uint_eq(report(end + JUDGE_COPY_NS).last.instance, 7);
}
END_TEST

/* feature: C22-004 C22-024 */
START_TEST(a_copy_does_not_hide_the_peer_s_death)
{
	uint64_t end = START + 4 * DEAD, died = end - 5 * MILLISECOND + DEAD;
	struct heartbeat waiting = {.interface_id = 1,
	                            .instance = 8,
	                            .sequence = end + 1,
	                            .hears_peer = 1,
	                            .peer_instance = OWN,
	                            .aside = 1};

	begin();
	hear_both(START, end);
	/* Who was heard beside the peer does not take its place where that is only late: it would seem to be active no more. */
	for (uint64_t now = end; now < died; now += 5 * MILLISECOND)
		ck_assert(!hear(1, 8, now, now));
	ck_assert_uint_eq(report(died - 1).alive, 1);
	ck_assert_uint_eq(report(died).alive, 0);
	/* It knows of the peer, which may still come back. */
	ck_assert(!judge_hear(&judge, 1, &waiting, OWN, died));
	ck_assert(hear(1, 7, died, died));
	ck_assert(!judge_hear(&judge, 1, &waiting, OWN, died + 1));
	/* In the end it does not wait any more. */
	waiting.aside = 0;
	ck_assert(judge_hear(&judge, 1, &waiting, OWN, died + DEAD));
	ck_assert_uint_eq(report(died + DEAD).last.instance, 8);
	ck_assert_uint_eq(report(died + DEAD).copy, 0);
}
END_TEST

/* feature: C22-004 */
START_TEST(several_copies_in_turn_are_copies)
{
	begin();
	for (uint64_t now = START; now < START + 4 * DEAD; now += 5 * MILLISECOND) {
		ck_assert(hear(1, 7, now, now));
		ck_assert(!hear(1, 8, now, now + MILLISECOND));
		ck_assert(!hear(1, 9, now, now + 2 * MILLISECOND));
	}
	ck_assert_uint_eq(report(START + 4 * DEAD).copy, 9);
}
END_TEST

/* feature: C22-004 */
START_TEST(a_copy_does_not_hinder_a_peer_that_is_started_anew)
{
	uint64_t anew = START + DEAD / 4 * 3, taken = anew + DEAD / 2;

	begin();
	hear_both(START, anew);
	ck_assert_uint_eq(report(anew).copy, 8);
	for (uint64_t now = anew; now < anew + DEAD / 4; now += 5 * MILLISECOND) {
		ck_assert(!hear(1, 9, now, now));
		ck_assert(!hear(1, 8, now, now));
	}
	ck_assert(!hear(1, 8, taken, taken));
	ck_assert(hear(1, 9, taken, taken));
	ck_assert_uint_eq(report(taken).last.instance, 9);
	/* It is none of the new one, either. */
	ck_assert(!hear(1, 8, taken + DEAD - 1, taken + DEAD - 1));
	ck_assert_uint_eq(report(taken + DEAD - 1).copy, 8);
}
END_TEST

/* Only its clusterd: heartbeats go on, by another name. */
START_TEST(a_peer_that_is_started_anew_without_a_gap_is_never_dead)
{
	uint64_t now = START;

	begin();
	ck_assert(hear(1, 7, now, now) && hear(3, 7, now, now));
	for (; now < START + DEAD / 2; now += 5 * MILLISECOND) {
		ck_assert(!hear(1, 8, now, now));
		ck_assert(!hear(3, 8, now, now));
	}
	/* What it sent meanwhile counts: by that it fences itself. */
	ck_assert_uint_eq(report(now - 5 * MILLISECOND + DEAD - 1).alive, 1);
	ck_assert_uint_eq(report(now - 5 * MILLISECOND + DEAD).alive, 0);
	ck_assert(hear(1, 8, now, now));
	ck_assert_uint_eq(report(now).last.instance, 8);
	ck_assert_uint_eq(report(now).alive, 1);
	ck_assert_uint_eq(report(now).copies, 0);
	ck_assert_uint_eq(report(now).copy, 0);
}
END_TEST

/* feature: C22-024 */
START_TEST(a_pause_of_this_node_makes_no_copy_of_a_peer_that_is_started_anew)
{
	uint64_t pause = 10 * DEAD;

	begin();
	ck_assert(hear(1, 7, 1, START));
	ck_assert(!hear(1, 8, 2, START + MILLISECOND));
	judge_excuse(&judge, START + MILLISECOND, START + MILLISECOND + pause);
	ck_assert(!hear(1, 8, 3, START + 2 * MILLISECOND + pause));
	ck_assert_uint_eq(judge.copies, 0);
	ck_assert(hear(1, 8, 4, START + pause + DEAD / 2));
}
END_TEST

/* feature: C22-023 */
START_TEST(the_latest_word_counts_whatever_the_way_it_took)
{
	struct heartbeat old = {.instance = 7, .sequence = 10, .active = 1},
	                 new = {.instance = 7, .sequence = 11, .active = 0};

	begin();
	ck_assert(judge_hear(&judge, 3, &new, OWN, START));
	ck_assert(judge_hear(&judge, 1, &old, OWN, START));
	ck_assert_uint_eq(report(START).last.active, 0);
}
END_TEST

/* feature: C22-024 */
START_TEST(a_pause_of_this_node_is_not_held_against_the_peer)
{
	begin();
	hear(1, 7, 1, START);
	judge_excuse(&judge, START + 10 * MILLISECOND, START + 5010 * MILLISECOND);
	ck_assert_uint_eq(report(START + 5010 * MILLISECOND).alive, 1);
	ck_assert_uint_eq(report(START + 5000 * MILLISECOND + DEAD).alive, 0);
	/* Nor does it make this node patient: ten were waited for before the pause, and five behind it. */
	hear(1, 7, 2, START + 5015 * MILLISECOND);
	ck_assert_uint_eq(judge_longest_gap(&judge), 15 * MILLISECOND);
}
END_TEST

START_TEST(who_listened_to_the_last_is_reached)
{
	begin();
	ck_assert(judge_listened(&judge, 3));
	hear(1, 7, 1, START + DEAD);
	ck_assert(!judge_listened(&judge, 3));
	hear(3, 7, 2, START + DEAD);
	ck_assert(judge_listened(&judge, 3));
	hear(1, 7, 3, START + 2 * DEAD - 1);
	ck_assert(judge_listened(&judge, 3));
	hear(1, 7, 4, START + 2 * DEAD);
	ck_assert(!judge_listened(&judge, 3));
}
END_TEST

START_TEST(reports_differ_in_what_matters)
{
	struct message_heartbeat_report before, after;

	begin();
	hear(1, 7, 1, START);
	hear(3, 7, 2, START);
	before = report(START);
	hear(1, 7, 3, START);
	after = report(START);
	ck_assert(!judge_report_differs(&before, &after));
	judge.last.yielding = 1;
	after = report(START);
	ck_assert(judge_report_differs(&before, &after));
}
END_TEST

static enum judge_hearing hearing(unsigned index, uint64_t now)
{
	struct message_heartbeat_report result = report(now);

	return judge_hearing(&result, index);
}

/* feature: C22-025 */
START_TEST(an_interface_is_suspect_where_one_of_two_living_nodes_is_not_heard)
{
	struct heartbeat heartbeat = {
	    .interface_id = 1, .instance = 7, .sequence = 5, .peer_instance = OWN, .deaf = 1};

	begin();
	ck_assert_int_eq(hearing(0, START), JUDGE_HEARS_NOBODY);
	hear(3, 7, 1, START);
	ck_assert_int_eq(hearing(0, START), JUDGE_HEARS_NOT);
	hear(1, 7, 2, START);
	ck_assert_int_eq(hearing(0, START), JUDGE_HEARS_BOTH);
	ck_assert(judge_hear(&judge, 1, &heartbeat, OWN, START));
	ck_assert_int_eq(hearing(0, START), JUDGE_NOT_HEARD);
	hear(3, 7, 6, START + DEAD);
	ck_assert_int_eq(hearing(0, START + DEAD), JUDGE_HEARS_NOT);
	/* The peer says why. */
	heartbeat = (struct heartbeat){
	    .interface_id = 3, .instance = 7, .sequence = 9, .peer_instance = OWN, .link_lost = 1};
	ck_assert(judge_hear(&judge, 3, &heartbeat, OWN, START + DEAD));
	ck_assert_int_eq(hearing(0, START + DEAD), JUDGE_HEARS_NOBODY);
}
END_TEST

START_TEST(a_new_policy_keeps_what_was_heard)
{
	static const struct judge_interface fewer[] = {{.id = 3, .sync = true}};

	begin();
	hear(3, 7, 5, START);
	judge_configure(&judge, DEAD, fewer, 1);
	ck_assert_uint_eq(report(START).interfaces_alive, 1);
	ck_assert(!hear(3, 7, 5, START));
	ck_assert(!hear(1, 7, 6, START));
}
END_TEST

/* feature: C22-023 */
START_TEST(the_best_living_interface_tells_how_late_heartbeats_are)
{
	uint64_t now = START;

	begin();
	ck_assert(hear(1, 7, 1, now) && hear(3, 7, 1, now));
	ck_assert_uint_eq(judge_longest_gap(&judge), 0);
	now += 5 * MILLISECOND;
	ck_assert(hear(3, 7, 2, now));
	now += 25 * MILLISECOND;
	ck_assert(hear(1, 7, 3, now) && hear(3, 7, 3, now));
	ck_assert_uint_eq(judge_longest_gap(&judge), 25 * MILLISECOND);
	/* Silence tells nothing new, also where it began here a little sooner. */
	ck_assert(hear(1, 7, 4, now + 2 * MILLISECOND));
	ck_assert_uint_eq(report(now + DEAD + MILLISECOND).interfaces_alive, 1);
	ck_assert_uint_eq(judge_longest_gap(&judge), 25 * MILLISECOND);
	/* Cut off, it says nothing any more; and the cut was not lateness. */
	now += 20 * MILLISECOND;
	for (unsigned i = 1; i < 12; i++, now += 20 * MILLISECOND)
		ck_assert(hear(1, 7, 4 + i, now));
	ck_assert_uint_eq(judge_longest_gap(&judge), 30 * MILLISECOND);
	ck_assert(hear(3, 7, 100, now));
	ck_assert_uint_eq(judge_longest_gap(&judge), 30 * MILLISECOND);
}
END_TEST

/* feature: C22-023 C22-025 */
START_TEST(an_interface_that_is_late_is_not_silent)
{
	uint64_t now = START;

	begin();
	ck_assert(hear(1, 7, 1, now) && hear(3, 7, 1, now));
	for (unsigned i = 1; i <= 5; i++)
		ck_assert(hear(3, 7, 1 + i, now + i * 5 * MILLISECOND));
	now += 25 * MILLISECOND;
	ck_assert(hear(1, 7, 7, now) && hear(3, 7, 7, now));
	judge.dead_ns = 40 * MILLISECOND;
	/* It may be silent for four times as long, where the peer lives. */
	for (unsigned i = 1; i < 20; i++) {
		ck_assert(hear(3, 7, 7 + i, now + i * 5 * MILLISECOND));
		ck_assert_uint_eq(report(now + i * 5 * MILLISECOND).interfaces_alive, 2);
	}
	ck_assert_uint_eq(report(now + 100 * MILLISECOND).silent, 1);
	ck_assert_uint_eq(report(now + 100 * MILLISECOND).alive, 1);
	/* Where the others are silent it is no life. */
	judge.interfaces[0].heard = now + 95 * MILLISECOND;
	ck_assert_uint_eq(report(now + 134 * MILLISECOND).interfaces_alive, 2);
	ck_assert_uint_eq(report(now + 135 * MILLISECOND).alive, 0);
	ck_assert_uint_eq(report(now + 135 * MILLISECOND).interfaces_alive, 0);
	ck_assert_uint_eq(report(now + 135 * MILLISECOND).silent, 3);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_best_living_interface_tells_how_late_heartbeats_are);
	tcase_add_test(tests, an_interface_that_is_late_is_not_silent);
	tcase_add_test(tests, silence_on_every_interface_is_death);
	tcase_add_test(tests, a_frame_counts_once);
	tcase_add_test(tests, an_instance_that_ended_does_not_come_back);
	tcase_add_test(tests, a_recording_of_an_older_instance_does_not_displace_the_living_peer);
	tcase_add_test(tests, a_copy_of_the_peer_is_ignored_and_told_of);
	tcase_add_test(tests, a_copy_does_not_hide_the_peer_s_death);
	tcase_add_test(tests, several_copies_in_turn_are_copies);
	tcase_add_test(tests, a_copy_does_not_hinder_a_peer_that_is_started_anew);
	tcase_add_test(tests, a_peer_that_is_started_anew_without_a_gap_is_never_dead);
	tcase_add_test(tests, a_pause_of_this_node_makes_no_copy_of_a_peer_that_is_started_anew);
	tcase_add_test(tests, the_latest_word_counts_whatever_the_way_it_took);
	tcase_add_test(tests, a_pause_of_this_node_is_not_held_against_the_peer);
	tcase_add_test(tests, who_listened_to_the_last_is_reached);
	tcase_add_test(tests, reports_differ_in_what_matters);
	tcase_add_test(tests, an_interface_is_suspect_where_one_of_two_living_nodes_is_not_heard);
	tcase_add_test(tests, a_new_policy_keeps_what_was_heard);
}

TEST_MAIN("heartbeat", add_tests)
