/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_key.h"
#include "datapath/mirror/digest.h"
#include "lib/testing.h"

#include <string.h>

static struct digest_sums own;
static struct digest peer;
static struct digest_history history;

static void hold(struct digest_sums *sums, uint64_t object)
{
	uint64_t words[2] = {object, object * 3};

	digest_add(sums, words, sizeof(words), sizeof(words[0]));
}

/* The active node holds 1..n. */
static void peer_holds(uint64_t count)
{
	static struct digest_sums sums;

	memset(&sums, 0, sizeof(sums));
	for (uint64_t i = 1; i <= count; i++)
		hold(&sums, i);
	digest_write(&sums, &peer);
}

static void setup(void)
{
	ck_assert_int_eq(flow_hash_start(NULL), 0);
	memset(&own, 0, sizeof(own));
	memset(&history, 0, sizeof(history));
	peer_holds(1000);
}

static struct digest_verdict look(void)
{
	return digest_compare(&history, &own, &peer);
}

/* feature: C22-049 */
START_TEST(order_does_not_matter_and_parts_are_joined)
{
	static struct digest_sums second;

	memset(&second, 0, sizeof(second));
	for (uint64_t i = 1000; i > 500; i--)
		hold(&own, i);
	for (uint64_t i = 1; i <= 500; i++)
		hold(&second, i);
	digest_join(&own, &second);
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(look().parts, 0);
}
END_TEST

START_TEST(what_stays_different_is_found_at_the_second_look)
{
	struct digest_verdict verdict;
	uint64_t tail[2] = {1000, 1};

	for (uint64_t i = 1; i < 1000; i++)
		hold(&own, i);
	digest_add(&own, tail, sizeof(tail), sizeof(tail[0]));
	ck_assert_uint_eq(look().parts, 0);
	verdict = look();
	ck_assert_uint_eq(verdict.parts, 1);
	ck_assert(verdict.repair);
	/* It is what the part holds. */
	ck_assert_uint_ge(verdict.objects, 1);
	ck_assert_uint_lt(verdict.objects, 30);
}
END_TEST

START_TEST(what_is_under_way_is_no_drift)
{
	for (uint64_t i = 1; i <= 1000; i++)
		hold(&own, i);
	/* Ten are always on their way, never the same. */
	for (uint64_t ahead = 1010; ahead <= 1100; ahead += 10) {
		peer_holds(ahead);
		ck_assert_uint_eq(look().parts, 0);
		for (uint64_t i = ahead - 9; i <= ahead; i++)
			hold(&own, i);
	}
}
END_TEST

START_TEST(repairs_that_do_not_help_become_rare)
{
	unsigned repairs = 0, looks = 0, at[6];

	for (; repairs < 6; looks++) {
		if (look().repair)
			at[repairs++] = looks;
	}
	/* Each takes two looks, and between them there are 2, 4, 8 ... more. */
	ck_assert_uint_eq(at[0], 1);
	ck_assert_uint_eq(at[1], 3);
	for (unsigned i = 2; i < 6; i++)
		ck_assert_uint_eq(at[i] - at[i - 1], (1u << (i - 1)) + 1);
	/* One that helps makes the next drift the first. */
	for (uint64_t i = 1; i <= 1000; i++)
		hold(&own, i);
	look();
	look();
	peer_holds(999);
	look();
	ck_assert(look().repair);
	look();
	ck_assert(look().repair);
}
END_TEST

START_TEST(a_snapshot_begins_anew)
{
	look();
	digest_forget(&history);
	ck_assert_uint_eq(look().parts, 0);
	ck_assert(look().repair);
}
END_TEST

START_TEST(another_key_says_nothing)
{
	peer.key_check++;
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(look().parts, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, order_does_not_matter_and_parts_are_joined);
	tcase_add_test(tests, what_stays_different_is_found_at_the_second_look);
	tcase_add_test(tests, what_is_under_way_is_no_drift);
	tcase_add_test(tests, repairs_that_do_not_help_become_rare);
	tcase_add_test(tests, a_snapshot_begins_anew);
	tcase_add_test(tests, another_key_says_nothing);
}

TEST_MAIN("digest", add_tests)
