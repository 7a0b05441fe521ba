/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/mirror/mirror.h"
#include "lib/messages/activity.h"
#include "lib/testing.h"

#include <errno.h>

static unsigned applied, ended;
static uint8_t last_version;

static int apply(const struct record_header *header, const void *payload)
{
	last_version = header->version;
	if (header->length < 4 || *(const uint8_t *)payload == 0)
		return -EBADMSG;
	applied++;
	return 0;
}

static void apply_end(void)
{
	ended++;
}

static uint64_t count(void)
{
	return 42;
}

static const struct mirror_class flows = {
    .id = RECORD_FLOW, .version = 1, .apply = apply, .apply_end = apply_end, .count = count};
static const struct mirror_class *const classes[] = {&flows, NULL};

static uint32_t skipped_of(uint16_t class_id)
{
	struct message_mirror_count counts[RECORD_CLASS_MAX];
	unsigned number = registry_counts(classes, counts, RECORD_CLASS_MAX);

	for (unsigned i = 0; i < number; i++) {
		if (counts[i].class_id == class_id)
			return counts[i].skipped;
	}
	return 0;
}

/* feature: C22-049 C22-056 */
START_TEST(what_is_not_understood_is_skipped_and_counted)
{
	static struct record_batch batch;
	static const uint8_t good[4] = {1}, bad[4] = {0};

	applied = ended = 0;
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, good, sizeof(good));
	record_append(&batch, 40, 1, RECORD_UPSERT, good, sizeof(good));
	record_append(&batch, RECORD_FLOW, 2, RECORD_UPSERT, good, sizeof(good));
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, bad, sizeof(bad));
	record_append(&batch, RECORD_FLOW, 0, RECORD_UPSERT, good, sizeof(good));
	record_append(&batch, 999, 1, RECORD_UPSERT, good, sizeof(good));
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, good, sizeof(good));
	ck_assert_int_eq(registry_apply(classes, batch.bytes, batch.length), 0);
	ck_assert_uint_eq(applied, 3);
	ck_assert_uint_eq(ended, 1);
	ck_assert_uint_eq(skipped_of(RECORD_FLOW), 2);
	ck_assert_uint_eq(skipped_of(40), 1);
	ck_assert_uint_eq(skipped_of(0), 1);
	ck_assert_uint_eq(skipped_of(RECORD_NEIGHBOUR), 0);
}
END_TEST

START_TEST(what_is_cut_short_ends_the_batch)
{
	static struct record_batch batch;
	static const uint8_t good[4] = {1};

	applied = ended = 0;
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, good, sizeof(good));
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, good, sizeof(good));
	ck_assert_int_eq(registry_apply(classes, batch.bytes, batch.length - 8), -EBADMSG);
	ck_assert_uint_eq(applied, 1);
	ck_assert_uint_eq(ended, 1);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, what_is_not_understood_is_skipped_and_counted);
	tcase_add_test(tests, what_is_cut_short_ends_the_batch);
}

TEST_MAIN("mirror", add_tests)
