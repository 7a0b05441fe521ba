/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/role/test/model.h"

#include <stdio.h>
#include <string.h>

static void step(struct model *model, unsigned n, struct role_event *event, enum model_seed seed)
{
	struct model_node *node = &model->nodes[n];
	struct role_actions actions;

	event->now_ms = MODEL_NOW;
	role_step(&node->clusterd, event, &actions);
	if (seed == MODEL_SEED_NO_LISTEN)
		node->clusterd.listen_until_ms = 0;
	/* The contract of MESSAGE_ACTIVITY_SET: after standing still only a new term makes it active again.
	 */
	if (actions.set_activity && node->datapath.running &&
	    !(node->datapath.stood_still && actions.activity.active &&
	      actions.activity.term <= node->datapath.term)) {
		node->datapath.active = actions.activity.active;
		node->datapath.ready = actions.activity.ready;
		node->datapath.yielding = actions.activity.yielding;
		node->datapath.term = actions.activity.term;
		node->datapath.instance = actions.activity.instance;
		node->datapath.stood_still = 0;
	}
	if (actions.ask_peer)
		model->nodes[1 - n].asked = 1;
}

static void start_clusterd(struct model *model, unsigned n, enum model_seed seed)
{
	struct model_node *node = &model->nodes[n];
	struct role_event event = {.type = ROLE_CONFIGURE};

	memset(&node->clusterd, 0, sizeof(node->clusterd));
	node->generation++;
	node->clusterd.instance = n * 64 + node->generation;
	node->connected = 0;
	event.configuration.enabled = 1;
	event.configuration.role = seed == MODEL_SEED_EQUAL_ROLES ? ROLE_MASTER : n;
	event.configuration.peer_dead_ms = MODEL_PEER_DEAD;
	step(model, n, &event, seed);
}

static void start_datapath(struct model_node *node)
{
	memset(&node->datapath, 0, sizeof(node->datapath));
	memset(&node->heard, 0, sizeof(node->heard));
	node->datapath.running = 1;
	node->datapath.healthy = 1;
	node->datapath.silence = MODEL_PEER_DEAD;
}

static bool direction_works(const struct model *model, unsigned sender)
{
	for (unsigned link = 0; link < MODEL_LINKS; link++)
		if (!model->link_down[link][sender])
			return true;
	return false;
}

static void apply_choice(struct model *model, const struct model_choice *choice, enum model_seed seed)
{
	struct model_node *node = &model->nodes[choice->node];
	bool works[2] = {direction_works(model, 0), direction_works(model, 1)};
	struct role_event command = {.type = ROLE_COMMAND};

	switch ((enum model_event)choice->event) {
	case MODEL_START:
		node->running = node->started_once = 1;
		node->hung = node->hung_ticks = node->asked = 0;
		start_datapath(node);
		start_clusterd(model, choice->node, seed);
		break;
	case MODEL_CRASH:
		node->running = node->hung = 0;
		memset(&node->datapath, 0, sizeof(node->datapath));
		memset(&node->clusterd, 0, sizeof(node->clusterd));
		break;
	case MODEL_HANG:
		node->hung = 1;
		node->hung_ticks = 0;
		model->settled = 0;
		break;
	case MODEL_RESUME:
		node->hung = 0;
		node->resumed = 1;
		model->settled = 0;
		break;
	case MODEL_CLUSTERD_RESTART:
		start_clusterd(model, choice->node, seed);
		break;
	case MODEL_DATAPATH_CRASH:
		memset(&node->datapath, 0, sizeof(node->datapath));
		break;
	case MODEL_DATAPATH_START:
		start_datapath(node);
		break;
	case MODEL_HEALTH:
		node->datapath.healthy = !node->datapath.healthy;
		node->datapath.proven = 0;
		break;
	case MODEL_FAULT:
		node->datapath.healthy = !node->datapath.healthy;
		node->datapath.proven = !node->datapath.healthy;
		break;
	case MODEL_DEACTIVATE:
	case MODEL_ACTIVATE:
		command.command = choice->event == MODEL_ACTIVATE ? ROLE_ACTIVATE : ROLE_DEACTIVATE;
		step(model, choice->node, &command, seed);
		break;
	case MODEL_TOGGLE_BOTH:
		model->link_down[choice->link][1] = !model->link_down[choice->link][1];
		model->link_down[choice->link][0] = model->link_down[choice->link][1];
		break;
	case MODEL_TOGGLE_SEND:
		model->link_down[choice->link][choice->node] = !model->link_down[choice->link][choice->node];
		break;
	default:
		break;
	}
	for (unsigned n = 0; n < 2; n++)
		if (works[n] != direction_works(model, n))
			model->settled = 0;
}

