/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/role/role.h"

#include "cluster/role/rules.h"

#include <errno.h>
#include <string.h>

static uint64_t margin(const struct role_state *state)
{
	return (state->configuration.peer_dead_ms + 3) / 4;
}

void role_listen(struct role_state *state, uint64_t now)
{
	state->listen_until_ms = now + state->configuration.peer_dead_ms + margin(state);
}

void role_log(struct role_actions *actions, const char *line)
{
	if (actions->log_count < ROLE_LOG_MAX)
		actions->log[actions->log_count++] = line;
}

bool role_operational(const struct role_state *state)
{
	return state->datapath.connected && state->datapath.policy && state->datapath.heartbeats;
}

static void take_configuration(struct role_state *state, const struct role_event *event,
                               struct role_actions *actions)
{
	bool was_enabled = state->configured && state->configuration.enabled;
	bool was_standalone = state->configured && !state->configuration.enabled;

	state->configuration = event->configuration;
	state->configured = 1;
	if (!event->configuration.enabled) {
		if (was_enabled || !was_standalone)
			role_log(actions, "standalone: active");
		state->active = 1;
		state->yielding = 0;
		state->term = 1;
		return;
	}
	if (was_standalone) {
		/* A standalone node knows of no peer that may be active, so it starts as every node of a
		 * cluster does. */
		state->active = 0;
		state->adopt = 0;
		state->term = state->term_seen = 0;
	}
	if (!was_enabled)
		role_listen(state, event->now_ms);
}

static void take_datapath(struct role_state *state, const struct role_event *event,
                          struct role_actions *actions)
{
	bool connect = event->datapath.connected && !state->datapath.connected;
	bool stood_still =
	    event->datapath.stood_still && !event->datapath.active && !state->datapath.stood_still;

	state->datapath = event->datapath;
	if (connect) {
		state->adopt = 1;
		actions->set_activity = true;
	}
	if (event->datapath.term > state->term_seen)
		state->term_seen = event->datapath.term;
	if (!stood_still || !state->configured || !state->configuration.enabled)
		return;
	/* What this node believed of its peer is as old as its pause was long. */
	if (state->active)
		role_log(actions, "inactive: this node stood still for longer than PeerDead");
	state->active = 0;
	state->adopt = 0;
	state->followed = 0;
	role_listen(state, event->now_ms);
	actions->set_activity = true;
}

static void take_peer(struct role_state *state, const struct role_event *event, struct role_actions *actions)
{
	if (state->peer.alive && !event->peer.alive)
		role_log(actions, "peer is silent on every Sync and Critical interface");
	if (!state->peer.alive && event->peer.alive)
		role_log(actions, "peer is alive");
	/* A peer that is new, or newly ready, gets all the time to claim that any peer gets. */
	if (state->peer.alive != event->peer.alive || state->peer.instance != event->peer.instance ||
	    (event->peer.ready && !state->peer.ready))
		state->idle_since_ms = 0;
	state->peer = event->peer;
	if (event->peer.term > state->term_seen)
		state->term_seen = event->peer.term;
}

/* A datapath that is active already belongs to a clusterd that was restarted: its state goes on. */
static void adopt(struct role_state *state, struct role_actions *actions)
{
	if (!state->adopt || !state->configured || !state->configuration.enabled ||
	    !state->datapath.connected)
		return;
	state->adopt = 0;
	if (!state->datapath.active || !state->datapath.heartbeats || state->active)
		return;
	state->active = 1;
	state->yielding = 0;
	state->term = state->datapath.term;
	role_log(actions, "active: the datapath is, and goes on");
}

static void observe(struct role_state *state, const struct role_event *event)
{
	bool able = role_operational(state) && state->datapath.healthy;

	/*
	 * While this process was not running, what it knew went stale, and so may reports in its socket; nor
	 * did anyone hear it, so the peer may be about to claim.
	 */
	if (state->last_ms != 0 &&
	    event->now_ms - state->last_ms > 3 * (uint64_t)state->configuration.peer_dead_ms / 4) {
		role_listen(state, event->now_ms);
		state->stale_until_ms = state->listen_until_ms;
	}
	state->last_ms = event->now_ms;
	if (able && !state->able && !state->active)
		role_listen(state, event->now_ms);
	state->able = able;
	if (!state->active && state->term_seen > state->term)
		state->term = state->term_seen;
	if (!able || !state->peer.alive || state->active || event->now_ms < state->stale_until_ms)
		state->followed = 0;
	else if (state->peer.active)
		state->followed = 1;
	if (state->active || (state->peer.alive && state->peer.active) || !role_operational(state))
		state->idle_since_ms = 0;
	else if (state->idle_since_ms == 0)
		state->idle_since_ms = event->now_ms;
}

/* Fills actions->activity, and decides whether it is news. */
static void tell_datapath(struct role_state *state, struct role_actions *actions)
{
	struct message_activity wanted = {.active = state->active,
	                                  .ready = state->able && !state->shutting_down && !state->peer.aside,
	                                  .yielding = state->yielding,
	                                  .term = state->term,
	                                  .instance = state->instance};

	if (!state->configuration.enabled)
		wanted.ready = 1;
	if (memcmp(&wanted, &state->sent, sizeof(wanted)) != 0)
		actions->set_activity = true;
	if (!state->datapath.connected)
		actions->set_activity = false;
	if (actions->set_activity)
		state->sent = wanted;
	actions->activity = wanted;
}

static uint64_t earlier(uint64_t a, uint64_t b, uint64_t now)
{
	if (b <= now)
		return a;
	return a == 0 || b < a ? b : a;
}

static uint64_t next_deadline(const struct role_state *state, uint64_t now)
{
	uint64_t peer_dead = state->configuration.peer_dead_ms;
	uint64_t deadline = now + (peer_dead < 4 ? 1 : peer_dead / 4);

	if (!state->configuration.enabled)
		return 0;
	deadline = earlier(deadline, state->listen_until_ms, now);
	return earlier(deadline, state->yield_until_ms, now);
}

void role_step(struct role_state *state, const struct role_event *event, struct role_actions *actions)
{
	memset(actions, 0, sizeof(*actions));
	actions->text = "";
	state->peer_behind = event->peer_behind;
	switch (event->type) {
	case ROLE_CONFIGURE:
		take_configuration(state, event, actions);
		break;
	case ROLE_DATAPATH:
		take_datapath(state, event, actions);
		break;
	case ROLE_PEER:
		take_peer(state, event, actions);
		break;
	case ROLE_GROUP:
		state->group_peer = event->group_peer;
		break;
	case ROLE_COMMAND:
	case ROLE_TIMER:
		break;
	}
	if (!state->configured) {
		if (event->type == ROLE_COMMAND)
			role_command(state, event, actions);
		actions->set_activity = false;
		return;
	}
	if (state->configuration.enabled) {
		adopt(state, actions);
		observe(state, event);
		if (event->type == ROLE_COMMAND)
			role_command(state, event, actions);
		role_decide(state, event->now_ms, actions);
		observe(state, event);
	} else if (event->type == ROLE_COMMAND) {
		role_command(state, event, actions);
	}
	actions->finished = state->finished;
	tell_datapath(state, actions);
	actions->deadline_ms = next_deadline(state, event->now_ms);
}
