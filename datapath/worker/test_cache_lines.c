/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/policy/compiled_policy.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <stddef.h>

/*
 * What one worker writes while it forwards lies on cache lines that no other worker reads or writes: then two workers
 * cost each other nothing but cache and memory.
 */
#define LINE RTE_CACHE_LINE_SIZE

struct region {
	const char *name;
	uintptr_t begin, end;
};

static struct region region(const char *name, const void *begin, size_t size)
{
	return (struct region){name, (uintptr_t)begin, (uintptr_t)begin + size};
}

static bool share_a_line(const struct region *a, const struct region *b)
{
	return a->begin / LINE <= (b->end - 1) / LINE && b->begin / LINE <= (a->end - 1) / LINE;
}

/* All that a worker writes for packets of flows that are its own. */
static unsigned written_by(const struct worker *worker, struct region out[8])
{
	const struct flow_table *flows = worker->flows;
	const char *writes = (const char *)worker + offsetof(struct worker, counters);
	unsigned count = 0;

	out[count++] = region("the worker's counters", writes,
	                      sizeof(*worker) - (size_t)(writes - (const char *)worker));
	out[count++] = region("the worker's state", worker->private, sizeof(struct worker_state));
	out[count++] = region("its flow table", flows, sizeof(*flows));
	out[count++] = region("its flows", flows->flows, (flows->max + 1ULL) * sizeof(struct flow));
	out[count++] =
	    region("its buckets", flows->buckets, (flows->bucket_mask + 1) * sizeof(struct flow_bucket));
	return count;
}

/* What workers read of each other, and all of what they share, while they forward. */
static unsigned read_by_all(struct region out[8])
{
	unsigned count = 0;

	for (unsigned i = 0; i < 2; i++)
		out[count++] =
		    region("a worker's rings", datapath.workers[i], offsetof(struct worker, counters));
	out[count++] = region("the datapath", &datapath, offsetof(struct datapath, control_counters));
	out[count++] = region("the policy", atomic_load(&datapath.policy), sizeof(struct compiled_policy));
	return count;
}

static void check(const struct region *a, unsigned count_a, const struct region *b, unsigned count_b)
{
	for (unsigned i = 0; i < count_a; i++) {
		for (unsigned k = 0; k < count_b; k++)
			ck_assert_msg(!share_a_line(&a[i], &b[k]), "%s and %s share a line", a[i].name,
			              b[k].name);
	}
}

/* feature: C01-013 */
START_TEST(workers_write_on_lines_of_their_own)
{
	struct region first[8], second[8], shared[8], control;
	unsigned first_count, second_count, shared_count;

	ck_assert_int_eq(worker_create(1, 0, 1000, &datapath.workers[1]), 0);
	datapath.worker_count = 2;
	first_count = written_by(datapath.workers[0], first);
	second_count = written_by(datapath.workers[1], second);
	shared_count = read_by_all(shared);
	check(first, first_count, second, second_count);
	check(first, first_count, shared, shared_count);
	check(second, second_count, shared, shared_count);
	/* The control thread counts beside them. */
	control = region("the control thread's counters", &datapath.control_counters,
	                 sizeof(datapath.control_counters));
	check(&control, 1, first, first_count);
	check(&control, 1, shared, shared_count);
}
END_TEST

/* A packet of a known flow touches one line of the table, IPv6 one more, and a lookup one bucket. */
START_TEST(a_packet_needs_few_lines_of_its_flow)
{
	ck_assert_uint_eq(sizeof(struct flow_direction), LINE);
	ck_assert_uint_eq(offsetof(struct flow, direction) % LINE, 0);
	ck_assert_uint_eq(sizeof(struct flow) % LINE, 0);
	ck_assert_uint_eq(offsetof(struct flow, addresses) / LINE,
	                  (offsetof(struct flow, addresses) + sizeof(struct flow_addresses) - 1) / LINE);
	ck_assert_uint_eq(sizeof(struct flow_bucket), LINE);
	ck_assert_uint_eq((uintptr_t)fixture_worker()->flows->flows % LINE, 0);
	ck_assert_uint_eq((uintptr_t)fixture_worker()->flows->buckets % LINE, 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, workers_write_on_lines_of_their_own);
	tcase_add_test(tests, a_packet_needs_few_lines_of_its_flow);
}

TEST_MAIN("cache_lines", add_tests)
