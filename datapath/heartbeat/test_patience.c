/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/lateness.h"
#include "datapath/heartbeat/patience.h"
#include "lib/testing.h"

#define MILLISECOND 1000000ULL
#define START       (5000 * MILLISECOND)
#define INTERVAL    (5 * MILLISECOND)
#define LEAST       (40 * MILLISECOND)
#define DEAD        (200 * MILLISECOND)
#define SETTLED     (START + PATIENCE_SETTLE_NS)

static struct patience patience;

static void begin(void)
{
	patience = (struct patience){0};
	patience_configure(&patience, INTERVAL, LEAST, DEAD, 1);
	patience_restart(&patience, START);
}

/* What the judge says where the peer has acknowledged all. */
static uint64_t judges(uint64_t longest, uint64_t now)
{
	patience_choose(&patience, longest, now, 100);
	return patience_judges_by(&patience, 100);
}

/* feature: C22-024 */
START_TEST(patience_follows_the_longest_gap)
{
	begin();
	ck_assert_uint_eq(judges(6 * MILLISECOND, SETTLED - 1), DEAD);
	ck_assert_uint_eq(judges(6 * MILLISECOND, SETTLED), LEAST);
	ck_assert_uint_eq(judges(20 * MILLISECOND, SETTLED + 1), 80 * MILLISECOND);
	/* It grows at once, shrinks only after a while. */
	ck_assert_uint_eq(judges(6 * MILLISECOND, SETTLED + 2), 80 * MILLISECOND);
	ck_assert_uint_eq(judges(60 * MILLISECOND, SETTLED + 3), DEAD);
	/* Who was silent is measured anew. */
	ck_assert_uint_eq(judges(6 * MILLISECOND, SETTLED + 2 * PATIENCE_SETTLE_NS), LEAST);
	patience_restart(&patience, SETTLED + 2 * PATIENCE_SETTLE_NS);
	ck_assert_uint_eq(judges(6 * MILLISECOND, SETTLED + 3 * PATIENCE_SETTLE_NS - 1), DEAD);
	ck_assert_uint_eq(judges(0, SETTLED + 10 * PATIENCE_SETTLE_NS), DEAD);
}
END_TEST

/* feature: C22-024 */
START_TEST(nobody_is_judged_by_what_it_has_not_heard)
{
	begin();
	patience_choose(&patience, 6 * MILLISECOND, SETTLED, 100);
	ck_assert_uint_eq(patience_judges_by(&patience, 0), DEAD);
	ck_assert_uint_eq(patience_judges_by(&patience, 99), DEAD);
	ck_assert_uint_eq(patience_judges_by(&patience, 100), LEAST);
	/* An acknowledgement of the former wish is none of the present one, though it said no less. */
	patience_choose(&patience, 20 * MILLISECOND, SETTLED + 1, 200);
	ck_assert_uint_eq(patience_judges_by(&patience, 199), DEAD);
	ck_assert_uint_eq(patience_judges_by(&patience, 200), 80 * MILLISECOND);
}
END_TEST

/* feature: C22-024 */
START_TEST(the_judged_is_fenced_by_what_it_heard)
{
	uint64_t stride;

	begin();
	ck_assert_uint_eq(patience_fence(&patience, START, &stride), DEAD / 4 * 3);
	patience_obey(&patience, LEAST);
	ck_assert_uint_eq(patience_fence(&patience, START, &stride), LEAST - 2 * INTERVAL);
	ck_assert_uint_eq(stride, 2 * INTERVAL - INTERVAL / 2);
	ck_assert_uint_eq(patience_acknowledges(&patience, 77), 77);
	/* Whoever hears nothing knows not by what it is judged; whoever else would have, has judged by then. */
	patience_give_up(&patience, START);
	ck_assert_uint_eq(patience_acknowledges(&patience, 77), 0);
	ck_assert_uint_eq(patience_judged_by(&patience, START + DEAD - 1), LEAST);
	ck_assert_uint_eq(patience_judged_by(&patience, START + DEAD), DEAD);
	patience_obey(&patience, 0);
	ck_assert_uint_eq(patience_judged_by(&patience, START), DEAD);
}
END_TEST

