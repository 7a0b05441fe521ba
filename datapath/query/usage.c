/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/datapath.h"
#include "datapath/query/query.h"
#include "lib/messages/query.h"

#include <rte_cycles.h>

static struct usage {
	uint64_t when, busy, setup; /* at the last look */
	uint16_t fast, slow;        /* per cent */
} usage[WORKERS_MAX];

/* A worker adds a turn's cycles when the turn is over: they may be more than have passed since the last look. */
static uint16_t percent(uint64_t part, uint64_t whole)
{
	return whole && part < whole ? (uint16_t)((100 * part + whole / 2) / whole) : whole ? 100 : 0;
}

void usage_second(void)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		const struct worker *worker = datapath.workers[i];
		struct usage now = {
		    .when = rte_rdtsc(), .busy = worker->busy_cycles, .setup = worker->setup_cycles};
		uint64_t passed = now.when - usage[i].when, setup = now.setup - usage[i].setup;
		uint64_t busy = now.busy - usage[i].busy;

		now.slow = percent(setup, passed);
		now.fast = percent(busy > setup ? busy - setup : 0, passed);
		usage[i] = now;
	}
}

struct worker_row usage_of(unsigned index)
{
	return (struct worker_row){
	    .index = index, .fast_percent = usage[index].fast, .slow_percent = usage[index].slow};
}
