/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One node judges the other by the patience that both know of, over every interleaving of what may happen to their heartbeats and
 * to themselves, breadth first, each state once. The rules are the real ones (patience.c, lease.c); a heartbeat interval is two
 * ticks. Checked in every state: whoever is judged dead forwards no more.
 *
 *   judge -> judged   any heartbeat ever sent may come at any time, once something newer has not: loss, delay and reordering
 *                     without bound
 *   judged -> judge   a heartbeat takes up to half an interval; any that was sent on time may be lost, no two in a row; with
 *                     "any" also those that were late
 *   both              may stand still at any moment, between any two steps of what they do, for any time
 *
 * What finds its lease over ends the story there. With "ask" it asks (ask.c), goes on where it was not missed, and so on without
 * end; the judge may be late to judge, and have heard by then whom it will call dead. To bound the states: "any" has one wish;
 * "ask" has one, of the least patience, and loses only heartbeats that ask, any of them.
 *
 * feature: C22-024
 */

#include "datapath/heartbeat/ask.h"
#include "datapath/heartbeat/lease.h"
#include "datapath/heartbeat/patience.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INTERVAL        2
#define LEAST           (4 * INTERVAL)
#define MIDDLE          (6 * INTERVAL)
#define DEAD            (8 * INTERVAL)
#define DELAY           1    /* at most */
#define NOW             1000 /* every tick is "now"; what lies back moves away from it */
#define WISHES          3    /* of the judge at most, each of them new to it */
#define WISHES_ANY_LOSS 1
#define WISHES_ASK      1
#define LONG_AGO        (DEAD + INTERVAL)

enum seed {
	SEED_NONE,
	SEED_VALUE_NAMES_IT,
	SEED_NO_ECHO,
	SEED_OWN_FENCE,
	SEED_RENEW_BEFORE,
	SEED_GIVE_UP_AT_ONCE,
	SEED_RENEW_LATE,
	SEED_LATE_COUNTS_WHOLE,
	SEED_ANY_ANSWER,
	SEED_ANY_VERDICT,
	SEED_COUNTS_FROM_ANSWER,
	SEED_NOTES_ALWAYS,
	SEED_NEW_QUESTION_OLD_ANSWER
};

static const uint64_t values[] = {0, LEAST, MIDDLE};
#define VALUES 3

struct world {
	struct patience judge, judged;
	struct lease lease;
	uint64_t wish_of[WISHES + 1]; /* by the wish's sequence */
	uint64_t current;             /* the judge's last wish */
	uint64_t known;               /* newest that the judged heard */
	uint64_t acknowledged;        /* by the last heartbeat that the judge heard */
	uint64_t heard;               /* when that was, 0: never */
	uint64_t on_way,
	    on_way_there; /* the acknowledgement of the heartbeat on its way, whether there is one */
	uint64_t way_age, on_time;
	uint64_t lost;       /* in a row */
	uint64_t since_sent; /* ticks, the judged: at INTERVAL it sends */
	uint64_t preparing;  /* the judged has read its clock and is about to send */
	uint64_t prepared;   /* when */
	struct ask ask;      /* it began at 1; what asks has the sequence 1, and all before it 0 */
	uint64_t on_way_asks,
	    heard_asks;   /* the heartbeat on its way, and what the judge heard last, have that sequence */
	uint64_t answers; /* bit n: was sent, and may come yet; see answer_of */
	uint64_t answer;  /* what the judged heard last */
	uint64_t dead;    /* the judge has counted it as that */
};

struct node {
	struct world world;
	uint32_t parent;
	char step[28];
};

static struct {
	struct node *nodes;
	uint32_t count, size;
	uint32_t *table; /* index + 1 by hash */
	uint32_t table_size;
	enum seed seed;
	bool any_loss, asks;
	uint64_t wishes; /* of the judge */
} all;

static uint64_t hash(const struct world *world)
{
	const uint64_t *words = (const uint64_t *)world;
	uint64_t value = 0x9e3779b97f4a7c15u;

	for (size_t i = 0; i < sizeof(*world) / 8; i++) {
		value = (value ^ words[i]) * 0xff51afd7ed558ccdu;
		value ^= value >> 32;
	}
	return value;
}

