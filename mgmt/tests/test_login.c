/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/login/login_limit.h"
#include "mgmt/mgmtd/login/password.h"
#include "mgmt/mgmtd/login/password_worker.h"

#include <errno.h>
#include <qb/qbutil.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define SECOND_NS 1000000000ULL

static struct login_limit limit;

/* feature: C17-011 */
START_TEST(who_fails_too_often_waits_and_nobody_else)
{
	uint64_t now = 5 * SECOND_NS;

	for (unsigned i = 0; i < LOGIN_FAILURES_MAX; i++) {
		ck_assert(login_limit_begin(&limit, "10.1.0.10", now + i));
		login_limit_end(&limit, "10.1.0.10", true, now + i);
	}
	ck_assert(!login_limit_begin(&limit, "10.1.0.10", now + 20));
	ck_assert(login_limit_begin(&limit, "10.1.0.11", now + 20));
	login_limit_end(&limit, "10.1.0.11", false, now + 20);
	ck_assert(!login_limit_begin(&limit, "10.1.0.10", now + LOGIN_WINDOW_NS - 1));
	ck_assert(login_limit_begin(&limit, "10.1.0.10", now + LOGIN_WINDOW_NS));
}
END_TEST

START_TEST(success_is_not_limited)
{
	for (unsigned i = 0; i < 1000; i++) {
		ck_assert(login_limit_begin(&limit, "10.1.0.10", SECOND_NS));
		login_limit_end(&limit, "10.1.0.10", false, SECOND_NS);
	}
}
END_TEST

START_TEST(one_address_does_not_fill_the_queue)
{
	for (unsigned i = 0; i < LOGIN_CHECKS_AT_ONCE; i++)
		ck_assert(login_limit_begin(&limit, "", SECOND_NS));
	ck_assert(!login_limit_begin(&limit, "", SECOND_NS));
	ck_assert(login_limit_begin(&limit, "2001:db8::1", SECOND_NS));
	login_limit_end(&limit, "", false, SECOND_NS);
	ck_assert(login_limit_begin(&limit, "", SECOND_NS));
}
END_TEST

START_TEST(an_ipv6_network_is_one_client)
{
	for (unsigned i = 0; i < LOGIN_CHECKS_AT_ONCE; i++) {
		char remote[IP_ADDRESS_TEXT];

		snprintf(remote, sizeof(remote), "2001:db8:1:2::%x", i + 1);
		ck_assert(login_limit_begin(&limit, remote, SECOND_NS));
	}
	ck_assert(!login_limit_begin(&limit, "2001:db8:1:2:ffff::1", SECOND_NS));
	ck_assert(login_limit_begin(&limit, "2001:db8:1:3::1", SECOND_NS));
	login_limit_end(&limit, "2001:db8:1:2::77", false, SECOND_NS);
	ck_assert(login_limit_begin(&limit, "2001:db8:1:2:ffff::1", SECOND_NS));
}
END_TEST

START_TEST(the_table_is_bounded)
{
	char remote[IP_ADDRESS_TEXT];

	for (unsigned i = 0; i < LOGIN_ADDRESSES; i++) {
		snprintf(remote, sizeof(remote), "10.1.%u.%u", i / 256, i % 256);
		ck_assert(login_limit_begin(&limit, remote, SECOND_NS));
		login_limit_end(&limit, remote, true, SECOND_NS);
	}
	ck_assert(!login_limit_begin(&limit, "10.2.0.1", SECOND_NS));
	login_limit_end(&limit, "10.2.0.1", true, SECOND_NS);
	ck_assert(login_limit_begin(&limit, "10.2.0.1", SECOND_NS + LOGIN_WINDOW_NS));
}
END_TEST

static qb_loop_t *loop;
static struct password_worker *worker;
static unsigned results, matched, expected;

static void on_result(void *user, bool matches)
{
	ck_assert_ptr_ne(user, NULL);
	matched += matches;
	if (++results == expected)
		qb_loop_stop(loop);
}

static void on_late(void *user)
{
	(void)user;
	qb_loop_stop(loop);
}

static void wait_for(unsigned count)
{
	qb_loop_timer_handle timer;

	expected = count;
	qb_loop_timer_add(loop, QB_LOOP_LOW, 60 * SECOND_NS, NULL, on_late, &timer);
	qb_loop_run(loop);
	ck_assert_uint_eq(results, count);
}

static void open_worker(void)
{
	limit = (struct login_limit){0};
	results = matched = 0;
	loop = qb_loop_create();
	ck_assert_int_eq(password_worker_create(loop, &worker), 0);
}

static void close_worker(void)
{
	password_worker_destroy(worker);
	qb_loop_destroy(loop);
}

START_TEST(passwords_are_checked_aside)
{
	char hash[PASSWORD_HASH_MAX], longest[PASSWORD_MAX + 2];
	int here, gone;

	ck_assert_int_eq(password_hash("secret", hash), 0);
	memset(longest, 'p', sizeof(longest));
	longest[sizeof(longest) - 1] = 0;
	ck_assert_int_eq(password_worker_check(worker, longest, hash, on_result, &here), -E2BIG);
	ck_assert_int_eq(password_worker_check(worker, "secret", hash, on_result, &here), 0);
	ck_assert_int_eq(password_worker_check(worker, "wrong", hash, on_result, &here), 0);
	ck_assert_int_eq(password_worker_check(worker, "secret", hash, on_result, &gone), 0);
	ck_assert_int_eq(password_worker_check(worker, "secret", NULL, on_result, &here), 0);
	password_worker_forget(worker, &gone);
	wait_for(3);
	ck_assert_uint_eq(matched, 1);
}
END_TEST

START_TEST(the_queue_is_bounded)
{
	int here;

	for (unsigned i = 0; i < PASSWORD_CHECKS_MAX; i++)
		ck_assert_int_eq(password_worker_check(worker, "secret", NULL, on_result, &here), 0);
	ck_assert_int_eq(password_worker_check(worker, "secret", NULL, on_result, &here), -EAGAIN);
	wait_for(PASSWORD_CHECKS_MAX);
	ck_assert_int_eq(password_worker_check(worker, "secret", NULL, on_result, &here), 0);
}
END_TEST

static double seconds(const char *hash)
{
	struct timespec before, after;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
	for (unsigned i = 0; i < 5; i++)
		password_matches("wrong", hash);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
	return (double)(after.tv_sec - before.tv_sec) + 1e-9 * (double)(after.tv_nsec - before.tv_nsec);
}

/* Of the same order: the answer's delay covers what is left. */
START_TEST(an_unknown_user_takes_as_long_as_a_known_one)
{
	char hash[PASSWORD_HASH_MAX];
	double known, unknown;

	ck_assert_int_eq(password_hash("secret", hash), 0);
	known = seconds(hash);
	unknown = seconds(NULL);
	ck_assert_msg(known < 2 * unknown && unknown < 2 * known, "%f s and %f s", known, unknown);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, open_worker, close_worker);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, who_fails_too_often_waits_and_nobody_else);
	tcase_add_test(tests, success_is_not_limited);
	tcase_add_test(tests, one_address_does_not_fill_the_queue);
	tcase_add_test(tests, an_ipv6_network_is_one_client);
	tcase_add_test(tests, the_table_is_bounded);
	tcase_add_test(tests, passwords_are_checked_aside);
	tcase_add_test(tests, the_queue_is_bounded);
	tcase_add_test(tests, an_unknown_user_takes_as_long_as_a_known_one);
}

TEST_MAIN("mgmt_login", add_tests)
