/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/lease.h"
#include "lib/testing.h"

#define HZ          2000000000ULL
#define MILLISECOND 1000000ULL
#define FENCE       (150 * MILLISECOND)
#define STRIDE      (40 * MILLISECOND)
#define START       (5000 * MILLISECOND)

static struct lease lease;

static uint64_t tsc(uint64_t now)
{
	return now * 2 + 77;
}

static bool over(uint64_t now)
{
	return lease_over(&lease, now, tsc(now));
}

static void begin(void)
{
	lease = (struct lease){0};
	lease_set_fence(&lease, FENCE, STRIDE, HZ);
}

/* feature: C22-002 */
START_TEST(it_ends_where_nothing_is_sent)
{
	begin();
	ck_assert(over(START));
	ck_assert_uint_eq(lease_end_tsc(&lease), 0);
	lease_sent(&lease, true, START, tsc(START));
	ck_assert(!over(START + FENCE - MILLISECOND));
	ck_assert(over(START + FENCE));
	ck_assert_uint_eq(lease_end_tsc(&lease), tsc(START + FENCE));
	/* A paused virtual machine's clock stands still, its cycles do not; suspended, it is the other way round. */
	ck_assert(lease_over(&lease, START, tsc(START + FENCE)));
	ck_assert(lease_over(&lease, START + FENCE, tsc(START)));
}
END_TEST

/* feature: C22-002 */
START_TEST(what_a_worker_has_not_sent_does_not_count)
{
	begin();
	lease_sent(&lease, true, START, tsc(START));
	lease_sent(&lease, false, START + 10 * MILLISECOND, tsc(START + 10 * MILLISECOND));
	ck_assert(over(START + FENCE));
	/* A walk that had begun before may have missed it. */
	lease_walked(&lease, tsc(START + 10 * MILLISECOND));
	ck_assert(over(START + FENCE));
	lease_sent(&lease, false, START + 20 * MILLISECOND, tsc(START + 20 * MILLISECOND));
	lease_walked(&lease, tsc(START + 11 * MILLISECOND));
	ck_assert(!over(START + FENCE));
	ck_assert(over(START + FENCE + 10 * MILLISECOND));
}
END_TEST

START_TEST(a_smaller_fence_holds_at_once)
{
	begin();
	lease_sent(&lease, true, START, tsc(START));
	lease_set_fence(&lease, FENCE / 5, STRIDE / 5, HZ);
	ck_assert(over(START + FENCE / 5));
}
END_TEST

/* feature: C22-002 */
START_TEST(what_is_late_may_be_lost)
{
	begin();
	lease_sent(&lease, true, START, tsc(START));
	lease_sent(&lease, true, START + 100 * MILLISECOND, tsc(START + 100 * MILLISECOND));
	ck_assert(!over(START + STRIDE + FENCE - MILLISECOND));
	ck_assert(over(START + STRIDE + FENCE));
	/* The next one came in time, and that one of the two came is certain. */
	lease_sent(&lease, true, START + 110 * MILLISECOND, tsc(START + 110 * MILLISECOND));
	ck_assert(!over(START + 109 * MILLISECOND + FENCE));
	ck_assert(over(START + 110 * MILLISECOND + FENCE));
}
END_TEST

START_TEST(who_is_made_active_begins_anew)
{
	begin();
	lease_sent(&lease, true, START, tsc(START));
	lease_begin(&lease, START + 2 * FENCE, tsc(START + 2 * FENCE));
	ck_assert(!over(START + 3 * FENCE - MILLISECOND));
	ck_assert(over(START + 3 * FENCE));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, it_ends_where_nothing_is_sent);
	tcase_add_test(tests, what_a_worker_has_not_sent_does_not_count);
	tcase_add_test(tests, what_is_late_may_be_lost);
	tcase_add_test(tests, who_is_made_active_begins_anew);
	tcase_add_test(tests, a_smaller_fence_holds_at_once);
}

TEST_MAIN("lease", add_tests)
