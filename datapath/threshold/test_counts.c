/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_table.h"
#include "datapath/threshold/counts.h"
#include "lib/testing.h"

#include <pthread.h>

#define SECOND  FLOW_TICKS_PER_SECOND
#define THREADS 4
#define ROUNDS  20000
#define GROUPS  3 /* and as many of another definition: a bucket has eight places */

static struct threshold_counts *counts;

static void make(const struct policy_threshold_definition *definitions, uint32_t count, uint64_t flows)
{
	struct policy policy = {.threshold_definitions = definitions, .threshold_definition_count = count};

	ck_assert_int_eq(threshold_counts_create(&policy, flows, 1 << 20, &counts), 0);
}

static void release(void)
{
	threshold_counts_release(counts);
	counts = NULL;
}

static struct policy_threshold_definition concurrent(uint32_t limit)
{
	return (struct policy_threshold_definition){
	    .type = POLICY_THRESHOLD_CONCURRENT, .limit = limit, .interval_ms = 1000};
}

static struct policy_threshold_definition rate(uint32_t limit, uint32_t interval_ms, uint32_t duration_ms)
{
	return (struct policy_threshold_definition){.type = POLICY_THRESHOLD_FLOW_RATE,
	                                            .limit = limit,
	                                            .interval_ms = interval_ms,
	                                            .duration_ms = duration_ms};
}

/* Of flows that come one after the other how many trigger. */
static unsigned triggers(uint32_t definition, uint64_t hash, unsigned flows, uint32_t now)
{
	unsigned triggered = 0;

	while (flows--)
		triggered += threshold_count_in(counts, definition, hash, now);
	return triggered;
}

/* feature: C24-008 C24-014 */
START_TEST(each_group_has_the_limit)
{
	struct policy_threshold_definition definition = concurrent(3);

	make(&definition, 1, 100);
	ck_assert_uint_eq(triggers(0, 1, 3, 1), 0);
	ck_assert_uint_eq(triggers(0, 2, 3, 1), 0);
	ck_assert_uint_eq(triggers(0, 1, 2, 1), 2);
	ck_assert_uint_eq(threshold_count_of(counts, 0, 1, 1), 5);
	threshold_count_out(counts, 0, 1, 1);
	threshold_count_out(counts, 0, 1, 1);
	threshold_count_out(counts, 0, 1, 1);
	ck_assert_uint_eq(triggers(0, 1, 1, 1), 0);
	ck_assert_uint_eq(triggers(0, 1, 1, 1), 1);
	release();
}
END_TEST

/* feature: C24-008 C24-010 */
START_TEST(a_rate_is_of_an_interval)
{
	struct policy_threshold_definition definitions[2] = {rate(10, 1000, 0), rate(10, 2500, 0)};

	make(definitions, 2, 100);
	ck_assert_uint_eq(triggers(0, 1, 12, 100), 2);
	ck_assert_uint_eq(triggers(0, 1, 1, 100 + SECOND - 1), 1);
	ck_assert_uint_eq(triggers(0, 1, 10, 100 + SECOND), 0);
	ck_assert_uint_eq(triggers(1, 1, 10, 100), 0);
	ck_assert_uint_eq(triggers(1, 1, 1, 100 + 2 * SECOND), 1);
	ck_assert_uint_eq(triggers(1, 1, 10, 100 + 20), 0);
	release();
}
END_TEST

/* feature: C24-010 */
START_TEST(the_limit_must_be_exceeded_for_the_duration)
{
	struct policy_threshold_definition definitions[2] = {rate(5, 1000, 2000), concurrent(2)};

	definitions[1].duration_ms = 1000;
	make(definitions, 2, 100);
	/* The sixth begins the second sum, which the eleventh behind it exceeds. */
	ck_assert_uint_eq(triggers(0, 1, 6, 100), 0);
	ck_assert_uint_eq(triggers(0, 1, 4, 100 + SECOND), 0);
	ck_assert_uint_eq(triggers(0, 1, 3, 100 + SECOND), 3);
	/* It is over, and the first sum begins again. */
	ck_assert_uint_eq(triggers(0, 1, 10, 100 + 2 * SECOND), 0);
	ck_assert_uint_eq(triggers(1, 1, 4, 200), 0);
	ck_assert_uint_eq(triggers(1, 1, 1, 200 + SECOND), 1);
	for (unsigned i = 0; i < 3; i++)
		threshold_count_out(counts, 1, 1, 201 + SECOND);
	ck_assert_uint_eq(triggers(1, 1, 1, 300), 0);
	release();
}
END_TEST