static void keep(const struct world *world, uint32_t parent, const char *step)
{
	uint32_t at = (uint32_t)hash(world) & (all.table_size - 1);

	for (; all.table[at]; at = (at + 1) & (all.table_size - 1)) {
		if (memcmp(&all.nodes[all.table[at] - 1].world, world, sizeof(*world)) == 0)
			return;
	}
	if (all.count == all.size) {
		fprintf(stderr, "more than %u states\n", all.size);
		exit(99);
	}
	all.nodes[all.count].world = *world;
	all.nodes[all.count].parent = parent;
	snprintf(all.nodes[all.count].step, sizeof(all.nodes[all.count].step), "%s", step);
	all.table[at] = ++all.count;
}

static uint64_t judges_by(const struct world *world)
{
	uint64_t named = world->acknowledged;

	if (all.seed == SEED_NO_ECHO)
		named = world->current;
	/* As if heartbeats echoed the number of milliseconds and not the heartbeat that said it. */
	if (all.seed == SEED_VALUE_NAMES_IT && world->wish_of[named] == world->wish_of[world->current])
		named = world->current;
	return patience_judges_by(&world->judge, named);
}

static void set_fence(struct world *world)
{
	uint64_t stride, fence = patience_fence(&world->judged, NOW, &stride);

	if (all.seed == SEED_OWN_FENCE || (all.seed == SEED_GIVE_UP_AT_ONCE && world->judged.gave_up)) {
		fence = DEAD / 4 * 3;
		stride = DEAD / 4;
	}
	/* It only shortens the lease, and multiplies the states: left out where nothing that is late is lost. */
	if (all.seed == SEED_LATE_COUNTS_WHOLE || !all.any_loss)
		stride = DEAD;
	/* As beat_patience.c: nothing makes a lease that is over last longer. */
	if (!world->ask.since && lease_over(&world->lease, NOW, NOW))
		return;
	/* Beside each other, in ticks: the hertz of this clock would lose them. */
	world->lease.fence_ns = world->lease.fence_tsc = fence;
	world->lease.stride_ns = world->lease.stride_tsc = stride;
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
	if (all.seed == SEED_NEW_QUESTION_OLD_ANSWER)
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
		if (all.seed == SEED_RENEW_BEFORE)
			lease_sent(&world.lease, true, NOW, NOW);
		keep(&world, parent, "is about to send");
		return;
	}
	if (world.on_way_there)
		return;
	world.preparing = 0;
	world.prepared = 0;
	world.on_time = NOW - world.lease.sent_ns <= INTERVAL;
	world.way_age = 0;
	world.on_way_there = 1;
	world.on_way = patience_acknowledges(&world.judged, world.known);
	world.on_way_asks = world.ask.since;
	if (world.ask.since) {
		ask_sent(&world.ask, 1, from->prepared, from->prepared, world.lease.fence_ns / 2);
		if (world.ask.sent_ns != from->ask.sent_ns || !from->ask.sequence)
			ask_anew(&world);
	} else if (all.seed != SEED_RENEW_BEFORE && (forwards(&world) || all.seed == SEED_RENEW_LATE))
		lease_sent(&world.lease, true, from->prepared, from->prepared);
	world.since_sent = 0;
	keep(&world, parent, "sends");
}

static void note(const struct world *from, uint32_t parent)
{
	struct world world = *from;
	struct heartbeat last = heartbeat_of(from->answer);

	if (from->ask.since || (!forwards(from) && all.seed != SEED_NOTES_ALWAYS))
		return;
	ask_note(&world.ask, &last, 0);
	keep(&world, parent, "notes the verdict");
}

