/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_TEST_PATIENCE_MODEL_H
#define DATAPATH_HEARTBEAT_TEST_PATIENCE_MODEL_H

/*
 * One node judges the other by the patience that both know of: all that may happen to their heartbeats and to themselves. The rules
 * are the real ones (ask.c, patience.c, lease.c); a heartbeat interval is two ticks.
 *
 *   judge -> judged   any heartbeat ever sent may come at any time, once something newer has not: loss, delay and reordering
 *                     without bound
 *   judged -> judge   a heartbeat takes up to half an interval; any that was sent on time may be lost, no two in a row; with
 *                     any_loss also those that were late
 *   both              may stand still at any moment, between any two steps of what they do, for any time
 *
 * What finds its lease over ends the story there. With asks it asks, goes on where it was not missed, and so on without end; the
 * judge may be late to judge, and have heard by then whom it will call dead. With configured each has another PeerDead and
 * HeartbeatInterval, and the first ones again, whenever that happens. To bound the states: any_loss has one wish; asks has one, of
 * the least patience, and loses only heartbeats that ask, any of them; configured has one, and configures the judge once.
 */

#include "datapath/heartbeat/ask.h"
#include "datapath/heartbeat/lease.h"
#include "datapath/heartbeat/patience.h"

#include <stdbool.h>
#include <stdint.h>

#define MODEL_WISHES_MAX 3
#define MODEL_NOW        1000 /* every tick is "now"; what lies back moves away from it */

/* Faults that are put in. */
enum model_seed {
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
	SEED_NEW_QUESTION_OLD_ANSWER,
	SEED_OWN_PEER_DEAD,
	SEED_RAISE_AT_ONCE
};

struct model {
	enum model_seed seed;
	bool any_loss, asks, configured;
	uint64_t wishes; /* of the judge at most, each of them new to it */
};
extern struct model model;

/* Without padding: compared whole. */
struct world {
	struct patience judge, judged;
	struct lease lease;
	uint64_t wish_of[MODEL_WISHES_MAX + 1]; /* by the wish's sequence */
	uint64_t current;                       /* the judge's last wish */
	uint64_t known;                         /* newest that the judged heard */
	uint64_t acknowledged;                  /* by the last heartbeat that the judge heard */
	uint64_t heard;                         /* when that was, 0: never */
	uint64_t on_way,
	    on_way_there; /* the acknowledgement of the heartbeat on its way, whether there is one */
	uint64_t way_age, on_time;
	uint64_t lost;       /* in a row */
	uint64_t since_sent; /* ticks, the judged: at INTERVAL it sends */
	uint64_t preparing;  /* the judged has read its clock and is about to send */
	uint64_t prepared;   /* when */
	struct ask ask;      /* it began at 1; what asks has the sequence 1, and all before it 0 */
	uint64_t on_way_asks,
	    heard_asks;      /* the heartbeat on its way, and what the judge heard last, have that sequence */
	uint64_t answers;    /* bit n: was sent, and may come yet; see heartbeat_of() */
	uint64_t answer;     /* what the judged heard last */
	uint64_t dead;       /* the judge has counted it as that */
	uint64_t changes[2]; /* of the configuration: the judge's, the judged's */
	uint64_t on_way_dead; /* the PeerDead that the heartbeat on its way says */
	uint64_t on_way_changes, heard_changes,
	    known_changes; /* which of the judged's: there, heard by the judge, known to be */
	uint64_t words;    /* bit n: a heartbeat of the judge was sent and may come yet; see word_of() */
};

/* Both have just heard of each other. */
void model_begin(struct world *world);
/* Everything that may happen next goes to keep(), with parent. */
void model_steps(const struct world *world, uint32_t parent);
/* Whoever is judged dead forwards no more. */
bool model_sound(const struct world *world);
/* What the judge goes by, in ticks. */
uint64_t model_judges_by(const struct world *world);

/* --- of the search */

/* A world that came of another, the parent, by a step. */
void keep(const struct world *world, uint32_t parent, const char *step);

#endif
