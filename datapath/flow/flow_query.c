/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_table.h"
#include "datapath/worker/job.h"
#include "datapath/worker/state.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>

/* Workers copy their flows a slice at a time; one query after the other. */
struct query {
	struct worker_job job;
	struct query *next;
	void (*done)(struct flow_row *rows, uint32_t count, void *user);
	void *user;
	struct {
		struct flow_row *rows;
		uint32_t count, capacity;
	} part[WORKERS_MAX];
};

static struct query *queue; /* control thread; the first one runs */

static void fill_row(const struct worker_state *state, const struct flow *flow, struct flow_row *row)
{
	const struct flow_key *key = &flow->direction[0].key;
	int32_t left = flow->mirrored ? (int32_t)flow->timeout : (int32_t)(flow_timer_due(flow) - state->now);

	*row = (struct flow_row){.protocol = key->protocol,
	                         .source_interface = key->interface,
	                         .destination_interface = flow->direction[1].key.interface,
	                         .source_port = rte_be_to_cpu_16(key->source_port),
	                         .destination_port = rte_be_to_cpu_16(key->destination_port),
	                         .timeout_s = left > 0 ? (uint32_t)left / FLOW_TICKS_PER_SECOND : 0};
	if (key->family == FLOW_IPV6) {
		row->source.version = row->destination.version = 6;
		memcpy(row->source.bytes, flow->addresses.source, sizeof(row->source.bytes));
		memcpy(row->destination.bytes, flow->addresses.destination, sizeof(row->destination.bytes));
	} else {
		row->source = ip_address_from_ip4(rte_be_to_cpu_32(key->source));
		row->destination = ip_address_from_ip4(rte_be_to_cpu_32(key->destination));
	}
	if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6)
		row->destination_port = row->source_port;
	for (unsigned i = 0; i < 2; i++) {
		row->packets[i] = flow->direction[i].packets;
		row->bytes[i] = flow->direction[i].bytes;
	}
}

static bool query_visit(struct worker_state *state, uint32_t index, void *argument)
{
	struct query *query = argument;
	unsigned worker = state->worker->index;

	if (query->part[worker].count < query->part[worker].capacity)
		fill_row(state, flow_at(state->flows, index),
		         &query->part[worker].rows[query->part[worker].count++]);
	return true;
}

static void query_scanned(struct worker_state *state, void *argument)
{
	(void)state;
	worker_job_finish(argument);
}

static void query_begin(struct worker *worker, void *argument)
{
	scan_start(worker_state_of(worker), SCAN_QUERY, query_visit, query_scanned, argument);
}

static void query_done(struct worker_job *job);

static void query_run(struct query *query)
{
	/* Where a worker is too busy to listen its flows are missing from the list, which is a picture of a
	 * moment anyway. */
	(void)worker_job_start(&query->job, query_begin, query_done);
}

static void query_done(struct worker_job *job)
{
	struct query *query = (struct query *)job;
	struct flow_row *rows = query->part[0].rows;
	uint32_t count = query->part[0].count;

	_Static_assert(offsetof(struct query, job) == 0, "cast above");
	/* The first part is as large as all rows that were asked for. */
	for (unsigned i = 1; i < datapath.worker_count; i++) {
		uint32_t more = RTE_MIN(query->part[i].count, query->part[0].capacity - count);

		memcpy(&rows[count], query->part[i].rows, more * sizeof(*rows));
		count += more;
		free(query->part[i].rows);
	}
	queue = query->next;
	query->done(rows, count, query->user);
	free(query);
	if (queue)
		query_run(queue);
}

int flow_query(uint32_t limit, void (*done)(struct flow_row *rows, uint32_t count, void *user), void *user)
{
	struct query *query = calloc(1, sizeof(*query)), **last = &queue;
	/* A few more than now: flows are opened while the list is made. */
	uint64_t all = flow_count() + 1024;
	bool complete = query;

	if (!query)
		return -ENOMEM;
	query->done = done;
	query->user = user;
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		query->part[i].capacity = limit ? RTE_MIN(limit, all) : all;
		query->part[i].rows = calloc(query->part[i].capacity, sizeof(struct flow_row));
		complete &= query->part[i].rows != NULL;
	}
	if (!complete) {
		for (unsigned i = 0; i < datapath.worker_count; i++)
			free(query->part[i].rows);
		free(query);
		return -ENOMEM;
	}
	while (*last)
		last = &(*last)->next;
	*last = query;
	if (queue == query)
		query_run(query);
	return 0;
}

uint64_t flow_count(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		count += atomic_load_explicit(&datapath.workers[i]->flows->count, memory_order_relaxed);
	return count;
}