/* feature: C24-015 */
START_TEST(a_shared_limit_is_divided_among_the_groups)
{
	struct policy_threshold_definition definition = concurrent(100);

	definition.shared = 1;
	make(&definition, 1, 1000);
	for (uint64_t group = 1; group <= 7; group++)
		ck_assert_uint_eq(triggers(0, group, 1, 1), 0);
	ck_assert_uint_eq(triggers(0, 3, 13, 1), 0);
	ck_assert_uint_eq(triggers(0, 3, 1, 1), 1);
	for (unsigned i = 0; i < 15; i++)
		threshold_count_out(counts, 0, 3, 1);
	/* Six groups are left: 16 each. */
	ck_assert_uint_eq(triggers(0, 4, 15, 1), 0);
	ck_assert_uint_eq(triggers(0, 4, 1, 1), 1);
	release();
}
END_TEST

/* feature: C24-015 */
START_TEST(more_groups_than_flows_are_let_in_by_chance)
{
	struct policy_threshold_definition definition = concurrent(100);
	unsigned refused = 0;

	definition.shared = 1;
	make(&definition, 1, 4000);
	for (uint64_t group = 1; group <= 400; group++)
		refused += threshold_count_in(counts, 0, group << 32 | group, 1);
	ck_assert_uint_gt(refused, 50);
	ck_assert_uint_lt(refused, 350);
	release();
}
END_TEST

/* feature: C24-020 */
START_TEST(a_full_table_gives_up_its_smallest_groups)
{
	struct policy_threshold_definition definition = concurrent(1000);
	uint64_t groups = 0;

	make(&definition, 1, 0);
	ck_assert_uint_eq(triggers(0, 7, 50, 1), 0);
	for (uint64_t group = 1; group <= 20000; group++)
		threshold_count_in(counts, 0, group << 32 | group, 1);
	ck_assert_uint_eq(threshold_count_of(counts, 0, 7, 1), 50);
	ck_assert_uint_gt(counts->replaced, 10000);
	groups = counts->terms[0].groups;
	ck_assert_uint_eq(groups + counts->replaced, 20001);
	/* Who was given up has nothing to take away. */
	for (uint64_t group = 1; group <= 20000; group++)
		threshold_count_out(counts, 0, group << 32 | group, 1);
	ck_assert_uint_eq(counts->terms[0].groups, 1);
	release();
}
END_TEST

static void *come_and_go(void *argument)
{
	unsigned seed = (unsigned)(uintptr_t)argument;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t group = (uint64_t)(rand_r(&seed) % GROUPS) << 32;

		threshold_count_in(counts, 0, group, 1);
		threshold_count_in(counts, 1, group, 1);
		threshold_count_out(counts, 0, group, 1);
	}
	return NULL;
}

/* All in one bucket, where they are in each other's way. */
START_TEST(counts_of_many_workers_are_exact)
{
	struct policy_threshold_definition definitions[2] = {concurrent(1), concurrent(1)};
	pthread_t threads[THREADS];
	uint64_t all = 0;

	make(definitions, 2, 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, come_and_go, (void *)(i + 1)), 0);
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_uint_eq(counts->replaced, 0);
	for (uint64_t group = 0; group < GROUPS; group++) {
		ck_assert_uint_eq(threshold_count_of(counts, 0, group << 32, 1), 0);
		all += threshold_count_of(counts, 1, group << 32, 1);
	}
	ck_assert_uint_eq(all, THREADS * ROUNDS);
	ck_assert_uint_eq(counts->terms[0].groups, 0);
	release();
}
END_TEST

static void *come(void *argument)
{
	unsigned *passed = argument;

	for (unsigned i = 0; i < ROUNDS; i++)
		*passed += !threshold_count_in(counts, 0, 5, 1);
	return NULL;
}

/* However many come at once, as many pass as may. */
START_TEST(no_more_than_the_limit_pass)
{
	struct policy_threshold_definition definition = concurrent(ROUNDS);
	unsigned passed[THREADS] = {0}, all = 0;
	pthread_t threads[THREADS];

	make(&definition, 1, 100);
	for (unsigned i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, come, &passed[i]), 0);
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		all += passed[i];
	}
	ck_assert_uint_eq(all, ROUNDS);
	ck_assert_uint_eq(threshold_count_of(counts, 0, 5, 1), THREADS * ROUNDS);
	release();
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, each_group_has_the_limit);
	tcase_add_test(tests, a_rate_is_of_an_interval);
	tcase_add_test(tests, the_limit_must_be_exceeded_for_the_duration);
	tcase_add_test(tests, a_shared_limit_is_divided_among_the_groups);
	tcase_add_test(tests, more_groups_than_flows_are_let_in_by_chance);
	tcase_add_test(tests, a_full_table_gives_up_its_smallest_groups);
	tcase_add_test(tests, counts_of_many_workers_are_exact);
	tcase_add_test(tests, no_more_than_the_limit_pass);
}

TEST_MAIN("threshold_counts", add_tests)
