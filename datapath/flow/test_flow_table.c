/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_table.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <errno.h>
#include <netinet/in.h>

static void keys_of(uint32_t number, struct flow_key keys[2])
{
	keys[0] = (struct flow_key){.source = rte_cpu_to_be_32(0x0a000000 + number / 60000),
	                            .destination = SERVER,
	                            .source_port = rte_cpu_to_be_16(1024 + number % 60000),
	                            .destination_port = RTE_BE16(80),
	                            .interface = LAN,
	                            .protocol = IPPROTO_TCP};
	keys[1] = flow_key_reply(&keys[0], WAN);
}

static struct flow_table *table_of(uint32_t size)
{
	struct flow_table *table;

	fixture_eal();
	ck_assert_int_eq(flow_hash_start(NULL), 0);
	table = flow_table_create(size, SOCKET_ID_ANY);
	ck_assert_ptr_nonnull(table);
	return table;
}

static uint32_t insert(struct flow_table *table, uint32_t number)
{
	struct flow_key keys[2];
	int error;

	keys_of(number, keys);
	return flow_table_insert(table, keys, &error);
}

static uint32_t find(const struct flow_table *table, uint32_t number, unsigned direction)
{
	struct flow_key keys[2];

	keys_of(number, keys);
	return flow_table_find(table, &keys[direction], flow_hash(&keys[direction]));
}

/* feature: C01-013 C01-017 */
START_TEST(both_directions_are_found)
{
	struct flow_table *table = table_of(100);
	uint32_t index = insert(table, 7);

	ck_assert_uint_ne(index, FLOW_NONE);
	ck_assert_uint_eq(find(table, 7, 0), index * 2);
	ck_assert_uint_eq(find(table, 7, 1), index * 2 + 1);
	ck_assert_uint_eq(find(table, 8, 0), 0);
	flow_table_remove(table, index);
	ck_assert_uint_eq(find(table, 7, 0), 0);
	ck_assert_uint_eq(find(table, 7, 1), 0);
	ck_assert_uint_eq(table->count, 0);
}
END_TEST

START_TEST(the_interface_is_part_of_the_key)
{
	struct flow_table *table = table_of(100);
	struct flow_key keys[2];

	insert(table, 7);
	keys_of(7, keys);
	keys[0].interface = WAN;
	ck_assert_uint_eq(flow_table_find(table, &keys[0], flow_hash(&keys[0])), 0);
}
END_TEST

START_TEST(a_key_is_taken_once)
{
	struct flow_table *table = table_of(100);
	struct flow_key keys[2];
	int error;

	insert(table, 7);
	keys_of(7, keys);
	ck_assert_uint_eq(flow_table_insert(table, keys, &error), FLOW_NONE);
	ck_assert_int_eq(error, -EEXIST);
	/* The answers' key too. */
	keys[0].source = CLIENT;
	ck_assert_uint_eq(flow_table_insert(table, keys, &error), FLOW_NONE);
	ck_assert_int_eq(error, -EEXIST);
	ck_assert_uint_eq(table->count, 1);
}
END_TEST

START_TEST(all_flows_fit_and_one_more_does_not)
{
	const uint32_t size = 20000;
	struct flow_table *table = table_of(size);
	struct flow_key keys[2];
	int error;

	for (unsigned round = 0; round < 3; round++) {
		for (uint32_t i = 0; i < size; i++)
			ck_assert_uint_ne(insert(table, round * size + i), FLOW_NONE);
		keys_of(999999, keys);
		ck_assert_uint_eq(flow_table_insert(table, keys, &error), FLOW_NONE);
		ck_assert_int_eq(error, -ENOSPC);
		for (uint32_t i = 0; i < size; i++) {
			uint32_t entry = find(table, round * size + i, i & 1);

			ck_assert_uint_eq(entry & 1, i & 1);
			flow_table_remove(table, entry >> 1);
		}
		ck_assert_uint_eq(table->count, 0);
	}
	/* Nothing is left behind: no bucket believes that an entry of its lies elsewhere. */
	for (uint64_t i = 0; i <= table->bucket_mask; i++)
		ck_assert_uint_eq(table->buckets[i].displaced, 0);
}
END_TEST

START_TEST(a_flow_takes_no_more_than_256_bytes)
{
	struct flow_table *table = table_of(1 << 15);

	ck_assert_uint_le(flow_table_bytes_per_flow(table), 256);
}
END_TEST

static struct flow_table *expiring;
static unsigned expirations;
static void expired(void *context, uint32_t index)
{
	(void)context;
	expirations++;
	flow_table_remove(expiring, index);
}

static void advance(uint32_t to)
{
	while (!flow_timer_advance(expiring, to, 3, expired, NULL))
		;
}

/* feature: C28-001 */
START_TEST(a_flow_closes_when_either_direction_was_idle)
{
	uint32_t index;

	expiring = table_of(100);
	index = insert(expiring, 1);
	flow_at(expiring, index)->timeout = 100;
	flow_timer_start(expiring, index);
	for (uint32_t now = 10; now <= 300; now += 10) {
		flow_at(expiring, index)->direction[0].last_seen = now;
		flow_at(expiring, index)->direction[1].last_seen = now;
		advance(now);
		ck_assert_uint_eq(expirations, 0);
	}
	/* One direction alone does not keep it. */
	for (uint32_t now = 310; now < 400; now += 10) {
		flow_at(expiring, index)->direction[0].last_seen = now;
		advance(now);
		ck_assert_uint_eq(expirations, 0);
	}
	advance(400);
	ck_assert_uint_eq(expirations, 1);
	ck_assert_uint_eq(expiring->count, 0);
}
END_TEST

START_TEST(timeouts_longer_than_the_wheel_and_many_at_once)
{
	expiring = table_of(100);
	for (uint32_t i = 0; i < 50; i++) {
		uint32_t index = insert(expiring, i);

		flow_at(expiring, index)->timeout = i % 2 ? 5 : 3 * FLOW_WHEEL_SLOTS + 17;
		flow_timer_start(expiring, index);
	}
	advance(4);
	ck_assert_uint_eq(expirations, 0);
	advance(5);
	ck_assert_uint_eq(expirations, 25);
	advance(3 * FLOW_WHEEL_SLOTS + 16);
	ck_assert_uint_eq(expirations, 25);
	advance(3 * FLOW_WHEEL_SLOTS + 17);
	ck_assert_uint_eq(expirations, 50);
}
END_TEST

START_TEST(both_directions_have_one_owner)
{
	datapath.worker_count = 3;
	ck_assert_int_eq(flow_hash_start(NULL), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		struct flow_key keys[2];

		keys_of(i * 13, keys);
		ck_assert_uint_eq(flow_symmetric_hash(&keys[0]), flow_symmetric_hash(&keys[1]));
		ck_assert_uint_lt(flow_owner(flow_symmetric_hash(&keys[0])), 3);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, both_directions_are_found);
	tcase_add_test(tests, the_interface_is_part_of_the_key);
	tcase_add_test(tests, a_key_is_taken_once);
	tcase_add_test(tests, all_flows_fit_and_one_more_does_not);
	tcase_add_test(tests, a_flow_takes_no_more_than_256_bytes);
	tcase_add_test(tests, a_flow_closes_when_either_direction_was_idle);
	tcase_add_test(tests, timeouts_longer_than_the_wheel_and_many_at_once);
	tcase_add_test(tests, both_directions_have_one_owner);
}

TEST_MAIN("flow_table", add_tests)
