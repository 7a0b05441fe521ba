/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_key.h"
#include "datapath/mirror/comparison.h"
#include "datapath/mirror/digest.h"
#include "datapath/mirror/mirror.h"
#include "datapath/mirror/table.h"
#include "lib/testing.h"

#include <errno.h>
#include <string.h>

#define OBJECTS 100
#define ABSENT  0

/* Object i is i and a value, and a time that is each node's own. */
struct object {
	uint32_t name, value;
	uint64_t time;
};

static uint32_t held[OBJECTS];
static bool marked[OBJECTS];
static uint64_t clock_time;

static void each(mirror_visit visit, void *argument)
{
	for (uint32_t i = 0; i < OBJECTS; i++) {
		struct object object = {i, held[i], clock_time};

		if (held[i] != ABSENT)
			visit(1, &object, sizeof(object), argument);
	}
}

static int put(const void *record, uint32_t length)
{
	struct object object;

	if (length < sizeof(object))
		return -EBADMSG;
	memcpy(&object, record, sizeof(object));
	held[object.name] = object.value;
	marked[object.name] = true;
	return 0;
}

static int take_away(const void *record, uint32_t length)
{
	struct object object;

	if (length < sizeof(object))
		return -EBADMSG;
	memcpy(&object, record, sizeof(object));
	held[object.name] = ABSENT;
	return 0;
}

static void mark(void)
{
	memset(marked, 0, sizeof(marked));
}

static void sweep(void)
{
	for (unsigned i = 0; i < OBJECTS; i++)
		held[i] = marked[i] ? held[i] : ABSENT;
}

static void clear(void *record)
{
	((struct object *)record)->time = 0;
}

static const struct mirror_table table = {
    .each = each, .put = put, .remove = take_away, .mark = mark, .sweep = sweep, .clear = clear};
static const struct mirror_class class = {.id = 7, .version = 1, .digest_form = 1, .table = &table};
static const struct mirror_class *const classes[] = {&class, NULL};
static struct record_batch batch;

static void setup(void)
{
	ck_assert_int_eq(flow_hash_start(NULL), 0);
	for (uint32_t i = 0; i < OBJECTS; i++)
		held[i] = i < 50 ? 1000 + i : ABSENT;
	batch.length = 0;
	comparison_forget(class.id);
	comparison_mended(class.id);
}

static void add(uint8_t operation, const void *payload, uint32_t length)
{
	ck_assert_int_eq(record_append(&batch, class.id, 1, operation, payload, length), 0);
}

static void apply(void)
{
	ck_assert_int_eq(registry_apply(classes, batch.bytes, batch.length), 0);
	batch.length = 0;
}

static void add_object(uint8_t operation, uint32_t name, uint32_t value)
{
	struct object object = {name, value, 5};

	add(operation, &object, sizeof(object));
}

static struct message_mirror_count known(void)
{
	struct message_mirror_count count[2];

	ck_assert_uint_eq(registry_counts(classes, count, 2), 1);
	return count[0];
}

START_TEST(objects_come_change_and_go)
{
	add_object(RECORD_UPSERT, 60, 7);
	add_object(RECORD_UPSERT, 1, 8);
	add_object(RECORD_DELETE, 2, 0);
	add(RECORD_UPSERT, "short", 5);
	apply();
	ck_assert_uint_eq(held[60], 7);
	ck_assert_uint_eq(held[1], 8);
	ck_assert_uint_eq(held[2], ABSENT);
	ck_assert_uint_eq(known().count, 50);
	ck_assert_uint_eq(known().skipped, 1);
	ck_assert_uint_eq(known().digest_form, 1);
}
END_TEST

START_TEST(a_snapshot_sweeps_what_is_not_in_it)
{
	struct record_snapshot bounds = {.id = 3}, other = {.id = 4};

	add(RECORD_SNAPSHOT_BEGIN, &bounds, sizeof(bounds));
	add_object(RECORD_UPSERT, 3, 9);
	apply();
	ck_assert_uint_eq(known().count, 50);
	/* The end of one that was begun by nobody. */
	add(RECORD_SNAPSHOT_END, &other, sizeof(other));
	apply();
	ck_assert_uint_eq(known().count, 50);
	add(RECORD_SNAPSHOT_BEGIN, &bounds, sizeof(bounds));
	add_object(RECORD_UPSERT, 3, 9);
	add(RECORD_SNAPSHOT_END, &bounds, sizeof(bounds));
	apply();
	ck_assert_uint_eq(known().count, 1);
	ck_assert_uint_eq(held[3], 9);
}
END_TEST

/* What a node that holds the same would send. */
static void add_own_digest(void)
{
	static struct digest_sums sums;
	static struct digest digest;

	memset(&sums, 0, sizeof(sums));
	for (uint32_t i = 0; i < OBJECTS; i++) {
		struct object object = {i, held[i], 0};

		if (held[i] != ABSENT)
			digest_add(&sums, &object, sizeof(object), sizeof(object));
	}
	digest_write(&sums, &digest);
	add(RECORD_DIGEST, &digest, sizeof(digest));
}

/* feature: C22-049 */
START_TEST(what_has_drifted_is_told_until_it_is_mended)
{
	struct record_snapshot bounds = {.id = 3};
	uint16_t repairs = known().repairs;

	for (unsigned i = 0; i < 3; i++) {
		clock_time = i;
		add_own_digest();
		apply();
	}
	ck_assert_uint_eq(known().drifted, 0);
	for (unsigned i = 0; i < 2; i++) {
		held[5] = 1005;
		add_own_digest();
		held[5] = 4711;
		apply();
	}
	ck_assert_uint_eq(known().repairs, repairs + 1);
	ck_assert_uint_ge(known().drifted, 1);
	add(RECORD_SNAPSHOT_BEGIN, &bounds, sizeof(bounds));
	apply();
	ck_assert_uint_ge(known().drifted, 1);
	for (uint32_t i = 0; i < 50; i++)
		add_object(RECORD_UPSERT, i, 1000 + i);
	add(RECORD_SNAPSHOT_END, &bounds, sizeof(bounds));
	apply();
	ck_assert_uint_eq(known().drifted, 0);
	ck_assert_uint_eq(held[5], 1005);
}
END_TEST

START_TEST(a_digest_cut_short_is_skipped)
{
	uint32_t skipped = known().skipped;

	add(RECORD_DIGEST, "short", 5);
	apply();
	ck_assert_uint_eq(known().skipped, skipped + 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, objects_come_change_and_go);
	tcase_add_test(tests, a_snapshot_sweeps_what_is_not_in_it);
	tcase_add_test(tests, what_has_drifted_is_told_until_it_is_mended);
	tcase_add_test(tests, a_digest_cut_short_is_skipped);
}

TEST_MAIN("table", add_tests)
