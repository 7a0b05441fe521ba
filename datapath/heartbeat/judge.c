/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/judge.h"

#include <string.h>

static struct judge_interface *find(struct judge *judge, uint16_t id)
{
	for (unsigned i = 0; i < judge->interface_count; i++) {
		if (judge->interfaces[i].id == id)
			return &judge->interfaces[i];
	}
	return NULL;
}

void judge_configure(struct judge *judge, uint64_t peer_dead_ns, const struct judge_interface *interfaces,
                     unsigned count)
{
	struct judge old = *judge;

	judge->dead_ns = judge->peer_dead_ns = peer_dead_ns;
	judge->interface_count = count;
	for (unsigned i = 0; i < count; i++) {
		const struct judge_interface *before = find(&old, interfaces[i].id);

		judge->interfaces[i] = interfaces[i];
		if (before) {
			judge->interfaces[i].heard = before->heard;
			judge->interfaces[i].awaited = before->awaited;
			judge->interfaces[i].sequence = before->sequence;
			judge->interfaces[i].deaf = before->deaf;
			judge->interfaces[i].lateness = before->lateness;
		}
	}
}

static bool is_retired(const struct judge *judge, uint64_t instance)
{
	for (unsigned i = 0; i < JUDGE_RETIRED; i++) {
		if (judge->retired[i] == instance)
			return true;
	}
	return false;
}

static void new_instance(struct judge *judge)
{
	if (judge->last.instance) {
		judge->retired[judge->retired_next] = judge->last.instance;
		judge->retired_next = (judge->retired_next + 1) % JUDGE_RETIRED;
	}
	judge->last = (struct heartbeat){0};
	judge->others.since = judge->others.heard = 0;
	for (unsigned i = 0; i < judge->interface_count; i++) {
		judge->interfaces[i].sequence = 0;
		judge->interfaces[i].awaited = 0;
		lateness_restart(&judge->interfaces[i].lateness);
	}
}

static bool alive(const struct judge *judge, const struct judge_interface *interface, uint64_t now)
{
	uint64_t heard = interface->awaited > interface->heard ? interface->awaited : interface->heard;

	return heard != 0 && now < heard + judge->dead_ns;
}

static bool alive_anywhere(const struct judge *judge, uint64_t now)
{
	for (unsigned i = 0; i < judge->interface_count; i++) {
		if (alive(judge, &judge->interfaces[i], now))
			return true;
	}
	return false;
}

/*
 * Where the peer lives: heartbeats come by this interface too. It may be late where others are not, as workers are beside the Sync
 * interfaces' thread, and gets the time for it.
 */
static bool heard_here(const struct judge *judge, const struct judge_interface *interface, uint64_t now)
{
	uint64_t patience = LATENESS_GAPS * lateness_longest(&interface->lateness);

	if (patience > judge->peer_dead_ns)
		patience = judge->peer_dead_ns;
	return alive(judge, interface, now) || (interface->heard && now < interface->heard + patience);
}

static uint64_t last_heard(const struct judge *judge)
{
	uint64_t last = 0;

	for (unsigned i = 0; i < judge->interface_count; i++)
		last = judge->interfaces[i].heard > last ? judge->interfaces[i].heard : last;
	return last;
}

static bool is_copy(const struct judge_others *others, uint64_t instance)
{
	for (unsigned i = 0; i < JUDGE_COPIES; i++) {
		if (others->copies[i] == instance)
			return true;
	}
	return false;
}

/* The instance was heard beside the peer for long enough. */
static void note_copy(struct judge_others *others, uint64_t instance)
{
	others->copies[others->copies_next] = instance;
	others->copies_next = (others->copies_next + 1) % JUDGE_COPIES;
	others->since = others->heard = 0;
}

/* Of several in turn none may look as if it were there only now. */
static void note_other(struct judge *judge, uint64_t now)
{
	struct judge_others *others = &judge->others;

	if (!others->since || now - others->heard >= judge->peer_dead_ns)
		others->since = now;
	others->heard = now;
}

/* Whether another instance, which names this node's, takes the place of the peer, which lives as far as is known. */
static bool takes_place(struct judge *judge, struct judge_interface *heard, uint64_t instance, uint64_t now)
{
	uint64_t patience = judge->dead_ns / 2, last = last_heard(judge);
	struct judge_others *others = &judge->others;

	if (!is_copy(others, instance)) {
		note_other(judge, now);
		if (last >= others->since + patience)
			note_copy(others, instance);
	}
	if (is_copy(others, instance)) {
		judge->copies++;
		others->copy = instance;
		others->copy_heard = now;
		others->copy_interface = heard->id;
		return false;
	}
	if (now - last >= patience)
		return true;
	/* It fences itself by when it was heard last, whatever it called itself. */
	heard->awaited = now;
	return false;
}

