/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/tcp/sequence.h"

/*
 * Room for a new flow where the table is full. Flows are remembered in the order in which they were opened, or adopted
 * from the peer, so that the oldest that nobody has answered is at hand. An answered flow never makes room.
 */
#define FORGOTTEN 4
#define TRIES     32 /* flows looked at for one new one: those before it were answered or are gone */

bool flow_is_answered(const struct flow *flow)
{
	switch ((enum flow_state)flow->state) {
	case FLOW_STATELESS:
		/* Whether the peer has seen an answer nobody can tell: records say nothing of packets. */
		return flow->was_mirrored || flow->direction[1].packets > 0;
	case FLOW_TCP_INIT:
	case FLOW_TCP_SYN_RECEIVED:
		return false;
	case FLOW_TCP_CLOSING:
		/* Over: what a server refuses must not fill the table for FlowLifetimeTCPClosing. */
		return !(flow->tcp & TCP_RESET) && (flow->tcp & TCP_FIN_BOTH) != TCP_FIN_BOTH;
	default:
		return true;
	}
}

void flow_count_half_open(struct flow_table *table, const struct flow *flow, int change)
{
	if ((flow->state == FLOW_TCP_INIT || flow->state == FLOW_TCP_SYN_RECEIVED) &&
	    !(flow->tcp & TCP_RELAYED))
		table->half_open += (uint32_t)change;
}

static uint32_t take_oldest(struct flow_table *table)
{
	uint32_t index = table->opened[table->opened_first];

	table->opened_first = table->opened_first + 1 == table->max ? 0 : table->opened_first + 1;
	table->opened_count--;
	return index;
}

/* The peer's flows are its own to judge. The place of a flow that is gone may be another's by now, also the peer's. */
static bool may_go(const struct flow *flow)
{
	return flow->used && !flow->mirrored && !flow_is_answered(flow);
}

/* Where it is getting tight the oldest ones are looked at beforehand, a few for each that comes. */
static void forget_answered(struct flow_table *table)
{
	if (table->count < table->max - table->max / 4)
		return;
	for (unsigned i = 0; i < FORGOTTEN && table->opened_count; i++) {
		if (may_go(flow_at(table, table->opened[table->opened_first])))
			return;
		take_oldest(table);
	}
}

void flow_remember(struct flow_table *table, uint32_t index)
{
	uint32_t last;

	forget_answered(table);
	/* As many as the table has flows: what is dropped here is answered or gone, or the table is full of it. */
	if (table->opened_count == table->max)
		take_oldest(table);
	last = table->opened_first + table->opened_count++;
	table->opened[last >= table->max ? last - table->max : last] = index;
}

bool flow_evict(struct worker_state *state)
{
	struct flow_table *table = state->flows;

	for (unsigned tries = 0; tries < TRIES && table->opened_count; tries++) {
		uint32_t index = take_oldest(table);

		if (may_go(flow_at(table, index))) {
			flow_close(state, index);
			count(state, COUNTER_FLOW_EVICTED, 1);
			return true;
		}
	}
	return false;
}
