/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One node judges the other by the patience that both know of, over every interleaving of what may happen to their heartbeats and
 * to themselves, breadth first, each state once. The rules are the real ones (patience.c, lease.c); a heartbeat interval is two
 * ticks. Checked in every state: whoever is judged dead forwards no more.
 *
 *   judge -> judged   any heartbeat ever sent may come at any time, once something newer has not: loss, delay and reordering
 *                     without bound
 *   judged -> judge   a heartbeat takes up to half an interval; any that was sent on time may be lost, no two in a row; with
 *                     "any" and fewer wishes also those that were late
 *   both              may stand still at any moment, between any two steps of what they do, for any time
 *
 * feature: C22-024
 */

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
#define LONG_AGO        (DEAD + INTERVAL)

enum seed {
	SEED_NONE,
	SEED_VALUE_NAMES_IT,
	SEED_NO_ECHO,
	SEED_OWN_FENCE,
	SEED_RENEW_BEFORE,
	SEED_GIVE_UP_AT_ONCE,
	SEED_RENEW_LATE,
	SEED_LATE_COUNTS_WHOLE
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
	bool any_loss;
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
	/* Beside each other, in ticks: the hertz of this clock would lose them. */
	world->lease.fence_ns = world->lease.fence_tsc = fence;
	world->lease.stride_ns = world->lease.stride_tsc = stride;
}

static bool forwards(const struct world *world)
{
	return !lease_over(&world->lease, NOW, NOW);
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
	if (all.seed != SEED_RENEW_BEFORE && (forwards(&world) || all.seed == SEED_RENEW_LATE))
		lease_sent(&world.lease, true, from->prepared, from->prepared);
	world.since_sent = 0;
	keep(&world, parent, "sends");
}

static void steps_of_judged(const struct world *from, uint32_t parent)
{
	struct world world;

	/* What finds its lease over forwards nothing until it was judged anew: the end of this story. */
	if (!forwards(from) && !from->preparing)
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
	if (!from->judged.gave_up && from->known) {
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
		keep(&world, parent, "a heartbeat arrives");
	}
	if (from->on_way_there && !from->lost && (from->on_time || all.any_loss)) {
		world = *from;
		world.on_way_there = 0;
		world.lost = 1;
		keep(&world, parent, "a heartbeat is lost");
	}
	for (unsigned i = 0; i < VALUES && from->current < all.wishes; i++) {
		if (values[i] == from->judge.wanted_ns)
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
	if (world.since_sent < INTERVAL)
		world.since_sent++;
	/* It sends each interval, or stands still and has no lease before long; and learns that the time is over. */
	set_fence(&world);
	keep(&world, parent, "time passes");
}

static bool sound(const struct world *world)
{
	bool dead = world->heard && NOW - world->heard >= judges_by(world);

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
	set_fence(&begin);
	lease_begin(&begin.lease, NOW, NOW);
	keep(&begin, 0, "begins");
	for (uint32_t i = 0; i < all.count; i++) {
		struct world world = all.nodes[i].world;

		if (!sound(&world)) {
			print_way(i);
			return false;
		}
		/* Judged; or without a lease, which ends this story: it is judged anew. */
		if (NOW - world.heard >= judges_by(&world) || (!forwards(&world) && !world.preparing))
			continue;
		steps_of_judged(&world, i);
		steps_of_judge(&world, i);
		pass_time(&world, i);
	}
	return true;
}

int main(int count, char **arguments)
{
	bool result;

	all.any_loss = count > 1 && strcmp(arguments[1], "any") == 0;
	all.wishes = all.any_loss ? WISHES_ANY_LOSS : WISHES;
	all.seed = count > 2 ? (enum seed)strtoul(arguments[2], NULL, 10) : SEED_NONE;
	all.size = 3u << 20;
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
