/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"

#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/mirror/comparison.h"
#include "datapath/mirror/table.h"
#include "datapath/mirror/waiting.h"
#include "datapath/switchover/switchover.h"
#include "lib/clock.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <qb/qblog.h>
#include <string.h>

/*
 * Order of what goes out: workers' batches and the control thread's own records meet in `out`, which is sent
 * when full and when nothing more waits. Where clusterd takes no more, `out` stays, workers' rings fill, and
 * what they cannot keep is lost (overflow). Then everything up to the beginning of a new snapshot is worth
 * nothing and is thrown away, the ends of earlier snapshots above all: the peer would take what was lost for
 * deleted.
 */
static struct record_batch out;
static bool blocked;               /* clusterd takes no more for now */
static bool overflown;             /* records were lost: only a new snapshot helps */
static struct record_batch *stays; /* off its ring, but without room in `out` yet */
static uint64_t last_id;
static bool end_owed; /* to clusterd, behind all records */

static bool wanted(void)
{
	return atomic_load_explicit(&datapath.mirroring, memory_order_relaxed);
}

/* False where clusterd takes no more. */
static bool flush(void)
{
	int error;

	if (out.length == 0)
		return true;
	if (blocked)
		return false;
	error = server_send_mirror(MESSAGE_MIRROR_BATCH, &out, record_batch_size(&out));
	if (error == -EAGAIN) {
		blocked = true;
		return false;
	}
	out.length = 0;
	return true;
}

/* As record_append; a batch is as old as its first record. */
static int append(uint16_t class_id, uint8_t version, uint8_t operation, const void *payload, uint32_t length)
{
	if (out.length == 0)
		out.made_us = clock_stamp();
	return record_append(&out, class_id, version, operation, payload, length);
}

void mirror_emit_control(uint16_t class_id, uint8_t version, uint8_t operation, const void *payload,
                         uint32_t length)
{
	if (!wanted() || overflown)
		return;
	if (append(class_id, version, operation, payload, length) == 0)
		return;
	if (!flush() || append(class_id, version, operation, payload, length) != 0)
		overflown = true;
}

void mirror_snapshot_begin(uint16_t class_id, uint64_t id, uint64_t estimate)
{
	struct record_snapshot bounds = {.id = id, .count = estimate};

	mirror_emit_control(class_id, 1, RECORD_SNAPSHOT_BEGIN, &bounds, sizeof(bounds));
}

void mirror_snapshot_end(uint16_t class_id, uint64_t id, uint64_t count)
{
	struct record_snapshot bounds = {.id = id, .count = count};

	mirror_emit_control(class_id, 1, RECORD_SNAPSHOT_END, &bounds, sizeof(bounds));
}

bool mirror_snapshot_read(const struct record_header *header, const void *payload,
                          struct record_snapshot *bounds)
{
	if (header->length < sizeof(*bounds))
		return false;
	memcpy(bounds, payload, sizeof(*bounds));
	return true;
}

/* False where the batch has to stay until clusterd takes messages again. */
static bool pass_on(struct record_batch *batch)
{
	if (wanted() && !overflown) {
		if (out.length + batch->length > sizeof(out.bytes) && !flush())
			return false;
		if (out.length == 0)
			out.made_us = batch->made_us;
		memcpy(out.bytes + out.length, batch->bytes, batch->length);
		out.length += batch->length;
	}
	rte_mempool_put(datapath.batches, batch);
	return true;
}

/* True where the ring was emptied. */
static bool drain_worker(struct worker *worker)
{
	void *element;

	while (!stays && rte_ring_sc_dequeue(worker->deltas, &element) == 0) {
		if (waiting_is_mark(element))
			waiting_passed(worker->index);
		else if (!pass_on(element))
			stays = element;
	}
	return !stays;
}

void mirror_drain(void)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (atomic_exchange(&datapath.workers[i]->mirror_overflow, false))
			overflown = true;
	}
	if (stays && pass_on(stays))
		stays = NULL;
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		waiting_before_drain(i);
		if (drain_worker(datapath.workers[i]))
			waiting_after_drain(i);
	}
	waiting_run();
	if (flush() && end_owed && server_send_mirror(MESSAGE_MIRROR_END, NULL, 0) != -EAGAIN)
		end_owed = false;
}

void mirror_end(void)
{
	end_owed = true;
	control_wake();
}

static void snapshots(uint64_t class_set)
{
	/* Never the id of a snapshot that an earlier process of this node sent. */
	last_id = RTE_MAX(last_id + 1, control_now());
	for (const struct mirror_class *const *class = mirror_classes; *class; class ++) {
		if (!(class_set >> (*class)->id & 1))
			continue;
		if ((*class)->table)
			mirror_table_snapshot(*class, last_id);
		else
			(*class)->snapshot(last_id);
	}
}

/* What was not sent yet is in the snapshots. */
static void begin_anew(void)
{
	out.length = 0;
	overflown = false;
	snapshots(RECORD_CLASSES_ALL);
}

void mirror_start(uint64_t class_set)
{
	bool anew = class_set == RECORD_CLASSES_ALL || !wanted();

	blocked &= !anew;
	atomic_store(&datapath.mirroring, true);
	if (anew)
		begin_anew();
	else if (!overflown)
		snapshots(class_set);
	control_wake();
}

void mirror_stop(void)
{
	atomic_store(&datapath.mirroring, false);
	out.length = 0;
	blocked = overflown = end_owed = false;
}

void mirror_writable(void)
{
	blocked = false;
	mirror_drain();
	control_wake();
}

void mirror_compare(uint64_t class_set)
{
	/* Where something was lost on the way a snapshot goes instead. */
	if (!wanted() || overflown || !atomic_load(&datapath.active))
		return;
	for (const struct mirror_class *const *class = mirror_classes; *class; class ++) {
		if (class_set >> (*class)->id & 1)
			comparison_send(*class);
	}
}

void mirror_second(void)
{
	struct message_mirror_count counts[RECORD_CLASS_MAX];
	unsigned count;

	if (overflown && wanted() && !blocked && !waiting_any()) {
		qb_log(LOG_WARNING, "mirroring fell behind: everything is sent again");
		begin_anew();
	}
	comparison_run(mirror_classes);
	count = registry_counts(mirror_classes, counts, RECORD_CLASS_MAX);
	(void)server_send_mirror(MESSAGE_MIRROR_COUNTS, counts, count * sizeof(counts[0]));
}

void mirror_receive(const void *bytes, size_t length)
{
	/* What the active node holds is its own; records that are still under way from before are out of
	 * date. */
	if (atomic_load(&datapath.active) && !switchover_holding())
		return;
	if (registry_apply(mirror_classes, bytes, length) != 0)
		qb_log(LOG_WARNING, "mirrored records cut short");
}

void mirror_activity(bool active)
{
	for (const struct mirror_class *const *class = mirror_classes; *class; class ++) {
		comparison_forget((*class)->id);
		comparison_mended((*class)->id);
		mirror_table_forget(*class);
		if ((*class)->activity)
			(*class)->activity(active);
	}
}
