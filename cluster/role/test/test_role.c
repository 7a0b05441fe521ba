/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Who becomes active, and who yields, where nobody asked for it. */

#include "cluster/role/test/story.h"

#include <errno.h>

/* feature: C22-001 */
START_TEST(starts_inactive_and_listens)
{
	begin(ROLE_MASTER);
	datapath(false, true, false, 0);
	ck_assert(actions.set_activity);
	ck_assert(!actions.activity.active);
	ck_assert(actions.activity.ready);
	wait_ms(PEER_DEAD);
	ck_assert(!state.active);
	wait_ms(PEER_DEAD);
	ck_assert(state.active);
	ck_assert_uint_eq(state.term, 1);
}
END_TEST

/* feature: C22-001 */
START_TEST(needs_a_datapath_with_policy_and_health)
{
	begin(ROLE_MASTER);
	wait_ms(5000);
	ck_assert(!state.active);
	step((struct role_event){.type = ROLE_DATAPATH,
	                         .datapath = {.connected = 1, .healthy = 1, .heartbeats = 1, .policy = 0}});
	wait_ms(5000);
	ck_assert(!state.active);
	datapath(false, false, false, 0);
	wait_ms(1000);
	ck_assert(!state.active);
	datapath(false, true, false, 0);
	wait_ms(400);
	ck_assert(state.active);
}
END_TEST

/* Half a firewall is better than none, where nobody else is there. */
START_TEST(unhealthy_alone_becomes_active_late)
{
	begin(ROLE_SLAVE);
	datapath(false, false, false, 0);
	wait_ms(9 * PEER_DEAD);
	ck_assert(!state.active);
	wait_ms(3 * PEER_DEAD);
	ck_assert(state.active);
}
END_TEST

/* feature: C22-001 */
START_TEST(master_first_when_both_start)
{
	struct role_peer says = peer_says(false, 0);

	begin(ROLE_MASTER);
	datapath(false, true, false, 0);
	says.hears_peer = 0;
	peer(says);
	wait_ms(500);
	ck_assert(!state.active); /* a peer that does not hear us may be about to claim */
	says.hears_peer = 1;
	says.peer_instance = OWN - 1;
	peer(says);
	ck_assert(!state.active); /* it heard an earlier start of this node */
	says.peer_instance = OWN;
	peer(says);
	ck_assert(state.active);

	begin(ROLE_SLAVE);
	datapath(false, true, false, 0);
	peer(peer_says(false, 0));
	wait_ms(4 * PEER_DEAD);
	ck_assert(!state.active);
	wait_ms(2 * PEER_DEAD);
	ck_assert(state.active); /* a master that never claims does not hold the cluster up */
}
END_TEST

/* feature: C22-002 */
START_TEST(takes_over_from_a_dead_peer)
{
	begin_following(ROLE_SLAVE, 7);
	peer_silent();
	ck_assert(state.active);
	ck_assert(actions.set_activity);
	ck_assert_uint_eq(actions.activity.term, 8);
}
END_TEST

/* feature: C22-004 */
START_TEST(a_node_too_many_takes_over_from_nobody)
{
	struct role_peer says = peer_says(true, 7);

	says.peer_instance = OWN - 1;
	says.aside = ASIDE_YES;
	begin(ROLE_SLAVE);
	datapath(false, true, false, 0);
	peer(says);
	ck_assert(!actions.activity.ready);
	/* A hand-over is to the other node, and so is what a death leaves. */
	says.active = 0;
	says.yielding = 1;
	peer(says);
	wait_ms(20 * PEER_DEAD);
	peer_silent();
	wait_ms(20 * PEER_DEAD);
	ck_assert(!state.active);
	ck_assert_uint_eq(state.term, 7); /* nor was it for a moment */
	/* In the end the peer has no other. */
	says.alive = 1;
	says.aside = ASIDE_NO;
	says.peer_instance = OWN;
	peer(says);
	ck_assert(actions.activity.ready);
	peer_silent();
	wait_ms(2 * PEER_DEAD);
	ck_assert(state.active);

	/* It was alone until its cables were plugged in. */
	begin(ROLE_MASTER);
	datapath(false, true, false, 0);
	wait_ms(2 * PEER_DEAD);
	ck_assert(state.active);
	says = peer_says(false, 0);
	says.peer_instance = OWN - 1;
	says.aside = ASIDE_MAYBE;
	peer(says);
	ck_assert(state.active);
	says.aside = ASIDE_YES;
	peer(says);
	ck_assert(!state.active);
}
END_TEST

/* feature: C22-002 */
START_TEST(takes_over_where_the_active_restarts_within_peer_dead)
{
	struct role_peer says = peer_says(false, 7);

	begin_following(ROLE_SLAVE, 7);
	says.instance = PEER + 1;
	says.ready = 0;
	peer(says);
	ck_assert(state.active);
	ck_assert_uint_eq(state.term, 8);
}
END_TEST

/* feature: C22-003 */
START_TEST(no_fail_back)
{
	begin_following(ROLE_MASTER, 3);
	wait_ms(60000);
	ck_assert(!state.active);

	begin_active(ROLE_SLAVE);
	peer(peer_says(false, 0));
	wait_ms(60000);
	ck_assert(state.active);
	ck_assert_uint_eq(state.term, 1);
}
END_TEST

/* feature: C22-004 C22-064 */
START_TEST(of_two_active_exactly_one_yields)
{
	begin_active(ROLE_MASTER);
	peer(peer_says(true, state.term));
	ck_assert(state.active); /* equal terms: the slave yields */
	peer(peer_says(true, state.term + 1));
	ck_assert(!state.active);

	begin_active(ROLE_SLAVE);
	peer(peer_says(true, state.term - 1));
	ck_assert(state.active);
	peer(peer_says(true, state.term));
	ck_assert(!state.active);
}
END_TEST

