/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "lib/timer.h"

#define MOMENT_NS 1000000ULL

static qb_loop_t *loop;
static struct timer timer, end;
static unsigned calls, expected;

static void stop_loop(void *user)
{
	(void)user;
	qb_loop_stop(loop);
}

/* What should not come gets time to. */
static void end_soon(void)
{
	ck_assert_int_eq(timer_start(&end, loop, QB_LOOP_LOW, 10 * MOMENT_NS, NULL, stop_loop), 0);
}

static void count(void *user)
{
	ck_assert_ptr_eq(user, &calls);
	ck_assert(!timer_runs(&timer));
	if (++calls == expected)
		end_soon();
}

static void start(uint64_t ns, void (*expired)(void *user))
{
	ck_assert_int_eq(timer_start(&timer, loop, QB_LOOP_MED, ns, &calls, expired), 0);
	ck_assert(timer_runs(&timer));
}

static void run(unsigned times)
{
	expected = times;
	if (!times)
		end_soon();
	qb_loop_run(loop);
	ck_assert_uint_eq(calls, times);
	ck_assert(!timer_runs(&timer));
}

static void setup(void)
{
	loop = qb_loop_create();
	ck_assert_ptr_nonnull(loop);
	calls = 0;
}

static void teardown(void)
{
	qb_loop_destroy(loop);
}

START_TEST(it_expires_once)
{
	ck_assert(!timer_runs(&timer));
	start(MOMENT_NS, count);
	run(1);
}
END_TEST

START_TEST(it_begins_anew)
{
	start(MOMENT_NS, stop_loop);
	start(2 * MOMENT_NS, count);
	run(1);
}
END_TEST

START_TEST(it_is_stopped)
{
	timer_stop(&timer);
	start(MOMENT_NS, count);
	timer_stop(&timer);
	ck_assert(!timer_runs(&timer));
	timer_stop(&timer);
	run(0);
}
END_TEST

static void count_again(void *user)
{
	count(user);
	if (calls < expected)
		start(MOMENT_NS, count_again);
}

START_TEST(it_starts_itself_again)
{
	start(MOMENT_NS, count_again);
	run(3);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, it_expires_once);
	tcase_add_test(tests, it_begins_anew);
	tcase_add_test(tests, it_is_stopped);
	tcase_add_test(tests, it_starts_itself_again);
}

TEST_MAIN("timer", add_tests)
