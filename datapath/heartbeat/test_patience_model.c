/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/test_patience_model.h"

#include <string.h>

#define INTERVAL      2
#define LEAST         (4 * INTERVAL)
#define MIDDLE        (6 * INTERVAL)
#define DEAD          (8 * INTERVAL)
#define DEAD_SMALL    (4 * INTERVAL) /* the other PeerDead that a node may be configured with */
#define INTERVAL_LONG (2 * INTERVAL) /* the interval beside DEAD, where nodes are configured */
#define DELAY         1              /* at most */
#define NOW           MODEL_NOW
#define CHANGES       2 /* of the configuration of either */
#define LONG_AGO      (DEAD + INTERVAL)

struct model model;

static const uint64_t values[] = {0, LEAST, MIDDLE};
#define VALUES 3

uint64_t model_judges_by(const struct world *world)
{
	uint64_t named = world->acknowledged;

	if (model.seed == SEED_NO_ECHO)
		named = world->current;
	/* As if heartbeats echoed the number of milliseconds and not the heartbeat that said it. */
	if (model.seed == SEED_VALUE_NAMES_IT && world->wish_of[named] == world->wish_of[world->current])
		named = world->current;
	return patience_judges_by(&world->judge, named);
}

static void set_fence(struct world *world)
{
	uint64_t stride, fence = patience_fence(&world->judged, NOW, &stride);

	if (model.seed == SEED_OWN_FENCE || (model.seed == SEED_GIVE_UP_AT_ONCE && world->judged.gave_up)) {
		fence = DEAD / 4 * 3;
		stride = DEAD / 4;
	}
	/* It only shortens the lease, and multiplies the states: left out where nothing that is late is lost. */
	if (model.seed == SEED_LATE_COUNTS_WHOLE || !model.any_loss)
		stride = DEAD;
	/* As beat_patience.c: nothing makes a lease that is over last longer. */
	if (!world->ask.since && lease_over(&world->lease, NOW, NOW))
		return;
	/* Beside each other, in ticks: the hertz of this clock would lose them. */
	world->lease.fence_ns = world->lease.fence_tsc = fence;
	world->lease.stride_ns = world->lease.stride_tsc = stride;
}

/* What the judged sends by. */
static uint64_t interval(const struct world *world)
{
	return patience_interval(&world->judged, NOW);
}

static bool forwards(const struct world *world)
{
	return !world->ask.since && !lease_over(&world->lease, NOW, NOW);
}

/* The numbers of answers: 1 for those to what asks, 2 for those behind the verdict. */
enum { ANSWER_NAMES_IT = 1, ANSWER_DEAD = 2, ANSWERS = 4 };

static struct heartbeat heartbeat_of(uint64_t answer)
{
	return (struct heartbeat){.instance = 1,
	                          .peer_instance = 1,
	                          .verdict = answer & ANSWER_DEAD ? 2 : 1,
	                          .acknowledged = answer & ANSWER_NAMES_IT};
}

/* What went out before belongs to another question. */
static void ask_anew(struct world *world)
{
	if (model.seed == SEED_NEW_QUESTION_OLD_ANSWER)
		return;
	world->heard_asks = 0;
	world->answer &= ANSWER_DEAD;
	for (uint64_t dead = 0; dead < ANSWERS; dead += ANSWER_DEAD) {
		if (world->answers >> (dead | ANSWER_NAMES_IT) & 1)
			world->answers =
			    (world->answers | 1u << dead) & ~(uint64_t)(1u << (dead | ANSWER_NAMES_IT));
	}
}

/* The judged, in the order in which beat.c does it: the clock is read, the frame goes out, the lease is renewed. */
static void send_one(const struct world *from, uint32_t parent)
{
	struct world world = *from;

	if (!world.preparing) {
		world.preparing = 1;
		world.prepared = NOW;
		if (model.seed == SEED_RENEW_BEFORE)
			lease_sent(&world.lease, true, NOW, NOW);
		keep(&world, parent, "is about to send");
		return;
	}
	if (world.on_way_there)
		return;
	world.preparing = 0;
	world.prepared = 0;
	world.on_time = NOW - world.lease.sent_ns <= interval(&world);
	world.way_age = 0;
	world.on_way_there = 1;
	world.on_way = patience_acknowledges(&world.judged, world.known);
	world.on_way_asks = world.ask.since;
	world.on_way_dead = world.judged.dead_ns;
	world.on_way_changes = world.changes[1];
	if (world.ask.since) {
		ask_sent(&world.ask, 1, from->prepared, from->prepared, world.lease.fence_ns / 2);
		if (world.ask.sent_ns != from->ask.sent_ns || !from->ask.sequence)
			ask_anew(&world);
	} else if (model.seed != SEED_RENEW_BEFORE && (forwards(&world) || model.seed == SEED_RENEW_LATE))
		lease_sent(&world.lease, true, from->prepared, from->prepared);
	world.since_sent = 0;
	keep(&world, parent, "sends");
}

