/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/watch/table.h"

#include "datapath/flow/flow.h"
#include "lib/messages/capture.h"

#include <errno.h>
#include <rte_cycles.h>
#include <stdio.h>

#define NODES_MAX 128

uint64_t watch_flag;
int watch_field;

/* What nodes do by themselves, by their ids, which all graphs share. */
static rte_node_process_t originals[NODES_MAX];

int watch_prepare(struct rte_graph *graph)
{
	static const struct rte_mbuf_dynflag flag = {.name = "hadrian_watched"};
	static const struct rte_mbuf_dynfield field = {
	    .name = "hadrian_watched_by", .size = sizeof(uint16_t), .align = sizeof(uint16_t)};
	struct rte_node *node;
	rte_graph_off_t offset;
	rte_node_t number;
	int bit;

	if (watch_flag)
		return 0;
	rte_graph_foreach_node(number, offset, graph, node)
	{
		if (node->id >= NODES_MAX)
			return -ENOSPC;
		originals[node->id] = node->process;
	}
	watch_field = rte_mbuf_dynfield_register(&field);
	bit = watch_field < 0 ? -1 : rte_mbuf_dynflag_register(&flag);
	if (bit < 0)
		return -rte_errno;
	watch_flag = 1ULL << bit;
	return 0;
}

/* --- which watches want a packet, as bits of slots
 * ----------------------------------------------------------------------- */

static bool has_token(struct watch *watch, const struct worker_state *state)
{
	unsigned worker = state->worker->index;
	uint32_t passed = state->now - watch->of[worker].tick;

	if (passed) {
		uint64_t more = (uint64_t)passed * watch->rate / FLOW_TICKS_PER_SECOND + 1;

		watch->of[worker].tick = state->now;
		watch->of[worker].tokens =
		    (uint32_t)RTE_MIN(watch->of[worker].tokens + more, (uint64_t)watch->rate);
	}
	if (!watch->of[worker].tokens) {
		watch->of[worker].left_out++;
		return false;
	}
	watch->of[worker].tokens--;
	return true;
}

/* A packet that enters is followed by the first watch that wants it. */
static void mark(const struct worker_state *state, const struct rte_node *node, struct rte_mbuf *mbuf)
{
	bool frame = watch_has_frames(node);
	uint16_t interface;

	if (mbuf->ol_flags & watch_flag)
		return;
	interface = frame ? watch_interface(state, mbuf) : POLICY_INTERFACE_CORE;
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++) {
		struct watch *watch = state->watches->slot[slot];
		uint32_t packet;

		if (!watch || watch->kind != WATCH_PACKETS ||
		    atomic_load_explicit(&watch->packets, memory_order_relaxed) >= watch->packets_max ||
		    !watch_wants(&watch->filter, mbuf, frame, interface) || !has_token(watch, state))
			continue;
		packet = atomic_fetch_add_explicit(&watch->packets, 1, memory_order_relaxed) + 1;
		if (packet > watch->packets_max)
			continue;
		mbuf->ol_flags |= watch_flag;
		*watch_trace(mbuf) = WATCH_TRACE(slot, packet);
		return;
	}
}

static uint32_t rules_that_want(const struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct flow_ends ends;
	uint32_t wanted = 0;
	uint16_t length;
	uint8_t facts = 0;

	if (parsed_of(mbuf)->key.interface == POLICY_INTERFACE_CORE)
		return 0;
	watch_read(mbuf, false, &ends, &length, &facts);
	ends.interface[0] = parsed_of(mbuf)->key.interface;
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++) {
		struct watch *watch = state->watches->slot[slot];

		if (watch && watch->kind == WATCH_RULES && flow_filter_matches(&watch->filter, &ends) &&
		    has_token(watch, state))
			wanted |= 1u << slot;
	}
	return wanted;
}

static uint32_t wanted_by(const struct worker_state *state, bool setup, struct rte_mbuf *mbuf)
{
	uint32_t wanted = 0;

	if (mbuf->ol_flags & watch_flag) {
		unsigned slot = WATCH_SLOT(*watch_trace(mbuf));

		wanted = state->watches->slot[slot] ? 1u << slot : 0;
	}
	if (setup && state->watches->rules)
		wanted |= rules_that_want(state, mbuf);
	return wanted;
}

/* --- one packet through one node
 * ----------------------------------------------------------------------------------------- */