static bool sends(const struct model_node *node)
{
	return node->running && !node->hung && node->datapath.running;
}

static void exchange_heartbeats(struct model *model, const struct model_choice *choice, enum model_seed seed)
{
	struct role_peer sent[2];

	memset(sent, 0, sizeof(sent));
	for (unsigned n = 0; n < 2; n++) {
		struct model_node *node = &model->nodes[n];

		sent[n].instance = node->datapath.instance;
		sent[n].peer_instance = node->datapath.heard_instance;
		sent[n].term = node->datapath.term;
		sent[n].active = node->datapath.active;
		sent[n].ready = node->datapath.ready;
		sent[n].yielding = node->datapath.yielding;
		sent[n].hears_peer = node->datapath.silence < MODEL_PEER_DEAD;
	}
	for (unsigned n = 0; n < 2; n++) {
		struct model_node *node = &model->nodes[n], *from = &model->nodes[1 - n];
		bool lost = choice->lose & (1 << (1 - n));

		from->lost = lost ? from->lost + 1 : 0;
		if (!node->running || node->hung || !node->datapath.running)
			continue;
		if (sends(from) && direction_works(model, 1 - n) && !lost) {
			node->heard = sent[1 - n];
			node->datapath.heard_instance = sent[1 - n].instance;
			node->datapath.silence = 0;
			if (seed == MODEL_SEED_NO_ECHO) {
				node->heard.hears_peer = 1;
				node->heard.peer_instance = node->datapath.instance;
			}
		} else if (node->datapath.silence < MODEL_PEER_DEAD) {
			node->datapath.silence++;
		}
	}
}

static void fence(struct model_node *node, enum model_seed seed)
{
	if (node->hung && node->hung_ticks < MODEL_PEER_DEAD)
		node->hung_ticks++;
	if (!node->resumed || !node->datapath.running || node->hung_ticks < MODEL_PEER_DEAD)
		return;
	node->woke = 1;
	node->datapath.silence = node->datapath.silence == 0 ? 0 : MODEL_PEER_DEAD;
	if (seed == MODEL_SEED_NO_FENCE)
		return;
	node->datapath.stood_still = node->datapath.active;
	node->datapath.active = 0;
}

static void run_clusterd(struct model *model, unsigned n, enum model_seed seed)
{
	struct model_node *node = &model->nodes[n];
	struct role_event event;
	bool group = model->nodes[0].running && model->nodes[1].running && !model->link_down[0][0] &&
	             !model->link_down[0][1];

	if (node->resumed) {
		/* Its own timer is what it sees first, before the datapath's reports. */
		memset(&event, 0, sizeof(event));
		step(model, n, &event, seed);
	}
	memset(&event, 0, sizeof(event));
	event.type = ROLE_PEER;
	if (node->datapath.running) {
		event.peer = node->heard;
		event.peer.alive = node->datapath.silence < MODEL_PEER_DEAD;
	}
	step(model, n, &event, seed);
	memset(&event, 0, sizeof(event));
	event.type = ROLE_DATAPATH;
	if (node->datapath.running) {
		event.datapath.connected = event.datapath.policy = event.datapath.heartbeats = 1;
		event.datapath.active = node->datapath.active;
		event.datapath.healthy = node->datapath.healthy;
		event.datapath.proven = node->datapath.proven;
		event.datapath.stood_still = node->datapath.stood_still;
		event.datapath.term = node->datapath.term;
	}
	step(model, n, &event, seed);
	memset(&event, 0, sizeof(event));
	event.type = ROLE_GROUP;
	event.group_peer = group;
	step(model, n, &event, seed);
	if (node->asked && group) {
		memset(&event, 0, sizeof(event));
		event.type = ROLE_COMMAND;
		event.command = ROLE_PEER_ASKS;
		step(model, n, &event, seed);
	}
	node->asked = 0;
	node->resumed = 0;
}