static void note(const struct world *from, uint32_t parent)
{
	struct world world = *from;
	struct heartbeat last = heartbeat_of(from->answer);

	if (from->ask.since || (!forwards(from) && model.seed != SEED_NOTES_ALWAYS))
		return;
	ask_note(&world.ask, &last, 0);
	keep(&world, parent, "notes the verdict");
}

static void go_on(const struct world *from, uint32_t parent)
{
	struct world world = *from;
	struct heartbeat last = heartbeat_of(from->answer);
	uint64_t since = model.seed == SEED_COUNTS_FROM_ANSWER ? NOW : from->ask.sent_ns;

	if (model.seed == SEED_ANY_ANSWER)
		last.acknowledged = 1;
	if (model.seed == SEED_ANY_VERDICT)
		last.verdict = from->ask.verdict;
	if (!from->ask.since || ask_answer(&from->ask, &last, 1, 0) != ASK_NOT_MISSED)
		return;
	lease_begin(&world.lease, since, since);
	ask_end(&world.ask);
	keep(&world, parent, "goes on");
}

static void steps_of_asking(const struct world *from, uint32_t parent)
{
	struct world world;

	for (uint64_t answer = from->answer; answer < ANSWERS; answer++) {
		if (!(from->answers >> answer & 1))
			continue;
		world = *from;
		world.answer = answer;
		keep(&world, parent, answer & ANSWER_DEAD ? "hears of its death" : "hears an answer");
	}
	note(from, parent);
	go_on(from, parent);
	if (forwards(from) || from->ask.since || from->preparing || from->judged.gave_up)
		return;
	world = *from;
	/* Any number but 0. */
	ask_begin(&world.ask, 1);
	world.since_sent = INTERVAL;
	set_fence(&world);
	keep(&world, parent, "asks");
}

/* A heartbeat of the judge where nodes are configured: its wish, and which of the judged's configurations it has heard of. */
static uint64_t word_of(uint64_t wish, uint64_t changes)
{
	return 1u << (wish * (CHANGES + 1) + changes);
}

static void hear_words(const struct world *from, uint32_t parent)
{
	for (uint64_t wish = from->known; wish <= from->current; wish++) {
		for (uint64_t changes = from->known_changes; changes <= from->changes[1]; changes++) {
			struct world world = *from;

			if (!(from->words & word_of(wish, changes)))
				continue;
			world.known = wish;
			world.known_changes = changes;
			patience_obey(&world.judged, world.wish_of[wish]);
			/* Sequences begin at 1. */
			patience_hear_bound(&world.judged, 0, changes + 1);
			set_fence(&world);
			keep(&world, parent, "hears a heartbeat");
		}
	}
}

static void configure(const struct world *from, uint32_t parent, unsigned which)
{
	struct world world = *from;
	struct patience *patience = which ? &world.judged : &world.judge;
	bool raises = patience->dead_ns == DEAD_SMALL;

	if (from->changes[which] == (which ? CHANGES : 1))
		return;
	world.changes[which]++;
	patience_configure(patience, raises ? INTERVAL_LONG : INTERVAL, LEAST, raises ? DEAD : DEAD_SMALL,
	                   world.changes[which] + 1);
	if (model.seed == SEED_RAISE_AT_ONCE)
		patience->bound_ns = patience->dead_ns;
	if (which)
		set_fence(&world);
	keep(&world, parent, which ? "is configured" : "configures the judge");
}

static void hear_wishes(const struct world *from, uint32_t parent)
{
	struct world world;

	for (uint64_t wish = from->known + (from->judged.gave_up ? 0 : 1); wish <= from->current; wish++) {
		if (wish == 0)
			continue;
		world = *from;
		world.known = wish;
		patience_obey(&world.judged, world.wish_of[wish]);
		set_fence(&world);
		keep(&world, parent, "hears a wish");
	}
}

static void steps_of_judged(const struct world *from, uint32_t parent)
{
	struct world world;

	if (model.asks)
		steps_of_asking(from, parent);
	else if (!forwards(from) && !from->preparing)
		return;
	if (model.configured) {
		hear_words(from, parent);
		configure(from, parent, 1);
	} else {
		hear_wishes(from, parent);
	}
	if (!from->judged.gave_up && from->known && !from->ask.since) {
		world = *from;
		patience_give_up(&world.judged, NOW);
		set_fence(&world);
		keep(&world, parent, "gives up");
	}
	if (from->preparing || from->since_sent >= interval(from))
		send_one(from, parent);
}

