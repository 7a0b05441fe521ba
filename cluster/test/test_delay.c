/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/replication/delay.h"
#include "lib/testing.h"

#define AHEAD 3000000000u /* of one node's clock before the other's: they have nothing in common */

static struct delay active, inactive;

static void setup(void)
{
	active = inactive = (struct delay){0};
}

/* Of records made at that time: what the inactive node says later. */
static uint32_t echo_of(uint32_t made, uint32_t applied, uint32_t said)
{
	inactive.received = made;
	delay_applied(&inactive, applied + AHEAD);
	return delay_echo(&inactive, said + AHEAD);
}

/* feature: C22-006 */
START_TEST(time_for_which_an_echo_waits_is_not_part_of_the_delay)
{
	setup();
	delay_heard(&active, echo_of(1000, 6000, 900000), 900500, 10);
	ck_assert_uint_eq(delay_us(&active, 10), 5500);
}
END_TEST

START_TEST(clocks_that_run_over_do_no_harm)
{
	setup();
	delay_heard(&active, echo_of(UINT32_MAX - 999, 4000, 8000), 8500, 10);
	ck_assert_uint_eq(delay_us(&active, 10), 5500);
}
END_TEST

START_TEST(a_batch_is_echoed_once)
{
	setup();
	ck_assert_uint_eq(delay_echo(&inactive, 1), 0);
	ck_assert_uint_ne(echo_of(1001, 6000, 7000), 0);
	ck_assert_uint_eq(delay_echo(&inactive, 8000 + AHEAD), 0);
}
END_TEST

START_TEST(earlier_releases_say_nothing_of_it)
{
	setup();
	ck_assert_uint_eq(echo_of(0, 6000, 7000), 0);
	delay_heard(&active, 0, 900500, 10);
	ck_assert_uint_eq(delay_us(&active, 10), 0);
}
END_TEST

START_TEST(what_was_measured_long_ago_is_not_told)
{
	setup();
	delay_heard(&active, echo_of(1000, 6000, 7000), 8000, 10);
	ck_assert_uint_ne(delay_us(&active, 10 + DELAY_VALID_MS - 1), 0);
	ck_assert_uint_eq(delay_us(&active, 10 + DELAY_VALID_MS), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, time_for_which_an_echo_waits_is_not_part_of_the_delay);
	tcase_add_test(tests, clocks_that_run_over_do_no_harm);
	tcase_add_test(tests, a_batch_is_echoed_once);
	tcase_add_test(tests, earlier_releases_say_nothing_of_it);
	tcase_add_test(tests, what_was_measured_long_ago_is_not_told);
}

TEST_MAIN("delay", add_tests)
