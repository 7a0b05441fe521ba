/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/flow/flow_apply.h"
#include "datapath/flow/flow_digest.h"
#include "datapath/flow/flow_record.h"
#include "datapath/tcp/sequence.h"
#include "datapath/worker/job.h"

#include <errno.h>
#include <stdlib.h>

/* The active node's half of the flow class, and what depends on which node is active. */

void flow_mirror_emit(struct worker_state *state, const struct flow *flow, uint8_t operation)
{
	struct flow_record record;
	uint32_t length;
	uint8_t version;

	if (likely(!atomic_load_explicit(&datapath.mirroring, memory_order_relaxed)) || flow->local)
		return;
	version = flow_record_encode(flow, operation == RECORD_DELETE, &record, &length);
	mirror_emit(state->worker, RECORD_FLOW, version, operation, &record, length);
}

/* --- snapshot
 * ------------------------------------------------------------------------------------------------------- */

struct snapshot {
	struct worker_job job;
	uint64_t id;
	_Atomic uint64_t count; /* records sent */
};

static struct snapshot *current; /* control thread: the newest, whose end is to be sent */

static bool snapshot_visit(struct worker_state *state, uint32_t index, void *argument)
{
	struct snapshot *snapshot = argument;
	const struct flow *flow = flow_at(state->flows, index);

	if (flow->local || !atomic_load_explicit(&datapath.mirroring, memory_order_relaxed))
		return true;
	/* Deltas come first: the snapshot takes half of what is there to carry them. */
	if (rte_ring_count(state->worker->deltas) > rte_ring_get_capacity(state->worker->deltas) / 4 ||
	    (datapath.batches && rte_mempool_avail_count(datapath.batches) < datapath.batches->size / 2))
		return false;
	flow_mirror_emit(state, flow, RECORD_UPSERT);
	atomic_fetch_add_explicit(&snapshot->count, 1, memory_order_relaxed);
	return true;
}

static void snapshot_scanned(struct worker_state *state, void *argument)
{
	struct snapshot *snapshot = argument;

	/* The end must not overtake the last records. */
	mirror_flush(state->worker);
	worker_job_finish(&snapshot->job);
}

static void snapshot_begin(struct worker *worker, void *argument)
{
	struct worker_state *state = worker_state_of(worker);
	struct scan *scan = &state->scans[SCAN_SNAPSHOT];

	if (scan->running)
		snapshot_scanned(state, scan->argument);
	scan_start(state, SCAN_SNAPSHOT, snapshot_visit, snapshot_scanned, argument);
}

static void send_end(void *argument)
{
	struct snapshot *snapshot = argument;
	struct record_snapshot record = {.id = snapshot->id, .count = atomic_load(&snapshot->count)};

	/* Where a newer one has begun, this one has no end. */
	if (snapshot == current) {
		mirror_emit_control(RECORD_FLOW, FLOW_RECORD_VERSION, RECORD_SNAPSHOT_END, &record,
		                    sizeof(record));
		current = NULL;
	}
	free(snapshot);
}

static void snapshot_done(struct worker_job *job)
{
	mirror_after_deltas(send_end, (struct snapshot *)job);
}

static void snapshot_start(uint64_t id)
{
	struct snapshot *snapshot = calloc(1, sizeof(*snapshot));
	struct record_snapshot record = {.id = id, .count = flow_mirror_class.count()};

	_Static_assert(offsetof(struct snapshot, job) == 0, "snapshot_done casts");
	/* Without memory or a worker that listens the peer waits for the next one. */
	if (!snapshot) {
		atomic_store(&datapath.workers[0]->mirror_overflow, true);
		return;
	}
	snapshot->id = id;
	current = snapshot;
	mirror_emit_control(RECORD_FLOW, FLOW_RECORD_VERSION, RECORD_SNAPSHOT_BEGIN, &record, sizeof(record));
	if (worker_job_start(&snapshot->job, snapshot_begin, snapshot_done)) {
		current = NULL;
		atomic_store(&datapath.workers[0]->mirror_overflow, true);
	}
}

/* --- activity
 * ------------------------------------------------------------------------------------------------------- */

void flow_adopt(struct worker_state *state, uint32_t index)
{
	struct flow *flow = flow_at(state->flows, index);

	flow->mirrored = 0;
	flow->direction[0].last_seen = flow->direction[1].last_seen = state->now;
	flow_timer_start(state->flows, index);
	/* A flood does not end with the node that it began with. */
	if (!flow_is_answered(flow))
		flow_remember(state->flows, index);
}

static bool adopt_visit(struct worker_state *state, uint32_t index, void *argument)
{
	struct flow *flow = flow_at(state->flows, index);

	(void)argument;
	if (!flow->mirrored)
		return true;
	if (state->policy)
		flow->timeout = compiled_policy_lifetime(state->policy, flow->direction[0].key.protocol,
		                                         (enum flow_state)flow->state, false);
	flow_adopt(state, index);
	return true;
}

/* The peer is about to own them: nothing ages here until it says so. */
static bool release_visit(struct worker_state *state, uint32_t index, void *argument)
{
	struct flow *flow = flow_at(state->flows, index);

	(void)argument;
	if (flow->local)
		return true;
	flow->mirrored = flow->was_mirrored = 1;
	tcp_forget_sequences(flow);
	flow_timer_stop(state->flows, index);
	return true;
}

static void activity_changed(struct worker *worker, void *argument)
{
	scan_start(worker_state_of(worker), SCAN_ACTIVITY, argument ? adopt_visit : release_visit, NULL,
	           NULL);
}

static void activity(bool active)
{
	/* A worker that takes no command for so long is fenced; each flow is adopted at its next packet
	 * anyway. */
	for (unsigned i = 0; i < datapath.worker_count; i++)
		worker_post(datapath.workers[i], activity_changed, active ? &current : NULL);
}

static uint64_t mirrored_count(void)
{
	uint64_t count = 0;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		count += atomic_load_explicit(&datapath.workers[i]->flows->count, memory_order_relaxed) -
		         atomic_load_explicit(&datapath.workers[i]->flows->local_count, memory_order_relaxed);
	(void)flow_apply_settle();
	return count;
}

const struct mirror_class flow_mirror_class = {
    .id = RECORD_FLOW,
    .version = FLOW_RECORD_VERSION,
    .apply = flow_apply,
    .apply_end = flow_apply_end,
    .snapshot = snapshot_start,
    .digest_form = FLOW_DIGEST_FORM,
    .digest = flow_digest_start,
    .count = mirrored_count,
    .activity = activity,
};
