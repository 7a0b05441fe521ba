/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/role/rules.h"

#include <errno.h>

/*
 * How long nobody may be active before a node claims that would otherwise leave it to the other, in
 * PeerDeads. All different, so that two nodes that come to claim by these never do it at once.
 */
enum { IDLE_MASTER = 3, IDLE_SLAVE = 5, IDLE_UNHEALTHY_MASTER = 8, IDLE_UNHEALTHY_SLAVE = 10 };
/* A peer hears us within one PeerDead and we hear that it yielded within another, the rest is margin. */
enum { CONFLICT_PATIENCE = 3 };
enum { YIELD_PATIENCE = 3 };

static bool echoes(const struct role_state *state)
{
	return state->peer.hears_peer && state->peer.peer_instance == state->instance;
}

static bool peer_can_take_over(const struct role_state *state)
{
	const struct role_peer *peer = &state->peer;

	/* Its term shows that it has heard of this node's activity, and so follows it. */
	return peer->alive && !peer->active && peer->ready && !peer->yielding && echoes(state) &&
	       peer->term >= state->term;
}

static void claim(struct role_state *state, struct role_actions *actions, const char *reason)
{
	state->term = (state->term_seen > state->term ? state->term_seen : state->term);
	if (state->term < UINT32_MAX)
		state->term++;
	state->term_seen = state->term;
	state->active = 1;
	state->yielding = 0;
	state->followed = 0;
	state->waits = 0;
	state->yield_until_ms = state->conflict_since_ms = state->idle_since_ms = state->unhealthy_since_ms =
	    0;
	role_log(actions, reason);
}

static void step_down(struct role_state *state, uint64_t now, struct role_actions *actions,
                      const char *reason)
{
	state->active = 0;
	state->yielding = 0;
	state->waits = 0;
	state->conflict_since_ms = state->unhealthy_since_ms = 0;
	role_listen(state, now);
	role_log(actions, reason);
}

static void yield(struct role_state *state, uint64_t now, struct role_actions *actions, const char *reason)
{
	step_down(state, now, actions, reason);
	state->yielding = 1;
	state->yield_until_ms = now + YIELD_PATIENCE * (uint64_t)state->configuration.peer_dead_ms;
}

static bool elapsed(uint64_t since, uint64_t now, uint64_t duration)
{
	return since != 0 && now - since >= duration;
}

static void decide_conflict(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	const struct role_peer *peer = &state->peer;
	uint64_t peer_dead = state->configuration.peer_dead_ms;

	if (!peer->alive || !peer->active) {
		state->conflict_since_ms = 0;
		return;
	}
	if (peer->term > state->term) {
		step_down(state, now, actions, "inactive: the peer is active with a higher term");
	} else if (peer->term == state->term && state->configuration.role == ROLE_SLAVE) {
		step_down(state, now, actions,
		          "inactive: the peer is active with the same term, and the master");
	} else if (state->conflict_since_ms == 0) {
		state->conflict_since_ms = now;
		role_log(actions, "both nodes are active; the peer has to yield");
	} else if (elapsed(state->conflict_since_ms, now, CONFLICT_PATIENCE * peer_dead)) {
		/* It does not hear us, or nobody answers for it there: only the one that hears can end this.
		 */
		step_down(state, now, actions, "inactive: the peer is active and does not yield");
	}
}

/*
 * Flows by the other interfaces go on here, and those by the faulty one may stand still for a moment: a peer that does not know them
 * would end them all.
 */
static bool waits_for_peer(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	bool waits = state->peer_behind &&
	             !elapsed(state->unhealthy_since_ms, now, ROLE_TOLD_SECONDS * UINT64_C(1000));

	if (waits && !state->waits)
		role_log(actions, "the datapath is not healthy: yields when the peer has been told what this "
		                  "node holds, in 5 s at the latest");
	state->waits = waits;
	return waits;
}

static void decide_unhealthy_active(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	if (state->unhealthy_since_ms == 0)
		state->unhealthy_since_ms = now;
	/* A policy change may take a port down for a moment; and half a firewall is better than none. */
	if (!state->datapath.proven &&
	    !elapsed(state->unhealthy_since_ms, now, state->configuration.peer_dead_ms))
		return;
	if (peer_can_take_over(state) && !waits_for_peer(state, now, actions))
		yield(state, now, actions, "yielding: the datapath is not healthy");
}

static void decide_active(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	if (!role_operational(state)) {
		step_down(state, now, actions,
		          "inactive: the datapath is gone, or has no policy or no heartbeats");
		return;
	}
	if (state->peer.aside == ASIDE_YES)
		step_down(state, now, actions, "inactive: the peer has another living node of this role");
	else
		decide_conflict(state, now, actions);
	if (!state->active)
		return;
	if (!state->datapath.healthy) {
		decide_unhealthy_active(state, now, actions);
	} else {
		state->unhealthy_since_ms = 0;
		state->waits = 0;
	}
}

static void decide_yielding(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	if (state->peer.alive && state->peer.active) {
		state->yielding = 0;
		role_log(actions, "the peer has taken over");
	} else if (!role_operational(state)) {
		state->yielding = 0;
	} else if (!state->peer.alive && now >= state->listen_until_ms) {
		claim(state, actions, "active: the peer died before it took over");
	} else if (now >= state->yield_until_ms && now >= state->stale_until_ms) {
		claim(state, actions, "active: the peer did not take over in time");
	}
}

