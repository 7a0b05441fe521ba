/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/state.h"

/* Looks at flows; a slice of this size takes about ten microseconds where every flow has work to do. */
#define SLICE 64

void scan_start(struct worker_state *state, enum scan_kind kind,
                bool (*visit)(struct worker_state *state, uint32_t index, void *argument),
                void (*done)(struct worker_state *state, void *argument), void *argument)
{
	state->scans[kind] =
	    (struct scan){.running = true, .position = 1, .visit = visit, .done = done, .argument = argument};
}

void scan_cancel(struct worker_state *state, enum scan_kind kind)
{
	state->scans[kind].running = false;
}

static bool scan_slice(struct worker_state *state, struct scan *scan)
{
	struct flow_table *table = state->flows;

	for (unsigned i = 0; i < SLICE && scan->position <= table->high; i++) {
		if (i + 4 < SLICE)
			rte_prefetch0(
			    &flow_at(table, RTE_MIN(scan->position + 4, table->high))->direction[0]);
		if (flow_at(table, scan->position)->used &&
		    !scan->visit(state, scan->position, scan->argument))
			return false;
		scan->position++;
	}
	if (scan->position <= table->high)
		return true;
	scan->running = false;
	if (scan->done)
		scan->done(state, scan->argument);
	return scan->running;
}

bool scan_run(struct worker_state *state)
{
	bool more = false;

	for (unsigned kind = 0; kind < SCAN_COUNT; kind++) {
		if (state->scans[kind].running)
			more |= scan_slice(state, &state->scans[kind]);
	}
	return more;
}
