/* SPDX-License-Identifier: GPL-2.0-or-later */

/* An active node that hands over: since it was told to, is at fault or ends. */

#include "cluster/role/test/story.h"

#include <errno.h>

/* feature: C22-057 */
START_TEST(deactivate_hands_over)
{
	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	command(ROLE_DEACTIVATE);
	ck_assert(actions.answered);
	ck_assert_int_eq(actions.error, 0);
	ck_assert(actions.set_activity);
	ck_assert(!actions.activity.active);
	ck_assert(actions.activity.yielding);
	peer(peer_says(true, 2));
	ck_assert(!state.active);
	ck_assert(!actions.activity.yielding);
	wait_ms(60000);
	ck_assert(!state.active);

	begin_following(ROLE_SLAVE, 1);
	struct role_peer says = peer_says(false, 1);
	says.yielding = 1;
	peer(says);
	ck_assert(state.active);
	ck_assert_uint_eq(state.term, 2);
}
END_TEST

/* feature: C22-057 */
START_TEST(deactivate_is_taken_back_where_nobody_claims)
{
	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	command(ROLE_DEACTIVATE);
	wait_ms(2 * PEER_DEAD);
	ck_assert(!state.active);
	wait_ms(2 * PEER_DEAD);
	ck_assert(state.active);
	ck_assert_uint_eq(state.term, 2);
}
END_TEST

/* feature: C22-057 */
START_TEST(deactivate_is_refused_with_a_reason)
{
	struct role_peer says = peer_says(false, 1);

	begin_active(ROLE_MASTER);
	command(ROLE_DEACTIVATE);
	ck_assert_int_eq(actions.error, -EHOSTDOWN);
	ck_assert_ptr_nonnull(strstr(actions.text, "not alive"));
	says.ready = 0;
	peer(says);
	command(ROLE_DEACTIVATE);
	ck_assert_int_eq(actions.error, -ENODEV);
	says.ready = 1;
	says.hears_peer = 0;
	peer(says);
	command(ROLE_DEACTIVATE);
	ck_assert_int_eq(actions.error, -ENOLINK);
	ck_assert(state.active);

	begin_following(ROLE_SLAVE, 1);
	command(ROLE_DEACTIVATE);
	ck_assert_int_eq(actions.error, -EALREADY);
}
END_TEST

/* feature: C22-058 */
START_TEST(activate_asks_the_peer)
{
	begin_following(ROLE_SLAVE, 1);
	command(ROLE_ACTIVATE);
	ck_assert_int_eq(actions.error, -ENOLINK);
	ck_assert(!actions.ask_peer);
	step((struct role_event){.type = ROLE_GROUP, .group_peer = 1});
	command(ROLE_ACTIVATE);
	ck_assert_int_eq(actions.error, 0);
	ck_assert(actions.ask_peer);
	ck_assert(!state.active);

	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	command(ROLE_PEER_ASKS);
	ck_assert(state.yielding);
	command(ROLE_ACTIVATE);
	ck_assert_int_eq(actions.error, -EAGAIN);
}
END_TEST

/* feature: C22-030 */
START_TEST(an_unhealthy_active_hands_over_where_it_can)
{
	begin_active(ROLE_MASTER);
	datapath(true, false, false, 1);
	wait_ms(1000);
	ck_assert(state.active); /* no peer: better than nothing */
	peer(peer_says(false, 1));
	ck_assert(state.yielding);
}
END_TEST

static bool said(const char *beginning)
{
	for (unsigned i = 0; i < actions.log_count; i++)
		if (!strncmp(actions.log[i], beginning, strlen(beginning)))
			return true;
	return false;
}

/* feature: C22-030 C22-006 */
START_TEST(an_unhealthy_active_waits_for_a_peer_that_is_behind)
{
	const char *waits = "the datapath is not healthy: yields when";

	for (unsigned in_time = 0; in_time < 2; in_time++) {
		begin_active(ROLE_MASTER);
		peer(peer_says(false, 1));
		peer_behind = true;
		datapath(true, false, false, 1);
		ck_assert(!said(waits)); /* a port that is down for a moment only */
		now += PEER_DEAD;
		step((struct role_event){.type = ROLE_TIMER});
		ck_assert(said(waits));
		step((struct role_event){.type = ROLE_TIMER});
		ck_assert(!said(waits)); /* once */
		wait_ms(5000 - PEER_DEAD - 50);
		ck_assert(state.active);
		if (in_time)
			peer_behind = false;
		else
			now += 50;
		step((struct role_event){.type = ROLE_TIMER});
		ck_assert(state.yielding);
	}

	/* What heals meanwhile moves nothing, and counts from anew. */
	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	peer_behind = true;
	datapath(true, false, false, 1);
	wait_ms(4000);
	datapath(true, true, false, 1);
	datapath(true, false, false, 1);
	wait_ms(PEER_DEAD + 50);
	ck_assert(state.active && state.waits);
}
END_TEST

/* feature: C22-030 */
START_TEST(a_proven_fault_moves_the_activity_at_once_and_never_to_a_node_that_is_no_better)
{
	struct role_event fault = {
	    .type = ROLE_DATAPATH,
	    .datapath = {.connected = 1, .active = 1, .heartbeats = 1, .policy = 1, .proven = 1, .term = 1}};
	struct role_peer both = peer_says(false, 1);

	begin_active(ROLE_MASTER);
	both.ready = 0;
	peer(both);
	step(fault);
	wait_ms(5000);
	ck_assert(state.active); /* the peer's is faulty too */
	peer(peer_says(false, 1));
	ck_assert(state.yielding);

	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	step(fault);
	ck_assert(state.yielding);
}
END_TEST

/* feature: C22-056 */
START_TEST(shutdown_hands_over_and_waits)
{
	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	command(ROLE_SHUTDOWN);
	ck_assert(!actions.finished);
	ck_assert(actions.activity.yielding);
	peer(peer_says(true, 2));
	ck_assert(actions.finished);
	ck_assert(!actions.activity.active);
	ck_assert(!actions.activity.ready);

	/* Nobody to take over: the datapath goes on alone, and the next clusterd adopts it. */
	begin_active(ROLE_MASTER);
	command(ROLE_SHUTDOWN);
	ck_assert(actions.finished);
	ck_assert(actions.activity.active);

	begin_following(ROLE_SLAVE, 1);
	command(ROLE_SHUTDOWN);
	ck_assert(actions.finished);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, deactivate_hands_over);
	tcase_add_test(tests, deactivate_is_taken_back_where_nobody_claims);
	tcase_add_test(tests, deactivate_is_refused_with_a_reason);
	tcase_add_test(tests, activate_asks_the_peer);
	tcase_add_test(tests, an_unhealthy_active_hands_over_where_it_can);
	tcase_add_test(tests, an_unhealthy_active_waits_for_a_peer_that_is_behind);
	tcase_add_test(tests,
	               a_proven_fault_moves_the_activity_at_once_and_never_to_a_node_that_is_no_better);
	tcase_add_test(tests, shutdown_hands_over_and_waits);
}

TEST_MAIN("cluster hand-over", add_tests)
