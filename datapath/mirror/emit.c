/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/emit.h"

#include "lib/clock.h"

#include <rte_cycles.h>

#define WAITING 4 /* batches on the way to the control thread; more: it cannot pass them on */

/* When each worker's batch goes, by the TSC: on lines that no other worker reads. */
static struct {
	uint64_t due;
} __rte_cache_aligned batches[WORKERS_MAX];

/* The workers' side: records go into a batch of the worker's own, and that to the control thread. */

static void overflow(struct worker *worker)
{
	atomic_store_explicit(&worker->mirror_overflow, true, memory_order_release);
}

/*
 * The same for all workers: their batches come to the control thread together, and to Corosync. There a message costs
 * half a millisecond of a processor at both nodes, for a few turns of its token, unless it goes with others. What waits
 * here is what a crash may lose (docs/performance.md).
 */
static uint64_t next_time(void)
{
	uint64_t cycles = rte_get_tsc_hz() / 1000000 * MIRROR_BATCH_US;

	return (rte_rdtsc() / cycles + 1) * cycles;
}

static bool want_batch(struct worker *worker)
{
	void *batch;

	if (worker->batch)
		return true;
	if (rte_mempool_get(datapath.batches, &batch) != 0)
		return false;
	worker->batch = batch;
	worker->batch->length = 0;
	worker->batch->made_us = clock_stamp();
	batches[worker->index].due = next_time();
	return true;
}

void mirror_flush(struct worker *worker)
{
	struct record_batch *batch = worker->batch;

	if (!batch)
		return;
	worker->batch = NULL;
	if (batch->length == 0) {
		rte_mempool_put(datapath.batches, batch);
		return;
	}
	if (rte_ring_sp_enqueue(worker->deltas, batch) != 0) {
		rte_mempool_put(datapath.batches, batch);
		overflow(worker);
	}
	control_wake();
}

/*
 * Where the control thread has not taken the last ones, since clusterd takes nothing for now, batches are filled: what the
 * pool holds must last until it does.
 */
void mirror_flush_due(struct worker *worker, uint64_t now)
{
	if (worker->batch && now >= batches[worker->index].due && rte_ring_count(worker->deltas) < WAITING)
		mirror_flush(worker);
}

uint64_t mirror_batch_due(const struct worker *worker)
{
	return batches[worker->index].due;
}

void mirror_emit(struct worker *worker, uint16_t class_id, uint8_t version, uint8_t operation,
                 const void *payload, uint32_t length)
{
	if (!atomic_load_explicit(&datapath.mirroring, memory_order_relaxed))
		return;
	if (!want_batch(worker)) {
		overflow(worker);
		return;
	}
	if (record_append(worker->batch, class_id, version, operation, payload, length) == 0)
		return;
	mirror_flush(worker);
	if (!want_batch(worker) ||
	    record_append(worker->batch, class_id, version, operation, payload, length) != 0)
		overflow(worker);
}
