/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/emit.h"
#include "lib/testing.h"

#include <rte_cycles.h>
#include <rte_eal.h>

#define BATCHES 8
#define RECORD  56 /* bytes of a payload: 64 with its header */

static struct worker worker;

/* A worker's side without a worker; once for all tests, as DPDK wants it. */
static void start(void)
{
	static char *arguments[] = {"test",     "--no-huge",      "--no-shconf",         "-m", "64",
	                            "--no-pci", "--no-telemetry", "--log-level=*:error", NULL};

	if (!datapath.batches) {
		ck_assert_int_ge(rte_eal_init((int)RTE_DIM(arguments) - 1, arguments), 0);
		datapath.batches = rte_mempool_create("batches", BATCHES, sizeof(struct record_batch), 0, 0,
		                                      NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
		worker.deltas = rte_ring_create("deltas", 16, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
		ck_assert(datapath.batches && worker.deltas);
	}
	datapath.mirroring = true;
}

static void emit(unsigned count)
{
	static const uint8_t payload[RECORD];

	for (unsigned i = 0; i < count; i++)
		mirror_emit(&worker, RECORD_FLOW, 1, RECORD_UPSERT, payload, sizeof(payload));
}

/* The bytes of the next batch that was handed over, 0: there is none. */
static uint32_t handed_over(void)
{
	struct record_batch *batch;
	uint32_t length;

	if (rte_ring_sc_dequeue(worker.deltas, (void **)&batch) != 0)
		return 0;
	length = batch->length;
	rte_mempool_put(datapath.batches, batch);
	return length;
}

/* feature: C22-006 */
START_TEST(records_of_many_walks_go_together)
{
	uint64_t interval, due;

	start();
	interval = rte_get_tsc_hz() / 1000000 * MIRROR_BATCH_US;
	emit(3);
	due = mirror_batch_due(&worker);
	ck_assert_uint_eq(due % interval, 0);
	ck_assert_uint_le(due, rte_rdtsc() + interval);
	mirror_flush_due(&worker, due - 1);
	ck_assert_uint_eq(handed_over(), 0);
	emit(2);
	ck_assert_uint_eq(mirror_batch_due(&worker), due);
	mirror_flush_due(&worker, due);
	ck_assert_uint_eq(handed_over(), 5 * 64);
	/* None is begun. */
	mirror_flush_due(&worker, UINT64_MAX);
	ck_assert_uint_eq(handed_over(), 0);
}
END_TEST

/* feature: C22-006 */
START_TEST(a_full_batch_goes_at_once)
{
	start();
	emit(RECORD_BATCH_MAX / 64);
	ck_assert_uint_eq(handed_over(), 0);
	emit(1);
	ck_assert_uint_eq(handed_over(), RECORD_BATCH_MAX);
	ck_assert_uint_eq(handed_over(), 0);
	mirror_flush(&worker);
	ck_assert_uint_eq(handed_over(), 64);
	ck_assert(!worker.mirror_overflow);
}
END_TEST

/* feature: C22-006 */
START_TEST(batches_are_filled_while_nobody_takes_them)
{
	start();
	for (unsigned i = 0; i < 10; i++) {
		emit(1);
		mirror_flush_due(&worker, mirror_batch_due(&worker));
	}
	for (unsigned i = 0; i < 4; i++)
		ck_assert_uint_eq(handed_over(), 64);
	ck_assert_uint_eq(handed_over(), 0);
	mirror_flush_due(&worker, mirror_batch_due(&worker));
	ck_assert_uint_eq(handed_over(), 6 * 64);
	ck_assert(!worker.mirror_overflow);
}
END_TEST

/* While nobody takes batches all of them are filled before a record is lost, and that is said. */
START_TEST(what_cannot_be_kept_is_told)
{
	start();
	emit(BATCHES * (RECORD_BATCH_MAX / 64));
	ck_assert(!worker.mirror_overflow);
	emit(1);
	ck_assert(worker.mirror_overflow);
	for (unsigned i = 0; i < BATCHES; i++)
		ck_assert_uint_eq(handed_over(), RECORD_BATCH_MAX);
	ck_assert_uint_eq(handed_over(), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, records_of_many_walks_go_together);
	tcase_add_test(tests, a_full_batch_goes_at_once);
	tcase_add_test(tests, batches_are_filled_while_nobody_takes_them);
	tcase_add_test(tests, what_cannot_be_kept_is_told);
}

TEST_MAIN("emit", add_tests)
