/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment_judge.h"

void fragment_end(struct worker_state *state, uint32_t index, enum reassembly_state next, uint32_t seconds,
                  enum counter reason)
{
	struct reassembly_table *table = state->reassemblies;

	count(state, reason, reassembly_forget(table, index));
	if (seconds == 0) {
		reassembly_close(table, index);
		return;
	}
	table->entries[index].since = state->now;
	reassembly_set_state(table, index, next);
}

static bool overdue(const struct worker_state *state, const struct reassembly *entry)
{
	const struct policy_fragments *settings = fragment_settings(state);
	uint32_t age = state->now - entry->since, idle = state->now - entry->latest;

	switch (entry->state) {
	case REASSEMBLY_WAITING:
		if (entry->held && age >= REASSEMBLY_HELD_SECONDS * FLOW_TICKS_PER_SECOND)
			return true;
		/* fall through */
	case REASSEMBLY_FLOWING:
		return age >= (uint64_t)settings->time_limit * FLOW_TICKS_PER_SECOND ||
		       idle >= (uint64_t)settings->timeout * FLOW_TICKS_PER_SECOND;
	case REASSEMBLY_DONE:
		return age >= (uint64_t)settings->done_linger * FLOW_TICKS_PER_SECOND;
	default:
		return age >= (uint64_t)settings->illegal_linger * FLOW_TICKS_PER_SECOND;
	}
}

static void expire(struct worker_state *state, uint32_t index)
{
	struct reassembly *entry = &state->reassemblies->entries[index];

	if (entry->state != REASSEMBLY_WAITING && entry->state != REASSEMBLY_FLOWING) {
		reassembly_close(state->reassemblies, index);
		return;
	}
	count(state, COUNTER_REASSEMBLY_FAILED, 1);
	fragment_tell_failed(state, EVENT_REASSEMBLY_TIMEOUT, entry);
	fragment_end(state, index, REASSEMBLY_FAILED, fragment_settings(state)->illegal_linger,
	             COUNTER_DROP_FRAGMENT_TIMEOUT);
}

void fragment_expire(struct worker_state *state)
{
	struct reassembly_table *table = state->reassemblies;
	uint32_t looks;

	if (likely(table->count == 0 || table->scan_tick == state->now) || !state->policy)
		return;
	table->scan_tick = state->now;
	looks = table->high / FLOW_TICKS_PER_SECOND + 1;
	for (uint32_t i = 0; i < looks; i++) {
		table->scan = table->scan < table->high ? table->scan + 1 : 1;
		if (table->entries[table->scan].used && overdue(state, &table->entries[table->scan]))
			expire(state, table->scan);
	}
}

/* Room for a new one; false: there is none to be had. */
static bool make_room(struct worker_state *state, bool first)
{
	struct reassembly_table *table = state->reassemblies;
	uint32_t share = (fragment_settings(state)->reassemblies_max + datapath.worker_count - 1) /
	                 RTE_MAX(datapath.worker_count, 1U);
	bool full;
	uint32_t victim = reassembly_victim(table, share, first, &full);
	const struct reassembly *entry = &table->entries[victim];

	if (!victim)
		return !full;
	if (entry->state == REASSEMBLY_WAITING || entry->state == REASSEMBLY_FLOWING) {
		count(state, COUNTER_REASSEMBLY_FAILED, 1);
		fragment_tell_failed(state, EVENT_REASSEMBLY_RESOURCES, entry);
	}
	fragment_end(state, victim, REASSEMBLY_FAILED, 0, COUNTER_DROP_FRAGMENT_LIMIT);
	return true;
}

uint32_t fragment_enter(struct worker_state *state, const struct fragment *fragment)
{
	struct reassembly_table *table = state->reassemblies;
	uint64_t hash = fragment_hash(&fragment->key);
	uint32_t index = reassembly_find(table, &fragment->key, hash);

	if (index && overdue(state, &table->entries[index])) {
		expire(state, index);
		index = reassembly_find(table, &fragment->key, hash);
	}
	if (index || !make_room(state, fragment->offset == 0))
		return index;
	index = reassembly_open(table, &fragment->key, hash, state->now);
	if (index)
		table->entries[index].samples = fragment_settings(state)->duplicate_samples;
	return index;
}
