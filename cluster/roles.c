/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/log.h"
#include "lib/log_event.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>

#define FINISH_LOOK_NS 2000000ULL

static void on_timer(void *data)
{
	struct role_event event = {.type = ROLE_TIMER};
	struct daemon *daemon = data;

	roles_event(daemon, &event);
}

static void set_timer(struct daemon *daemon, uint64_t now, uint64_t deadline)
{
	timer_stop(&daemon->role_timer);
	if (deadline)
		(void)timer_start(&daemon->role_timer, daemon->loop, QB_LOOP_HIGH,
		                  (deadline > now ? deadline - now : 0) * 1000000ULL, daemon, on_timer);
}

/* Activity moves because the node that has it wants that, and both work. */
static bool is_planned(const struct role_state *role, bool was_active)
{
	if (role->active == was_active)
		return false;
	return was_active ? role->yielding : role->peer.alive && role->peer.yielding && !role->peer.active;
}

/* A node that is shut down has handed over what it holds before it ends. */
static void finish(void *data)
{
	struct daemon *daemon = data;
	qb_loop_timer_handle timer;

	if (!replication_is_turning(&daemon->replication, clock_now_ms()) ||
	    qb_loop_timer_add(daemon->loop, QB_LOOP_LOW, FINISH_LOOK_NS, daemon, finish, &timer))
		qb_loop_stop(daemon->loop);
}

/* The rules say what happened in words of which the first ones are always the same. */
static enum log_event event_of(const char *line)
{
	static const struct {
		const char *beginning;
		enum log_event event;
	} kinds[] = {
	    {"active: ", LOG_EVENT_HA_ACTIVE},         {"standalone: active", LOG_EVENT_HA_ACTIVE},
	    {"inactive: ", LOG_EVENT_HA_INACTIVE},     {"the peer has taken over", LOG_EVENT_HA_INACTIVE},
	    {"yielding: ", LOG_EVENT_HA_YIELDING},     {"peer is alive", LOG_EVENT_HA_PEER_ALIVE},
	    {"peer is silent", LOG_EVENT_HA_PEER_DEAD}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strncmp(line, kinds[i].beginning, strlen(kinds[i].beginning)))
			return kinds[i].event;
	return LOG_EVENT_HA_STATE;
}

struct role_actions roles_event(struct daemon *daemon, struct role_event *event)
{
	bool was_active = daemon->role.active, planned;
	struct role_actions actions;

	event->now_ms = clock_now_ms();
	event->peer_behind = daemon->role.active && replication_gets_on(&daemon->replication, event->now_ms);
	role_step(&daemon->role, event, &actions);
	planned = is_planned(&daemon->role, was_active) &&
	          replication_can_turn(&daemon->replication, daemon->role.active);
	actions.activity.planned = planned;
	if (actions.set_activity)
		datapath_link_activity(daemon, &actions.activity);
	log_activity(daemon->role.active);
	for (unsigned i = 0; i < actions.log_count; i++)
		log_event(event_of(actions.log[i]), "%s (term %u)", actions.log[i], daemon->role.term);
	if (daemon->role.active != was_active) {
		daemon->active_since_ms = event->now_ms;
		replication_set_active(&daemon->replication, daemon->role.active, planned, event->now_ms);
	}
	if (actions.ask_peer && peer_link_send(daemon, GROUP_DEACTIVATE_REQUEST, NULL, 0, NULL, 0))
		qb_log(LOG_WARNING, "the peer cannot be asked to hand over now");
	if (actions.finished)
		finish(daemon);
	else
		set_timer(daemon, event->now_ms, actions.deadline_ms);
	return actions;
}

bool roles_peer_would_take_over(const struct daemon *daemon)
{
	const struct role_state *role = &daemon->role;

	return role->configured && role->configuration.enabled && role->active && role->peer.alive &&
	       role->peer.ready && !role->peer.active && !role->peer.yielding;
}

/* The peer is active, and would be asked to hand over. */
static bool would_ask(const struct daemon *daemon)
{
	const struct role_state *role = &daemon->role;

	return role->configured && role->configuration.enabled && !role->active && role->able &&
	       daemon->peer_member && role->peer.alive && role->peer.active;
}

/* Whatever else stands against a hand-over is the role function's to say. */
static bool loses_state(const struct daemon *daemon, enum role_command command)
{
	return (command == ROLE_ACTIVATE ? would_ask(daemon) : roles_peer_would_take_over(daemon)) &&
	       replication_gets_on(&daemon->replication, clock_now_ms());
}

static void refuse(const struct daemon *daemon, struct message_result *result)
{
	const struct replication *replication = &daemon->replication;

	result->error = -EBUSY;
	snprintf(result->text, sizeof(result->text),
	         "%s still being told what the active node holds (%u %%), and the rest would be lost. Try "
	         "again when `ha` shows no RE-SYNCING, or where this comes no further for %u s.",
	         daemon->role.active ? "The HA cluster peer is" : "This node is",
	         registry_percent(&replication->registry, replication->active),
	         REPLICATION_PROGRESS_MS / 1000);
}

void roles_command(struct daemon *daemon, enum role_command command, struct message_result *result)
{
	struct role_event event = {.type = ROLE_COMMAND, .command = command};
	struct role_actions actions;

	if (loses_state(daemon, command)) {
		refuse(daemon, result);
		return;
	}
	actions = roles_event(daemon, &event);
	result->error = actions.error;
	snprintf(result->text, sizeof(result->text), "%s", actions.text);
}