/* The original function on some packets of the vector, as if they had come alone. */
static void pass(struct rte_graph *graph, struct rte_node *node, void **packets, uint16_t number)
{
	if (!number)
		return;
	if (node->size < number)
		__rte_node_stream_alloc_size(graph, node, number);
	memcpy(node->objs, packets, number * sizeof(*packets));
	node->idx = number;
	originals[node->id](graph, node, node->objs, number);
	node->idx = 0;
}

static void tell(const struct worker_state *state, uint32_t wanted, uint16_t trace, struct watch_event *event)
{
	struct capture_ring *ring = state->watches->worker[state->worker->index].ring;

	for (; wanted; wanted &= wanted - 1) {
		unsigned slot = (unsigned)__builtin_ctz(wanted);
		struct watch *watch = state->watches->slot[slot];
		struct capture_record *record = capture_ring_reserve(ring, sizeof(*event));

		if (!record) {
			watch->of[state->worker->index].left_out++;
			continue;
		}
		event->id = watch->id;
		event->packet = watch->kind == WATCH_RULES ? 0 : WATCH_PACKET(trace);
		*record = (struct capture_record){.id = watch->id,
		                                  .length = sizeof(*event),
		                                  .captured = sizeof(*event),
		                                  .time_us = rte_rdtsc()};
		memcpy(record + 1, event, sizeof(*event));
		capture_ring_commit(ring);
	}
	control_wake();
}

/* What was counted meanwhile under "drop/..." is why the packet went no further. */
static void find_drop(const struct counters *before, const struct counters *after, char drop[32])
{
	for (unsigned counter = 0; counter < COUNTER_COUNT; counter++) {
		const char *name = counter_name((enum counter)counter);

		if (after->value[counter] != before->value[counter] && !strncmp(name, "drop/", 5))
			snprintf(drop, 32, "%s", name + 5);
	}
}

static void pass_watched(struct rte_graph *graph, struct rte_node *node, struct rte_mbuf *mbuf,
                         uint32_t wanted)
{
	struct worker_state *state = node_state(node);
	struct counters before = state->worker->counters;
	struct watch_event event = {.rule = WATCH_NO_RULE, .worker = (uint8_t)state->worker->index};
	bool setup = !strcmp(node->name, "flow_setup"), last = node->nb_edges == 0;
	uint16_t trace = *watch_trace(mbuf);
	void *packet = mbuf;

	snprintf(event.node, sizeof(event.node), "%.23s", node->name);
	watch_read(mbuf, watch_has_frames(node), &event.ends, &event.length, &event.facts);
	if (setup)
		watch_explain(state, mbuf, &event);
	/* Behind such a node the packet is somebody else's, or gone. */
	if (last)
		watch_describe_after(state, node, mbuf, &event);
	pass(graph, node, &packet, 1);
	find_drop(&before, &state->worker->counters, event.drop);
	if (!last)
		watch_describe_after(state, node, mbuf, &event);
	/* An earlier packet of the flow has asked already. */
	if (setup && !(event.facts & WATCH_DECIDED))
		wanted &= mbuf->ol_flags & watch_flag ? 1u << WATCH_SLOT(trace) : 0;
	tell(state, wanted, trace, &event);
}

static uint16_t watched(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	void **packets = state->watches->worker[state->worker->index].packets;
	bool setup = !strcmp(node->name, "flow_setup");
	uint16_t passed = 0;

	/* The node's own room is what each part of the vector is put into. */
	memcpy(packets, objects, number * sizeof(*packets));
	for (uint16_t i = 0; i < number; i++) {
		uint32_t wanted;

		if (watch_is_entrance(node))
			mark(state, node, packets[i]);
		wanted = wanted_by(state, setup, packets[i]);
		if (!wanted)
			continue;
		pass(graph, node, &packets[passed], i - passed);
		pass_watched(graph, node, packets[i], wanted);
		passed = i + 1;
	}
	pass(graph, node, &packets[passed], number - passed);
	return number;
}

void watch_switch(struct worker_state *state)
{
	const struct watch_table *table = state->watches;
	struct rte_graph *graph = state->worker->graph;
	struct rte_node *node;
	rte_graph_off_t offset;
	rte_node_t number;

	state->watch_serial = table ? table->serial : 0;
	rte_graph_foreach_node(number, offset, graph, node)
	{
		bool wanted =
		    table && (table->packets || (table->rules && !strcmp(node->name, "flow_setup")));

		/* The source of the graph has no packets that came from another node. */
		if (strcmp(node->name, "receive") != 0)
			node->process = wanted ? watched : originals[node->id];
	}
}
