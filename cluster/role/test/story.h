/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_ROLE_TEST_STORY_H
#define CLUSTER_ROLE_TEST_STORY_H

/* The role function of one node in the words of a story: what it hears, and how time passes. */

#include "cluster/role/role.h"
#include "lib/testing.h"

#include <string.h>

#define PEER_DEAD 200
#define OWN       11
#define PEER      22

static struct role_state state;
static struct role_actions actions;
static uint64_t now;
static bool peer_behind;

static inline void step(struct role_event event)
{
	event.now_ms = now;
	event.peer_behind = peer_behind;
	role_step(&state, &event, &actions);
}

static inline void wait_ms(unsigned milliseconds)
{
	for (uint64_t until = now + milliseconds; now < until;) {
		now += until - now < 50 ? until - now : 50;
		step((struct role_event){.type = ROLE_TIMER});
	}
}

static inline void datapath(bool active, bool healthy, bool stood_still, uint32_t term)
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

static inline void datapath_gone(void)
{
	step((struct role_event){.type = ROLE_DATAPATH});
}

static inline struct role_peer peer_says(bool active, uint32_t term)
{
	return (struct role_peer){.alive = 1,
	                          .active = active,
	                          .ready = 1,
	                          .hears_peer = 1,
	                          .term = term,
	                          .instance = PEER,
	                          .peer_instance = OWN};
}

static inline void peer(struct role_peer says)
{
	step((struct role_event){.type = ROLE_PEER, .peer = says});
}

static inline void peer_silent(void)
{
	struct role_peer says = state.peer;

	says.alive = 0;
	peer(says);
}

static inline void command(enum role_command what)
{
	step((struct role_event){.type = ROLE_COMMAND, .command = what});
}

static inline void begin(enum cluster_role role)
{
	memset(&state, 0, sizeof(state));
	peer_behind = false;
	now = 5000;
	state.instance = OWN;
	step((struct role_event){.type = ROLE_CONFIGURE,
	                         .configuration = {.enabled = 1, .role = role, .peer_dead_ms = PEER_DEAD}});
}

static inline void begin_active(enum cluster_role role)
{
	begin(role);
	datapath(false, true, false, 0);
	wait_ms(400);
	ck_assert(state.active);
	datapath(true, true, false, state.term);
}

static inline void begin_following(enum cluster_role role, uint32_t term)
{
	begin(role);
	datapath(false, true, false, 0);
	peer(peer_says(true, term));
	wait_ms(1000);
	ck_assert(!state.active);
}

#endif