static bool forwards(const struct model_node *node)
{
	return node->running && !node->hung && node->datapath.active;
}

static bool well(const struct model_node *node)
{
	return node->running && !node->hung && node->datapath.running && node->datapath.healthy;
}

static const char *check(struct model *model)
{
	bool active[2] = {forwards(&model->nodes[0]), forwards(&model->nodes[1])};
	uint8_t only = active[0] == active[1] ? 2 : active[1];

	for (unsigned n = 0; n < 2; n++) {
		struct model_node *node = &model->nodes[n];

		node->outage = well(node) && !active[0] && !active[1] ? node->outage + 1 : 0;
		if (node->outage > MODEL_OUTAGE)
			return "L: a node is well, and for too long no node is active";
		if (node->woke && active[0] && active[1])
			return "S: a node that stood still forwards before it has asked";
		node->woke = 0;
	}
	if (active[0] && active[1] && model->settled >= MODEL_SETTLE) {
		if (direction_works(model, 0) && direction_works(model, 1))
			return "S: two nodes are active though they hear each other";
		/* A deaf node that is not healthy claims by patience alone, and nobody can tell when. */
		for (unsigned n = 0; n < 2; n++)
			if (direction_works(model, 1 - n) &&
			    ((!model->was_active[n] && model->nodes[1 - n].datapath.healthy) ||
			     model->both > MODEL_SETTLE))
				return "S: two nodes are active and the one that hears the other let it "
				       "happen";
	}
	model->both = active[0] && active[1] && model->both <= MODEL_SETTLE ? model->both + 1 : model->both;
	if (!active[0] || !active[1])
		model->both = 0;
	model->was_active[0] = active[0];
	model->was_active[1] = active[1];
	for (unsigned n = 0; n < 2; n++)
		if (model->nodes[n].datapath.running && !model->nodes[n].datapath.healthy)
			model->undisturbed = 0; /* it is a cause, and lasts */
	if (direction_works(model, 0) != direction_works(model, 1))
		model->undisturbed = 0;
	if (model->undisturbed >= MODEL_SETTLE) {
		if (model->last_active != 2 && !active[model->last_active])
			return "F: the active node ceased to be active without a cause";
		model->last_active = only;
	} else {
		model->last_active = 2;
	}
	return NULL;
}

/* Moves a time one tick into the past; what is older than oldest is all the same. */
static void age(uint64_t *time, uint64_t oldest)
{
	if (*time == 0)
		return;
	*time = *time - 1 < oldest ? oldest : *time - 1;
}

static void pass_time(struct model *model)
{
	for (unsigned n = 0; n < 2; n++) {
		struct role_state *state = &model->nodes[n].clusterd;
		uint64_t long_ago = MODEL_NOW - 11 * MODEL_PEER_DEAD;

		age(&state->listen_until_ms, MODEL_NOW - 1);
		age(&state->yield_until_ms, MODEL_NOW - 1);
		age(&state->stale_until_ms, MODEL_NOW - 1);
		age(&state->last_ms, long_ago);
		age(&state->conflict_since_ms, long_ago);
		age(&state->idle_since_ms, long_ago);
		age(&state->unhealthy_since_ms, long_ago);
	}
	if (model->settled < MODEL_SETTLE)
		model->settled++;
	if (model->undisturbed < MODEL_SETTLE)
		model->undisturbed++;
}

void model_begin(struct model *model)
{
	memset(model, 0, sizeof(*model));
	model->last_active = 2;
	model->settled = MODEL_SETTLE;
}