/* feature: C22-004 */
START_TEST(yields_to_a_deaf_peer_in_the_end)
{
	struct role_peer says = peer_says(true, 0);

	begin_active(ROLE_MASTER);
	says.hears_peer = 0;
	peer(says);
	wait_ms(2 * PEER_DEAD);
	ck_assert(state.active);
	wait_ms(2 * PEER_DEAD);
	ck_assert(!state.active);
}
END_TEST

/* feature: C22-031 */
START_TEST(a_lost_sync_link_changes_nothing)
{
	begin_following(ROLE_SLAVE, 2);
	step((struct role_event){.type = ROLE_GROUP, .group_peer = 1});
	step((struct role_event){.type = ROLE_GROUP, .group_peer = 0});
	wait_ms(60000); /* heartbeats on a Critical interface keep it alive */
	ck_assert(!state.active);

	begin_active(ROLE_MASTER);
	peer(peer_says(false, 1));
	step((struct role_event){.type = ROLE_GROUP, .group_peer = 1});
	step((struct role_event){.type = ROLE_GROUP, .group_peer = 0});
	wait_ms(60000);
	ck_assert(state.active);
}
END_TEST

/* feature: C22-002 C22-031 */
START_TEST(membership_does_not_delay_a_takeover)
{
	begin_following(ROLE_SLAVE, 2);
	step((struct role_event){.type = ROLE_GROUP, .group_peer = 1});
	peer_silent(); /* Corosync's token still runs */
	ck_assert(state.active);
}
END_TEST

/* feature: C22-002 */
START_TEST(a_node_that_stood_still_asks_first)
{
	begin_active(ROLE_MASTER);
	now += 3000;
	step((struct role_event){.type = ROLE_TIMER});
	datapath(false, true, true, 1);
	ck_assert(!state.active);
	ck_assert(actions.set_activity);
	peer(peer_says(true, 2));
	wait_ms(5000);
	ck_assert(!state.active);

	/* Nobody took over: after listening it goes on. */
	begin_active(ROLE_MASTER);
	now += 3000;
	datapath(false, true, true, 1);
	datapath(false, true, false, 1);
	wait_ms(100);
	ck_assert(!state.active);
	wait_ms(300);
	ck_assert(state.active);
}
END_TEST

/* feature: C22-002 */
START_TEST(silence_during_an_own_pause_proves_nothing)
{
	begin_following(ROLE_SLAVE, 4);
	now += 1000;
	peer_silent();
	ck_assert(!state.active);
	wait_ms(100);
	peer(peer_says(true, 4));
	wait_ms(5000);
	ck_assert(!state.active);
}
END_TEST

/* feature: C22-002 C22-059 */
START_TEST(a_restarted_clusterd_adopts_its_datapath)
{
	begin(ROLE_SLAVE);
	datapath(true, true, false, 9);
	ck_assert(state.active);
	ck_assert(actions.set_activity);
	ck_assert(actions.activity.active);
	ck_assert_uint_eq(actions.activity.term, 9);
}
END_TEST

/* feature: C22-002 */
START_TEST(no_datapath_not_active)
{
	begin_active(ROLE_MASTER);
	datapath_gone();
	ck_assert(!state.active);
	datapath(false, true, false, 0);
	ck_assert(!state.active);
	ck_assert(actions.set_activity);
}
END_TEST

/* feature: C22-046 */
START_TEST(standalone_is_always_active)
{
	memset(&state, 0, sizeof(state));
	now = 5000;
	state.instance = OWN;
	datapath(false, true, false, 0);
	ck_assert(!actions.set_activity); /* before any configuration nothing is decided */
	step((struct role_event){.type = ROLE_CONFIGURE});
	ck_assert(actions.set_activity);
	ck_assert(actions.activity.active);
	ck_assert_uint_eq(actions.activity.term, 1);
	command(ROLE_DEACTIVATE);
	ck_assert_int_eq(actions.error, -ENOTSUP);
	step((struct role_event){
	    .type = ROLE_CONFIGURE,
	    .configuration = {.enabled = 1, .role = ROLE_SLAVE, .peer_dead_ms = PEER_DEAD}});
	ck_assert(!actions.activity.active);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, starts_inactive_and_listens);
	tcase_add_test(tests, needs_a_datapath_with_policy_and_health);
	tcase_add_test(tests, unhealthy_alone_becomes_active_late);
	tcase_add_test(tests, master_first_when_both_start);
	tcase_add_test(tests, takes_over_from_a_dead_peer);
	tcase_add_test(tests, a_node_too_many_takes_over_from_nobody);
	tcase_add_test(tests, takes_over_where_the_active_restarts_within_peer_dead);
	tcase_add_test(tests, no_fail_back);
	tcase_add_test(tests, of_two_active_exactly_one_yields);
	tcase_add_test(tests, yields_to_a_deaf_peer_in_the_end);
	tcase_add_test(tests, a_lost_sync_link_changes_nothing);
	tcase_add_test(tests, membership_does_not_delay_a_takeover);
	tcase_add_test(tests, a_node_that_stood_still_asks_first);
	tcase_add_test(tests, silence_during_an_own_pause_proves_nothing);
	tcase_add_test(tests, a_restarted_clusterd_adopts_its_datapath);
	tcase_add_test(tests, no_datapath_not_active);
	tcase_add_test(tests, standalone_is_always_active);
}

TEST_MAIN("cluster role", add_tests)
