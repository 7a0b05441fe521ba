/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/datapath.h"

/* The workers' side: records go into a batch of the worker's own, and that to the control thread. */

static void overflow(struct worker *worker)
{
	atomic_store_explicit(&worker->mirror_overflow, true, memory_order_release);
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