static bool possible(const struct model *model, const struct model_choice *choice)
{
	const struct model_node *node = &model->nodes[choice->node];
	bool runs = node->running && !node->hung;

	switch ((enum model_event)choice->event) {
	case MODEL_NOTHING:
		return choice->node == 0 && choice->link == 0;
	case MODEL_START:
		return choice->link == 0 && !node->running;
	case MODEL_CRASH:
		return choice->link == 0 && node->running;
	case MODEL_HANG:
	case MODEL_CLUSTERD_RESTART:
		return choice->link == 0 && runs;
	case MODEL_RESUME:
		return choice->link == 0 && node->running && node->hung;
	case MODEL_DATAPATH_CRASH:
	case MODEL_HEALTH:
	case MODEL_FAULT:
		return choice->link == 0 && runs && node->datapath.running;
	case MODEL_DATAPATH_START:
		return choice->link == 0 && runs && !node->datapath.running;
	case MODEL_DEACTIVATE:
		return choice->link == 0 && runs && node->clusterd.active;
	case MODEL_ACTIVATE:
		return choice->link == 0 && runs && !node->clusterd.active;
	case MODEL_TOGGLE_BOTH:
		return choice->node == 0;
	case MODEL_TOGGLE_SEND:
		return true;
	default:
		return false;
	}
}

bool model_allows(const struct model *model, const struct model_choice *choice, unsigned disturbances,
                  unsigned losses)
{
	unsigned lost = (choice->lose & 1) + (choice->lose >> 1);
	bool free_event = choice->event == MODEL_NOTHING || choice->event == MODEL_RESUME ||
	                  (choice->event == MODEL_START && !model->nodes[choice->node].started_once);

	if (!possible(model, choice) || model->disturbances + (free_event ? 0u : 1u) > disturbances ||
	    model->losses + lost > losses)
		return false;
	for (unsigned n = 0; n < 2; n++)
		if (choice->lose & (1 << n) &&
		    (model->nodes[n].lost + 1 >= MODEL_PEER_DEAD || !sends(&model->nodes[n])))
			return false;
	return true;
}

const char *model_tick(struct model *model, const struct model_choice *choice, enum model_seed seed)
{
	bool free_event = choice->event == MODEL_NOTHING || choice->event == MODEL_RESUME ||
	                  (choice->event == MODEL_START && !model->nodes[choice->node].started_once);
	const char *broken;

	model->disturbances += !free_event;
	model->losses += (choice->lose & 1) + (choice->lose >> 1);
	if (choice->event != MODEL_NOTHING && choice->event != MODEL_START)
		model->undisturbed = 0;
	if (choice->event != MODEL_NOTHING)
		model->nodes[0].outage = model->nodes[1].outage = 0;
	apply_choice(model, choice, seed);
	exchange_heartbeats(model, choice, seed);
	for (unsigned n = 0; n < 2; n++)
		fence(&model->nodes[n], seed);
	for (unsigned n = 0; n < 2; n++)
		if (model->nodes[n].running && !model->nodes[n].hung)
			run_clusterd(model, n, seed);
	broken = check(model);
	pass_time(model);
	return broken;
}

void model_describe(const struct model *model, const struct model_choice *choice, char *line, size_t size)
{
	static const char *const names[] = {"",
	                                    "start",
	                                    "crash",
	                                    "hang",
	                                    "resume",
	                                    "clusterd restart",
	                                    "datapath crash",
	                                    "datapath start",
	                                    "health",
	                                    "fault",
	                                    "deactivate",
	                                    "activate",
	                                    "toggle one way",
	                                    "toggle cable"};
	char what[64] = "";

	if (choice->event >= MODEL_TOGGLE_SEND)
		snprintf(what, sizeof(what), "%s of %s, link %u", names[choice->event],
		         choice->node ? "slave" : "master", choice->link);
	else if (choice->event != MODEL_NOTHING)
		snprintf(what, sizeof(what), "%s %s", names[choice->event],
		         choice->node ? "slave" : "master");
	snprintf(line, size, "%-36s %s%s", what, choice->lose & 1 ? "[loss from master] " : "",
	         choice->lose & 2 ? "[loss from slave] " : "");
	for (unsigned n = 0; n < 2; n++) {
		const struct model_node *node = &model->nodes[n];
		size_t used = strlen(line);

		if (used >= size)
			return;
		snprintf(line + used, size - used, "| %s %s%s%s%s term %u hears %s ", n ? "slave" : "master",
		         !node->running          ? "down"
		         : node->hung            ? "hung"
		         : node->datapath.active ? "ACTIVE"
		                                 : "inactive",
		         node->datapath.ready ? " ready" : "", node->datapath.yielding ? " yielding" : "",
		         node->datapath.stood_still ? " stood-still" : "", node->datapath.term,
		         node->datapath.silence < MODEL_PEER_DEAD ? "yes" : "no");
	}
}
