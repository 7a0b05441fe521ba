/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_query.h"

#include "datapath/flow/flow.h"
#include "datapath/flow/flow_row.h"
#include "datapath/worker/job.h"

#include <errno.h>
#include <stdlib.h>

struct query {
	struct worker_job job;
	struct query *next;
	struct flow_filter filter;
	void *user;
	/* Of a page: one worker's. */
	flow_page_done page_done;
	unsigned worker;
	uint32_t position, limit, count;
	bool ended; /* no flow of the worker is left */
	struct flow_row rows[FLOW_PAGE_MAX];
	/* Of a count: of all workers. */
	flow_count_done count_done;
	bool close;
	struct flow_count_row counts[WORKERS_MAX];
};

static struct query *queue; /* control thread; the first one runs */

static bool page_visit(struct worker_state *state, uint32_t index, void *argument)
{
	struct query *query = argument;
	struct flow_row *row = &query->rows[query->count];

	if (query->count == query->limit) {
		query->position = index;
		scan_cancel(state, SCAN_QUERY);
		worker_job_finish(&query->job);
		return false;
	}
	flow_row_fill(state, flow_at(state->flows, index), row);
	query->count += flow_row_matches(&query->filter, row);
	return true;
}

static void page_scanned(struct worker_state *state, void *argument)
{
	struct query *query = argument;

	(void)state;
	query->ended = true;
	worker_job_finish(&query->job);
}

static void page_begin(struct worker *worker, void *argument)
{
	struct query *query = argument;

	scan_start(worker_state_of(worker), SCAN_QUERY, page_visit, page_scanned, query);
	worker_state_of(worker)->scans[SCAN_QUERY].position = query->position;
}

static bool count_visit(struct worker_state *state, uint32_t index, void *argument)
{
	struct query *query = argument;
	struct flow_count_row *counts = &query->counts[state->worker->index];
	const struct flow *flow = flow_at(state->flows, index);
	struct flow_row row;

	flow_row_fill(state, flow, &row);
	if (!flow_row_matches(&query->filter, &row))
		return true;
	counts->flows++;
	counts->mirrored += row.mirrored;
	if (query->close && !row.mirrored) {
		counts->closed++;
		flow_close(state, index);
	}
	return true;
}

static void count_scanned(struct worker_state *state, void *argument)
{
	(void)state;
	worker_job_finish(argument);
}

static void count_begin(struct worker *worker, void *argument)
{
	_Static_assert(offsetof(struct query, job) == 0, "the job is what comes here");
	scan_start(worker_state_of(worker), SCAN_QUERY, count_visit, count_scanned, argument);
}

static void query_done(struct worker_job *job);

static void query_run(struct query *query)
{
	/* A worker that is too busy to listen has no part in a count. A page is asked for again. */
	if (query->count_done)
		(void)worker_job_start(&query->job, count_begin, query_done);
	else
		(void)worker_job_start_on(&query->job, query->worker, page_begin, query_done);
}

static void tell(struct query *query)
{
	struct flow_page page = {.rows = query->rows, .count = query->count};
	struct flow_count_row sum = {0};

	if (query->page_done) {
		if (!query->ended)
			page.next = (uint64_t)query->worker << 32 | query->position;
		else if (query->worker + 1 < datapath.worker_count)
			page.next = (uint64_t)(query->worker + 1) << 32 | 1;
		query->page_done(&page, query->user);
		return;
	}
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		sum.flows += query->counts[i].flows;
		sum.mirrored += query->counts[i].mirrored;
		sum.closed += query->counts[i].closed;
	}
	query->count_done(&sum, query->user);
}

static void query_done(struct worker_job *job)
{
	struct query *query = (struct query *)job;

	queue = query->next;
	tell(query);
	free(query);
	if (queue)
		query_run(queue);
}

static int start(const struct query *as)
{
	struct query **last = &queue, *query;

	if (!flow_filter_is_valid(&as->filter))
		return -EINVAL;
	query = malloc(sizeof(*query));
	if (!query)
		return -ENOMEM;
	*query = *as;
	while (*last)
		last = &(*last)->next;
	*last = query;
	if (queue == query)
		query_run(query);
	return 0;
}

int flow_page(const struct flow_filter *filter, uint64_t cursor, uint32_t limit, flow_page_done done,
              void *user)
{
	struct query query = {.filter = *filter,
	                      .page_done = done,
	                      .user = user,
	                      .worker = RTE_MIN(cursor >> 32, datapath.worker_count - 1),
	                      .position = RTE_MAX((uint32_t)cursor, 1u),
	                      .limit = limit && limit < FLOW_PAGE_MAX ? limit : FLOW_PAGE_MAX};

	return start(&query);
}

int flow_count_matching(const struct flow_filter *filter, bool close, flow_count_done done, void *user)
{
	struct query query = {.filter = *filter, .close = close, .count_done = done, .user = user};

	return start(&query);
}

uint64_t flow_count(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		count += atomic_load_explicit(&datapath.workers[i]->flows->count, memory_order_relaxed);
	return count;
}
