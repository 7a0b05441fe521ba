/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/watch.h"
#include "lib/testing.h"

static struct group_watch watched;
static struct group_facts facts;

static void begin(void)
{
	watched = (struct group_watch){0};
	facts = (struct group_facts){.now_ms = 1000, .corosync_since_ms = 1000};
}

/* How many seconds pass until there is a verdict; 0: none within ten minutes. */
static unsigned seconds_until(enum group_watch_verdict verdict, bool heard)
{
	for (unsigned second = 1; second <= 600; second++) {
		enum group_watch_verdict found;

		facts.now_ms += 1000;
		if (heard)
			facts.heard_ms = facts.now_ms;
		found = group_watch(&watched, &facts);
		if (found == GROUP_WATCH_FINE)
			continue;
		ck_assert_int_eq(found, verdict);
		facts.corosync_since_ms = facts.now_ms;
		return second;
	}
	return 0;
}

/* feature: C22-006 */
START_TEST(one_that_works_is_left_alone)
{
	begin();
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_FINE, true), 0);
	facts.peer_alive = facts.peer_member = true;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_FINE, true), 0);
}
END_TEST

START_TEST(one_that_hangs_is_started_again_each_time_later)
{
	begin();
	facts.peer_alive = true;
	facts.active = true;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_SILENT, false), GROUP_WATCH_SILENT_MS / 1000);
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_SILENT, false), 2 * GROUP_WATCH_SILENT_MS / 1000);
	for (unsigned i = 0; i < 20; i++)
		(void)seconds_until(GROUP_WATCH_SILENT, false);
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_SILENT, false), GROUP_WATCH_LAST_MS / 1000);
	facts.peer_member = true;
	facts.heard_ms = facts.now_ms;
	ck_assert_int_eq(group_watch(&watched, &facts), GROUP_WATCH_FINE);
	facts.peer_member = false;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_SILENT, false), GROUP_WATCH_SILENT_MS / 1000);
}
END_TEST

START_TEST(one_that_does_not_run_is_not_started_from_here)
{
	begin();
	facts.corosync_since_ms = 0;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_FINE, false), 0);
}
END_TEST

START_TEST(of_two_that_stay_apart_the_inactive_one_starts_again)
{
	begin();
	facts.peer_alive = true;
	facts.active = true;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_FINE, true), 0);
	facts.active = false;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_APART, true), 1);
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_APART, true), 2 * GROUP_WATCH_APART_MS / 1000);
}
END_TEST

START_TEST(a_peer_that_has_just_come_has_its_time_to_join)
{
	begin();
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_FINE, true), 0);
	facts.peer_alive = true;
	ck_assert_uint_eq(seconds_until(GROUP_WATCH_APART, true), GROUP_WATCH_APART_MS / 1000 + 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, one_that_works_is_left_alone);
	tcase_add_test(tests, one_that_hangs_is_started_again_each_time_later);
	tcase_add_test(tests, one_that_does_not_run_is_not_started_from_here);
	tcase_add_test(tests, of_two_that_stay_apart_the_inactive_one_starts_again);
	tcase_add_test(tests, a_peer_that_has_just_come_has_its_time_to_join);
}

TEST_MAIN("watch", add_tests)
