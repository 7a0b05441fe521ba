/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_ASK_H
#define DATAPATH_HEARTBEAT_ASK_H

/*
 * What a node does whose lease is over (docs/decisions/0011-adaptive-patience.md). Its peer may have missed it and take over; or it
 * stood still for as long, as where both share a machine. So it forwards nothing and asks, by heartbeats as before: a peer that
 * follows it still, has not counted it as dead meanwhile, and names one of these heartbeats, will not do so for as long again.
 * Pure. Heartbeat thread.
 */

#include "lib/heartbeat.h"

#include <stdbool.h>
#include <stdint.h>

struct ask {
	/* The peer, as last heard while the lease was not over. */
	uint64_t instance;          /* 0: none that follows this node, so that none can be asked */
	uint32_t verdict, term;     /* term: of this node's activity, which the peer knows of */
	uint64_t since;             /* when asking began, 0: nothing is asked */
	uint64_t sequence;          /* of the heartbeat that asks, 0: none went out yet */
	uint64_t sent_ns, sent_tsc; /* just before it did */
};

enum ask_answer {
	ASK_WAITS,      /* for an answer */
	ASK_NOT_MISSED, /* the lease counts from sent_ns, sent_tsc */
	ASK_MISSED,     /* or the peer is another one, or says that it is active: it may be, from now on */
};

/* The lease is not over: what the peer said last, and the term that this node was given. */
void ask_note(struct ask *ask, const struct heartbeat *last, uint32_t term);
/* The lease is over. False where no peer was noted that could answer. now: nanoseconds, not 0. */
bool ask_begin(struct ask *ask, uint64_t now);
/* What was noted stays. */
void ask_end(struct ask *ask);
/*
 * A heartbeat went out, after now and tsc were read. What asked before, less than good_ns ago, goes on to be what must be named: the
 * answer may be on its way.
 */
void ask_sent(struct ask *ask, uint64_t sequence, uint64_t now, uint64_t tsc, uint64_t good_ns);
/* What the peer's newest heartbeat says to it; instance and term are this node's. */
enum ask_answer ask_answer(const struct ask *ask, const struct heartbeat *last, uint64_t instance,
                           uint32_t term);

#endif