static void go_on(const struct world *from, uint32_t parent)
{
	struct world world = *from;
	struct heartbeat last = heartbeat_of(from->answer);
	uint64_t since = all.seed == SEED_COUNTS_FROM_ANSWER ? NOW : from->ask.sent_ns;

	if (all.seed == SEED_ANY_ANSWER)
		last.acknowledged = 1;
	if (all.seed == SEED_ANY_VERDICT)
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

static void steps_of_judged(const struct world *from, uint32_t parent)
{
	struct world world;

	if (all.asks)
		steps_of_asking(from, parent);
	else if (!forwards(from) && !from->preparing)
		return;
	for (uint64_t wish = from->known + (from->judged.gave_up ? 0 : 1); wish <= from->current; wish++) {
		if (wish == 0)
			continue;
		world = *from;
		world.known = wish;
		patience_obey(&world.judged, world.wish_of[wish]);
		set_fence(&world);
		keep(&world, parent, "hears a wish");
	}
	if (!from->judged.gave_up && from->known && !from->ask.since) {
		world = *from;
		patience_give_up(&world.judged, NOW);
		set_fence(&world);
		keep(&world, parent, "gives up");
	}
	if (from->preparing || from->since_sent >= INTERVAL)
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
		keep(&world, parent, "a heartbeat arrives");
	}
	if (from->on_way_there &&
	    (from->on_way_asks || (!all.asks && !from->lost && (from->on_time || all.any_loss)))) {
		world = *from;
		world.on_way_there = 0;
		world.lost = !from->on_way_asks || from->lost;
		keep(&world, parent, "a heartbeat is lost");
	}
	for (unsigned i = 0; i < VALUES && from->current < all.wishes; i++) {
		if (values[i] == from->judge.wanted_ns || (all.asks && values[i] == MIDDLE))
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

static void steps_of_answering(const struct world *from, uint32_t parent)
{
	struct world world = *from;

	world.answers |= 1u << (from->heard_asks * ANSWER_NAMES_IT + from->dead * ANSWER_DEAD);
	keep(&world, parent, "answers");
	if (from->dead || NOW - from->heard < judges_by(from))
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
	if (world.since_sent < INTERVAL)
		world.since_sent++;
	/* It sends each interval, or stands still and has no lease before long; and learns that the time is over. */
	set_fence(&world);
	keep(&world, parent, "time passes");
}

static bool sound(const struct world *world)
{
	bool dead = all.asks ? world->dead : NOW - world->heard >= judges_by(world);

	return !dead || !forwards(world);
}

static void print_way(uint32_t index)
{
	uint32_t way[1000];
	unsigned length = 0;

	for (; index && length < 1000; index = all.nodes[index].parent)
		way[length++] = index;
	while (length-- > 0) {
		const struct world *world = &all.nodes[way[length]].world;

		printf("%-20s wish %" PRIu64 " (%" PRIu64 "), known %" PRIu64 ", acknowledged %" PRIu64
		       ", silent for %" PRIu64 " of %" PRIu64 ", last sent %" PRIu64 " ago, fence %" PRIu64
		       "\n",
		       all.nodes[way[length]].step, world->current, world->judge.wanted_ns, world->known,
		       world->acknowledged, world->heard ? NOW - world->heard : 0, judges_by(world),
		       NOW - world->lease.base_ns, world->lease.fence_ns);
	}
}

static bool explore(void)
{
	struct world begin;

	memset(&begin, 0, sizeof(begin));
	patience_configure(&begin.judge, INTERVAL, LEAST, DEAD);
	patience_configure(&begin.judged, INTERVAL, LEAST, DEAD);
	/* Both have just heard of each other. */
	begin.heard = NOW;
	lease_begin(&begin.lease, NOW, NOW);
	begin.lease.fence_ns = begin.lease.fence_tsc = DEAD;
	set_fence(&begin);
	ask_note(&begin.ask, &(struct heartbeat){.instance = 1, .peer_instance = 1, .verdict = 1}, 0);
	keep(&begin, 0, "begins");
	for (uint32_t i = 0; i < all.count; i++) {
		struct world world = all.nodes[i].world;

		if (!sound(&world)) {
			print_way(i);
			return false;
		}
		/* Judged; or without a lease: without asking, the end of this story. */
		if (!all.asks &&
		    (NOW - world.heard >= judges_by(&world) || (!forwards(&world) && !world.preparing)))
			continue;
		steps_of_judged(&world, i);
		steps_of_judge(&world, i);
		if (all.asks)
			steps_of_answering(&world, i);
		pass_time(&world, i);
	}
	return true;
}

int main(int count, char **arguments)
{
	bool result;

	all.any_loss = count > 1 && strcmp(arguments[1], "any") == 0;
	all.asks = count > 1 && strcmp(arguments[1], "ask") == 0;
	all.wishes = all.any_loss ? WISHES_ANY_LOSS : all.asks ? WISHES_ASK : WISHES;
	all.seed = count > 2 ? (enum seed)strtoul(arguments[2], NULL, 10) : SEED_NONE;
	all.size = 4u << 20;
	all.table_size = 1u << 23;
	all.nodes = calloc(all.size, sizeof(*all.nodes));
	all.table = calloc(all.table_size, sizeof(*all.table));
	if (!all.nodes || !all.table)
		return 99;
	result = explore();
	printf("%u states: %s\n", all.count, result ? "sound, all there are" : "BROKEN");
	free(all.nodes);
	free(all.table);
	return result == (all.seed == SEED_NONE) ? EXIT_SUCCESS : EXIT_FAILURE;
}
