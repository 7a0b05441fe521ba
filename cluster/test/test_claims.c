/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/commit/claims.h"
#include "lib/testing.h"

#include <errno.h>

/* feature: C02-041 C22-018 */
START_TEST(the_first_claim_holds_on_both_nodes)
{
	struct claims master = {0}, slave = {0};
	uint64_t first = claims_start(&master), second = claims_start(&slave);

	/* CPG delivers the master's first, to both. */
	ck_assert_int_eq(claims_deliver(&master, true, first, 5, "m", 0), 0);
	ck_assert_int_eq(claims_deliver(&slave, false, first, 5, "m", 0), 0);
	ck_assert_int_eq(claims_deliver(&master, false, second, 5, "s", 1), 0);
	ck_assert_int_eq(claims_deliver(&slave, true, second, 5, "s", 1), -ESTALE);
	ck_assert_int_eq(master.holder, CLAIM_OWN);
	ck_assert_int_eq(slave.holder, CLAIM_PEER);
	ck_assert_str_eq(slave.author, "m");
	claims_end(&master, true, 6);
	claims_end(&slave, false, 6);
	ck_assert_int_eq(master.holder, CLAIM_FREE);
	ck_assert_int_eq(slave.holder, CLAIM_FREE);
}
END_TEST

/* The slave's mgmtd has not seen yet what the master committed. */
START_TEST(a_generation_is_followed_once)
{
	struct claims slave = {0};

	claims_deliver(&slave, false, 1, 5, "m", 0);
	claims_end(&slave, false, 6);
	ck_assert_int_eq(claims_deliver(&slave, true, claims_start(&slave), 5, "s", 1), -ESTALE);
	ck_assert_int_eq(claims_deliver(&slave, true, claims_start(&slave), 6, "s", 1), 0);
}
END_TEST

START_TEST(a_commit_that_failed_frees_its_generation)
{
	struct claims slave = {0};

	claims_deliver(&slave, false, 1, 5, "m", 0);
	claims_end(&slave, false, 5);
	ck_assert_int_eq(claims_deliver(&slave, true, claims_start(&slave), 5, "s", 1), 0);
	/* The end of another's claim does not end this one. */
	claims_end(&slave, false, 5);
	ck_assert_int_eq(slave.holder, CLAIM_OWN);
}
END_TEST

START_TEST(a_forced_configuration_sets_the_generation_back)
{
	struct claims slave = {0};

	claims_configuration(&slave, 9, false);
	claims_configuration(&slave, 4, false);
	ck_assert_uint_eq(slave.generation, 9);
	claims_configuration(&slave, 4, true);
	ck_assert_int_eq(claims_deliver(&slave, true, claims_start(&slave), 4, "s", 1), 0);
}
END_TEST

START_TEST(without_its_peer_a_node_may_commit)
{
	struct claims slave = {0};
	uint64_t number;

	claims_deliver(&slave, false, 1, 5, "m", 0);
	number = claims_start(&slave);
	ck_assert(claims_reset(&slave));
	ck_assert(!claims_reset(&slave));
	/* Its claim is delivered yet: nobody waits for it, and it must not stay. */
	ck_assert_int_eq(claims_deliver(&slave, true, number, 5, "s", 1), -ECANCELED);
	claims_end(&slave, true, 5);
	ck_assert_int_eq(slave.holder, CLAIM_FREE);
}
END_TEST

START_TEST(one_that_is_never_ended_does_not_hold_for_ever)
{
	struct claims slave = {0};

	claims_deliver(&slave, false, 1, 5, "m", 1000);
	ck_assert_int_eq(claims_deliver(&slave, true, claims_start(&slave), 5, "s", 1000 + CLAIM_HELD_MS),
	                 -ESTALE);
	ck_assert_int_eq(claims_deliver(&slave, true, claims_start(&slave), 5, "s", 1001 + CLAIM_HELD_MS), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_first_claim_holds_on_both_nodes);
	tcase_add_test(tests, a_generation_is_followed_once);
	tcase_add_test(tests, a_commit_that_failed_frees_its_generation);
	tcase_add_test(tests, a_forced_configuration_sets_the_generation_back);
	tcase_add_test(tests, without_its_peer_a_node_may_commit);
	tcase_add_test(tests, one_that_is_never_ended_does_not_hold_for_ever);
}

TEST_MAIN("claims", add_tests)
