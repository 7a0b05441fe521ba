/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The role function of one node, by the story: what it hears, and what it becomes. */

#include "cluster/role/role.h"
#include "lib/testing.h"

#include <errno.h>
#include <string.h>

#define PEER_DEAD 200
#define OWN       11
#define PEER      22

static struct role_state state;
static struct role_actions actions;
static uint64_t now;

static void step(struct role_event event)
{
	event.now_ms = now;
	role_step(&state, &event, &actions);
}

static void wait_ms(unsigned milliseconds)
{
	for (uint64_t until = now + milliseconds; now < until;) {
		now += until - now < 50 ? until - now : 50;
		step((struct role_event){.type = ROLE_TIMER});
	}
}

static void datapath(bool active, bool healthy, bool stood_still, uint32_t term)
{
	step((struct role_event){.type = ROLE_DATAPATH,
	                         .datapath = {.connected = 1,
	                                      .active = active,
	                                      .healthy = healthy,
	                                      .stood_still = stood_still,
	                                      .heartbeats = 1,
	                                      .policy = 1,
	                                      .term = term}});
}

static void datapath_gone(void)
{
	step((struct role_event){.type = ROLE_DATAPATH});
}

static struct role_peer peer_says(bool active, uint32_t term)
{
	return (struct role_peer){.alive = 1,
	                          .active = active,
	                          .ready = 1,
	                          .hears_peer = 1,
	                          .term = term,
	                          .instance = PEER,
	                          .peer_instance = OWN};
}

static void peer(struct role_peer says)
{
	step((struct role_event){.type = ROLE_PEER, .peer = says});
}

static void peer_silent(void)
{
	struct role_peer says = state.peer;

	says.alive = 0;
	peer(says);
}

static void command(enum role_command what)
{
	step((struct role_event){.type = ROLE_COMMAND, .command = what});
}

static void begin(enum cluster_role role)
{
	memset(&state, 0, sizeof(state));
	now = 5000;
	state.instance = OWN;
	step((struct role_event){.type = ROLE_CONFIGURE,
	                         .configuration = {.enabled = 1, .role = role, .peer_dead_ms = PEER_DEAD}});
}

static void begin_active(enum cluster_role role)
{
	begin(role);
	datapath(false, true, false, 0);
	wait_ms(400);
	ck_assert(state.active);
	datapath(true, true, false, state.term);
}

static void begin_following(enum cluster_role role, uint32_t term)
{
	begin(role);
	datapath(false, true, false, 0);
	peer(peer_says(true, term));
	wait_ms(1000);
	ck_assert(!state.active);
}

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
	tcase_add_test(tests, starts_inactive_and_listens);
	tcase_add_test(tests, needs_a_datapath_with_policy_and_health);
	tcase_add_test(tests, unhealthy_alone_becomes_active_late);
	tcase_add_test(tests, master_first_when_both_start);
	tcase_add_test(tests, takes_over_from_a_dead_peer);
	tcase_add_test(tests, takes_over_where_the_active_restarts_within_peer_dead);
	tcase_add_test(tests, no_fail_back);
	tcase_add_test(tests, of_two_active_exactly_one_yields);
	tcase_add_test(tests, yields_to_a_deaf_peer_in_the_end);
	tcase_add_test(tests, a_lost_sync_link_changes_nothing);
	tcase_add_test(tests, membership_does_not_delay_a_takeover);
	tcase_add_test(tests, deactivate_hands_over);
	tcase_add_test(tests, deactivate_is_taken_back_where_nobody_claims);
	tcase_add_test(tests, deactivate_is_refused_with_a_reason);
	tcase_add_test(tests, activate_asks_the_peer);
	tcase_add_test(tests, a_node_that_stood_still_asks_first);
	tcase_add_test(tests, silence_during_an_own_pause_proves_nothing);
	tcase_add_test(tests, a_restarted_clusterd_adopts_its_datapath);
	tcase_add_test(tests, no_datapath_not_active);
	tcase_add_test(tests, an_unhealthy_active_hands_over_where_it_can);
	tcase_add_test(tests,
	               a_proven_fault_moves_the_activity_at_once_and_never_to_a_node_that_is_no_better);
	tcase_add_test(tests, standalone_is_always_active);
	tcase_add_test(tests, shutdown_hands_over_and_waits);
}

TEST_MAIN("cluster role", add_tests)
