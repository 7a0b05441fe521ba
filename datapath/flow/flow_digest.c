/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_digest.h"

#include "datapath/flow/flow.h"
#include "datapath/flow/flow_apply.h"
#include "datapath/flow/flow_record.h"
#include "datapath/mirror/digest.h"
#include "datapath/worker/job.h"

static struct {
	struct worker_job job;
	bool running;
	bool partial;                         /* a worker takes no commands */
	struct digest_sums sums[WORKERS_MAX]; /* each worker's own, while the job runs */
} state;

static bool visit(struct worker_state *worker, uint32_t index, void *argument)
{
	const struct flow *flow = flow_at(worker->flows, index);
	struct flow_record record;
	uint32_t length;

	if (flow->local)
		return true;
	flow_record_encode(flow, false, &record, &length);
	/* Flags of TCP are mirrored with the next change of state. */
	record.tcp = (struct flow_record_tcp){0};
	/* By the first key, which stays what it is. */
	_Static_assert(sizeof(record.key[0]) % sizeof(uint64_t) == 0, "whole words");
	digest_add(argument, &record, sizeof(record), sizeof(record.key[0]));
	return true;
}

static void visited(struct worker_state *worker, void *argument)
{
	(void)worker, (void)argument;
	worker_job_finish(&state.job);
}

static void start_on_worker(struct worker *worker, void *argument)
{
	(void)argument;
	scan_start(worker_state_of(worker), SCAN_DIGEST, visit, visited, &state.sums[worker->index]);
}

static void made(struct worker_job *job)
{
	(void)job;
	state.running = false;
	for (unsigned i = 1; i < datapath.worker_count; i++)
		digest_join(&state.sums[0], &state.sums[i]);
	mirror_digest_made(RECORD_FLOW, state.partial ? NULL : &state.sums[0]);
}

bool flow_digest_start(void)
{
	/* Workers begin behind every record that came before. */
	if (state.running || !flow_apply_settle())
		return false;
	state.running = true;
	memset(state.sums, 0, sizeof(state.sums));
	state.partial = worker_job_start(&state.job, start_on_worker, made) != 0;
	return true;
}
