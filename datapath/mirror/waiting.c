/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/waiting.h"

#include <stdlib.h>

struct waiting {
	struct waiting *next;
	void (*function)(void *argument);
	void *argument;
	uint64_t ticket; /* every worker's passed must have reached it */
};

static struct waiting *first, **last = &first;
static uint64_t tickets;
static uint64_t posted[WORKERS_MAX], passed[WORKERS_MAX];
static _Atomic uint64_t lost[WORKERS_MAX]; /* marks for which the ring had no room */
static uint64_t lost_seen[WORKERS_MAX], lost_before[WORKERS_MAX];
static char mark;

/* On the worker. */
static void leave_mark(struct worker *worker, void *argument)
{
	(void)argument;
	mirror_flush(worker);
	if (rte_ring_sp_enqueue(worker->deltas, &mark) != 0)
		atomic_fetch_add(&lost[worker->index], 1);
	control_wake();
}

bool waiting_is_mark(const void *element)
{
	return element == &mark;
}

void waiting_passed(unsigned worker)
{
	passed[worker]++;
}

void waiting_before_drain(unsigned worker)
{
	lost_before[worker] = atomic_load(&lost[worker]);
}

void waiting_after_drain(unsigned worker)
{
	passed[worker] += lost_before[worker] - lost_seen[worker];
	lost_seen[worker] = lost_before[worker];
}

static void post(void)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		while (posted[i] < tickets && worker_post(datapath.workers[i], leave_mark, NULL) == 0)
			posted[i]++;
	}
}

static bool done(uint64_t ticket)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (passed[i] < ticket)
			return false;
	}
	return true;
}

void waiting_run(void)
{
	post();
	while (first && done(first->ticket)) {
		struct waiting *waiting = first;

		first = waiting->next;
		if (!first)
			last = &first;
		waiting->function(waiting->argument);
		free(waiting);
	}
}

bool waiting_any(void)
{
	return first != NULL;
}

void mirror_after_deltas(void (*function)(void *argument), void *argument)
{
	struct waiting *waiting = malloc(sizeof(*waiting));

	/* Too early is better than never: the end of a snapshot that came before its last records is mended
	 * by the next. */
	if (!waiting) {
		function(argument);
		return;
	}
	*waiting = (struct waiting){.function = function, .argument = argument, .ticket = ++tickets};
	*last = waiting;
	last = &waiting->next;
	post();
}