static void steps_of_judge(const struct world *from, uint32_t parent)
{
	struct world world;

	if (from->on_way_there) {
		world = *from;
		world.on_way_there = world.lost = 0;
		world.acknowledged = world.on_way;
		world.heard = NOW;
		world.heard_asks = world.on_way_asks;
		if (model.configured) {
			world.heard_changes = world.on_way_changes;
			patience_hear_bound(&world.judge,
			                    model.seed == SEED_OWN_PEER_DEAD ? 0 : world.on_way_dead, 0);
		}
		keep(&world, parent, "a heartbeat arrives");
	}
	if (from->on_way_there &&
	    (from->on_way_asks || (!model.asks && !from->lost && (from->on_time || model.any_loss)))) {
		world = *from;
		world.on_way_there = 0;
		world.lost = !from->on_way_asks || from->lost;
		keep(&world, parent, "a heartbeat is lost");
	}
	for (unsigned i = 0; i < VALUES && from->current < model.wishes; i++) {
		if (values[i] == from->judge.wanted_ns || (model.asks && values[i] == MIDDLE) ||
		    (model.configured && values[i] == LEAST))
			continue;
		world = *from;
		world.current++;
		world.wish_of[world.current] = values[i];
		world.judge.wanted_ns = values[i];
		world.judge.wanted_since = world.current;
		keep(&world, parent,
		     values[i] == 0       ? "wants PeerDead"
		     : values[i] == LEAST ? "wants the least"
		                          : "wants more");
	}
}

static void steps_of_configured_judge(const struct world *from, uint32_t parent)
{
	struct world world = *from;

	world.words |= word_of(world.current, world.heard_changes);
	keep(&world, parent, "the judge sends");
	configure(from, parent, 0);
}

static void steps_of_answering(const struct world *from, uint32_t parent)
{
	struct world world = *from;

	world.answers |= 1u << (from->heard_asks * ANSWER_NAMES_IT + from->dead * ANSWER_DEAD);
	keep(&world, parent, "answers");
	if (from->dead || NOW - from->heard < model_judges_by(from))
		return;
	world = *from;
	world.dead = 1;
	keep(&world, parent, "judges");
}

static void age(uint64_t *time)
{
	if (*time && *time > NOW - LONG_AGO)
		--*time;
}

static void pass_time(const struct world *from, uint32_t parent)
{
	struct world world = *from;

	if (world.on_way_there && world.way_age++ >= DELAY)
		return;
	age(&world.heard);
	age(&world.lease.sent_ns);
	age(&world.lease.sent_tsc);
	age(&world.lease.base_ns);
	age(&world.lease.base_tsc);
	age(&world.judged.gave_up);
	age(&world.prepared);
	age(&world.ask.sent_ns);
	age(&world.ask.sent_tsc);
	if (world.since_sent < interval(&world))
		world.since_sent++;
	/* It sends each interval, or stands still and has no lease before long; and learns that the time is over. */
	set_fence(&world);
	keep(&world, parent, "time passes");
}

bool model_sound(const struct world *world)
{
	bool dead = model.asks ? world->dead : NOW - world->heard >= model_judges_by(world);

	return !dead || !forwards(world);
}

void model_begin(struct world *world)
{
	uint64_t interval_ns = model.configured ? INTERVAL_LONG : INTERVAL;

	memset(world, 0, sizeof(*world));
	patience_configure(&world->judge, interval_ns, LEAST, DEAD, 1);
	patience_configure(&world->judged, interval_ns, LEAST, DEAD, 1);
	patience_hear_bound(&world->judge, DEAD, 0);
	world->heard = NOW;
	lease_begin(&world->lease, NOW, NOW);
	world->lease.fence_ns = world->lease.fence_tsc = DEAD;
	set_fence(world);
	ask_note(&world->ask, &(struct heartbeat){.instance = 1, .peer_instance = 1, .verdict = 1}, 0);
}

void model_steps(const struct world *world, uint32_t parent)
{
	/* Judged; or without a lease: without asking, the end of this story. */
	if (!model.asks &&
	    (NOW - world->heard >= model_judges_by(world) || (!forwards(world) && !world->preparing)))
		return;
	steps_of_judged(world, parent);
	steps_of_judge(world, parent);
	if (model.asks)
		steps_of_answering(world, parent);
	if (model.configured)
		steps_of_configured_judge(world, parent);
	pass_time(world, parent);
}