/* Nobody is active, and nobody was lately as far as this node knows: both have just started. */
static void decide_cold(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	bool master = state->configuration.role == ROLE_MASTER;
	bool yielding = state->peer.yielding; /* it waits for another to take over, and takes back */
	uint64_t patience =
	    (uint64_t)state->configuration.peer_dead_ms * (master && !yielding ? IDLE_MASTER : IDLE_SLAVE);

	if (now < state->listen_until_ms)
		return;
	if (master && !yielding && (echoes(state) || !state->peer.ready))
		claim(state, actions, "active: neither node was, and this is the master");
	else if (elapsed(state->idle_since_ms, now, patience))
		claim(state, actions, "active: neither node was, and the peer does not claim");
}

static void decide_unhealthy(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	bool master = state->configuration.role == ROLE_MASTER;
	uint64_t patience = (uint64_t)state->configuration.peer_dead_ms *
	                    (master ? IDLE_UNHEALTHY_MASTER : IDLE_UNHEALTHY_SLAVE);

	/* Of two that are not healthy and hear each other it is the master. */
	if (state->peer.alive && (state->peer.active || state->peer.ready || !master))
		return;
	if (now >= state->listen_until_ms && elapsed(state->idle_since_ms, now, patience))
		claim(state, actions, "active: not healthy, but no other node is there");
}

static void decide_inactive(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	const struct role_peer *peer = &state->peer;

	/* Whoever this node could take over from has another to do so. */
	if (!role_operational(state) || peer->aside)
		return;
	if (!state->able) {
		decide_unhealthy(state, now, actions);
		return;
	}
	if (!peer->alive) {
		if (now >= state->listen_until_ms)
			claim(state, actions, "active: no peer is alive");
		return;
	}
	if (peer->active)
		return;
	/* Only who followed the active node takes over from it at once: a latecomer could meet it taking
	 * back. */
	if (state->followed)
		claim(state, actions,
		      peer->yielding ? "active: the peer yields" : "active: the peer no longer is");
	else
		decide_cold(state, now, actions);
}

void role_decide(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	if (state->finished)
		return;
	if (state->active)
		decide_active(state, now, actions);
	else if (state->yielding)
		decide_yielding(state, now, actions);
	else if (!state->shutting_down)
		decide_inactive(state, now, actions);
	if (state->shutting_down && !state->yielding)
		state->finished = 1;
}

static void answer(struct role_actions *actions, int error, const char *text)
{
	actions->answered = true;
	actions->error = error;
	actions->text = text;
}

static void command_deactivate(struct role_state *state, uint64_t now, struct role_actions *actions)
{
	if (!state->active) {
		answer(actions, -EALREADY, "This node is already inactive.");
	} else if (!state->peer.alive) {
		answer(actions, -EHOSTDOWN,
		       "The HA cluster peer is not alive, so nobody could take over. Start it first.");
	} else if (state->peer.active) {
		answer(actions, -EBUSY,
		       "The HA cluster peer is active as well; this resolves itself. Try again.");
	} else if (!state->peer.ready) {
		answer(actions, -ENODEV,
		       "The HA cluster peer is alive but not ready to take over. Look at its log.");
	} else if (!peer_can_take_over(state)) {
		answer(
		    actions, -ENOLINK,
		    "The HA cluster peer does not hear this node, or not yet. Check the links or try again.");
	} else {
		answer(actions, 0, "");
		yield(state, now, actions, "yielding: deactivated by command");
	}
}

static void command_activate(struct role_state *state, struct role_actions *actions)
{
	if (state->active) {
		answer(actions, -EALREADY, "This node is already active.");
	} else if (!state->able) {
		answer(actions, -ENODEV,
		       "This node cannot become active: its datapath is not running, not configured or not "
		       "healthy.");
	} else if (!state->peer.alive) {
		answer(actions, -EAGAIN,
		       "The HA cluster peer is not alive; this node becomes active by itself.");
	} else if (!state->peer.active) {
		answer(actions, -EAGAIN,
		       "The HA cluster peer is not active either; a node becomes so by itself.");
	} else if (!state->group_peer) {
		answer(actions, -ENOLINK,
		       "The HA cluster peer cannot be asked: Corosync does not reach it. Use `ha "
		       "-deactivate` there.");
	} else {
		answer(actions, 0, "");
		actions->ask_peer = true;
	}
}

void role_command(struct role_state *state, const struct role_event *event, struct role_actions *actions)
{
	if (event->command == ROLE_SHUTDOWN) {
		state->shutting_down = 1;
		if (!state->configured || !state->configuration.enabled)
			state->finished = actions->finished = 1;
		else if (state->active && peer_can_take_over(state))
			yield(state, event->now_ms, actions, "yielding: shutting down");
		return;
	}
	if (!state->configured || !state->configuration.enabled) {
		answer(actions, -ENOTSUP, "This device is a standalone system (HA not configured).");
		return;
	}
	if (event->command == ROLE_ACTIVATE)
		command_activate(state, actions);
	else
		command_deactivate(state, event->now_ms, actions);
}