/* feature: C22-024 */
START_TEST(a_peer_that_is_configured_otherwise_is_judged_by_what_it_says)
{
	begin();
	patience_hear_bound(&patience, 5 * DEAD, 0);
	ck_assert_uint_eq(judges(6 * MILLISECOND, SETTLED - 1), 5 * DEAD);
	ck_assert_uint_eq(judges(DEAD, SETTLED), 4 * DEAD);
	ck_assert_uint_eq(judges(2 * DEAD, SETTLED + 1), 5 * DEAD);
	patience_hear_bound(&patience, DEAD / 2, 0);
	ck_assert_uint_eq(judges(2 * DEAD, SETTLED + 2), DEAD);
	/* An older release does not say it. */
	patience_hear_bound(&patience, 0, 0);
	ck_assert_uint_eq(judges(2 * DEAD, SETTLED + 3), DEAD);
}
END_TEST

/* feature: C22-024 */
START_TEST(a_larger_peer_dead_counts_when_the_peer_has_heard_of_it)
{
	begin();
	patience_configure(&patience, 100 * MILLISECOND, LEAST, 5 * DEAD, 50);
	patience_hear_bound(&patience, DEAD, 49);
	ck_assert_uint_eq(patience_judged_by(&patience, START), DEAD);
	ck_assert_uint_eq(patience_interval(&patience, START), DEAD / 4);
	patience_hear_bound(&patience, DEAD, 0);
	ck_assert_uint_eq(patience_judged_by(&patience, START), DEAD);
	patience_hear_bound(&patience, DEAD, 50);
	ck_assert_uint_eq(patience_judged_by(&patience, START), 5 * DEAD);
	ck_assert_uint_eq(patience_interval(&patience, START), 100 * MILLISECOND);
	/* A wish that the peer had before it was measured anew. */
	patience_obey(&patience, LEAST);
	ck_assert_uint_eq(patience_interval(&patience, START), LEAST / 4);
	/* A smaller one counts at once, and what was heard of the larger one is nothing to one as large again. */
	patience_configure(&patience, INTERVAL, LEAST, DEAD, 60);
	patience_obey(&patience, 0);
	ck_assert_uint_eq(patience_judged_by(&patience, START), DEAD);
	patience_configure(&patience, INTERVAL, LEAST, 5 * DEAD, 70);
	patience_hear_bound(&patience, DEAD, 69);
	ck_assert_uint_eq(patience_judged_by(&patience, START), DEAD);
}
END_TEST

/* feature: C22-023 */
START_TEST(a_gap_is_remembered_for_one_window_or_two)
{
	struct lateness lateness = {0};
	uint64_t now = START;

	lateness_hear(&lateness, now);
	ck_assert_uint_eq(lateness_longest(&lateness), 0);
	lateness_hear(&lateness, now += 30 * MILLISECOND);
	for (uint64_t end = START + LATENESS_WINDOW_NS; now < end; now += INTERVAL)
		lateness_hear(&lateness, now);
	ck_assert_uint_eq(lateness_longest(&lateness), 30 * MILLISECOND);
	for (uint64_t end = START + 3 * LATENESS_WINDOW_NS; now < end; now += INTERVAL)
		lateness_hear(&lateness, now);
	ck_assert_uint_eq(lateness_longest(&lateness), INTERVAL);
	lateness_restart(&lateness);
	ck_assert_uint_eq(lateness_longest(&lateness), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, patience_follows_the_longest_gap);
	tcase_add_test(tests, nobody_is_judged_by_what_it_has_not_heard);
	tcase_add_test(tests, the_judged_is_fenced_by_what_it_heard);
	tcase_add_test(tests, a_peer_that_is_configured_otherwise_is_judged_by_what_it_says);
	tcase_add_test(tests, a_larger_peer_dead_counts_when_the_peer_has_heard_of_it);
	tcase_add_test(tests, a_gap_is_remembered_for_one_window_or_two);
}

TEST_MAIN("patience", add_tests)