bool judge_hear(struct judge *judge, uint16_t interface, const struct heartbeat *heartbeat,
                uint64_t own_instance, uint64_t now)
{
	struct judge_interface *heard = find(judge, interface);

	if (!heard || heartbeat->instance == 0 || is_retired(judge, heartbeat->instance))
		return false;
	if (heartbeat->instance != judge->last.instance) {
		bool fresh = own_instance != 0 && heartbeat->peer_instance == own_instance;
		bool living = alive_anywhere(judge, now);

		/* Else one recorded frame would put the living peer among the retired, and both nodes would be active. */
		if (living && (!fresh || !takes_place(judge, heard, heartbeat->instance, now)))
			return false;
		/* It waits for a peer that may only be late; when it does so no more it says so. */
		if (!living && heartbeat->aside)
			return false;
		new_instance(judge);
	}
	if (heartbeat->sequence <= heard->sequence)
		return false;
	/* That it was cut off or stood still is no measure of how late it is otherwise. */
	if (heard->heard && now - heard->heard >= judge->peer_dead_ns)
		lateness_restart(&heard->lateness);
	lateness_hear(&heard->lateness, now);
	heard->sequence = heartbeat->sequence;
	heard->heard = now;
	heard->deaf = heartbeat->deaf;
	/* Interfaces differ in delay: what was sent last is what the peer says now. */
	if (heartbeat->sequence > judge->last.sequence)
		judge->last = *heartbeat;
	return true;
}

bool judge_dies(const struct judge *judge, uint64_t before, uint64_t now)
{
	for (unsigned i = 0; i < judge->interface_count; i++) {
		if (alive(judge, &judge->interfaces[i], before) && !alive(judge, &judge->interfaces[i], now))
			return true;
	}
	return false;
}

void judge_excuse(struct judge *judge, uint64_t from, uint64_t until)
{
	for (unsigned i = 0; i < judge->interface_count; i++) {
		struct judge_interface *interface = &judge->interfaces[i];

		if (interface->heard && interface->heard <= from)
			interface->heard += until - from;
		if (interface->awaited && interface->awaited <= from)
			interface->awaited += until - from;
		lateness_excuse(&interface->lateness, from, until);
	}
	if (judge->others.since) {
		judge->others.since += until - from;
		judge->others.heard += until - from;
	}
}

/* When the peer was last heard at all it was alive on this interface. */
static bool was_alive(const struct judge *judge, const struct judge_interface *interface)
{
	return last_heard(judge) < interface->heard + judge->dead_ns;
}

bool judge_listened(const struct judge *judge, uint16_t interface)
{
	static const struct judge_interface never = {0};
	const struct judge_interface *found = &never;

	for (unsigned i = 0; i < judge->interface_count; i++)
		if (judge->interfaces[i].id == interface)
			found = &judge->interfaces[i];
	return was_alive(judge, found);
}

uint64_t judge_longest_gap(const struct judge *judge)
{
	uint64_t least = 0;

	for (unsigned i = 0; i < judge->interface_count; i++) {
		const struct judge_interface *interface = &judge->interfaces[i];
		uint64_t gap = was_alive(judge, interface) ? lateness_longest(&interface->lateness) : 0;

		if (gap && (!least || gap < least))
			least = gap;
	}
	return least;
}

enum judge_hearing judge_hearing(const struct message_heartbeat_report *report, unsigned index)
{
	uint64_t bit = 1ULL << index;

	if (!report->alive || report->last.link_lost)
		return JUDGE_HEARS_NOBODY;
	if (report->silent & bit)
		return JUDGE_HEARS_NOT;
	return report->unheard & bit ? JUDGE_NOT_HEARD : JUDGE_HEARS_BOTH;
}

void judge_report(const struct judge *judge, uint64_t now, struct message_heartbeat_report *out)
{
	const struct judge_others *others = &judge->others;

	*out = (struct message_heartbeat_report){
	    .forged = judge->forged, .copies = judge->copies, .last = judge->last};
	if (others->copy && others->copy != judge->last.instance &&
	    now < others->copy_heard + JUDGE_COPY_NS) {
		out->copy = others->copy;
		out->copy_interface = others->copy_interface;
	}
	out->interfaces_total = (uint8_t)judge->interface_count;
	out->alive = alive_anywhere(judge, now);
	for (unsigned i = 0; i < judge->interface_count; i++) {
		const struct judge_interface *interface = &judge->interfaces[i];
		bool heard = out->alive && heard_here(judge, interface, now);

		out->interfaces_alive += heard;
		/* Only interfaces with a device of their own have heartbeats. */
		if (i >= POLICY_PORTS_MAX)
			continue;
		out->silent |= (uint64_t)!heard << i;
		out->unheard |= (uint64_t)(heard && interface->deaf) << i;
	}
}

bool judge_report_differs(const struct message_heartbeat_report *a, const struct message_heartbeat_report *b)
{
	const struct heartbeat *x = &a->last, *y = &b->last;

	return a->alive != b->alive || a->patience_us != b->patience_us || a->silent != b->silent ||
	       a->unheard != b->unheard || a->copy != b->copy || a->aside != b->aside ||
	       x->link_lost != y->link_lost || a->interfaces_alive != b->interfaces_alive ||
	       a->interfaces_total != b->interfaces_total || x->active != y->active || x->ready != y->ready ||
	       x->yielding != y->yielding || x->hears_peer != y->hears_peer || x->term != y->term ||
	       x->instance != y->instance || x->peer_instance != y->peer_instance || x->role != y->role ||
	       x->cluster_id != y->cluster_id;
}
