/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/ask.h"

/* Its clusterd knows of this node's activity, so only a verdict or this node's own word makes it take over. */
static bool follows(const struct heartbeat *peer, uint32_t term)
{
	return !peer->active && !peer->yielding && peer->term == term;
}

void ask_note(struct ask *ask, const struct heartbeat *last, uint32_t term)
{
	/* A peer of an older release tells of no verdicts. */
	bool can_answer = follows(last, term) && last->verdict;

	*ask = (struct ask){.instance = can_answer ? last->instance : 0,
	                    .verdict = can_answer ? last->verdict : 0,
	                    .term = can_answer ? term : 0};
}

bool ask_begin(struct ask *ask, uint64_t now)
{
	ask_end(ask);
	ask->since = ask->instance ? now : 0;
	return ask->since != 0;
}

void ask_end(struct ask *ask)
{
	ask->since = ask->sequence = ask->sent_ns = ask->sent_tsc = 0;
}

void ask_sent(struct ask *ask, uint64_t sequence, uint64_t now, uint64_t tsc, uint64_t good_ns)
{
	if (ask->sequence && now - ask->sent_ns < good_ns)
		return;
	ask->sequence = sequence;
	ask->sent_ns = now;
	ask->sent_tsc = tsc;
}

enum ask_answer ask_answer(const struct ask *ask, const struct heartbeat *last, uint64_t instance,
                           uint32_t term)
{
	if (term != ask->term || last->instance != ask->instance || last->verdict != ask->verdict ||
	    !follows(last, term))
		return ASK_MISSED;
	if (!ask->sequence || last->peer_instance != instance || last->acknowledged < ask->sequence)
		return ASK_WAITS;
	return ASK_NOT_MISSED;
}
