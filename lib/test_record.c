/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/record.h"
#include "lib/testing.h"

#include <errno.h>
#include <string.h>

START_TEST(records_are_read_as_they_were_written)
{
	static struct record_batch batch;
	struct record_header header;
	const void *payload;
	size_t offset = 0;

	ck_assert_int_eq(record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, "abcde", 5), 0);
	ck_assert_int_eq(record_append(&batch, RECORD_NEIGHBOUR, 2, RECORD_DELETE, NULL, 0), 0);
	ck_assert_int_eq(record_next(batch.bytes, batch.length, &offset, &header, &payload), 1);
	ck_assert_uint_eq(header.class_id, RECORD_FLOW);
	ck_assert_uint_eq(header.length, 5);
	ck_assert_mem_eq(payload, "abcde", 5);
	ck_assert_int_eq(record_next(batch.bytes, batch.length, &offset, &header, &payload), 1);
	ck_assert_uint_eq(header.class_id, RECORD_NEIGHBOUR);
	ck_assert_uint_eq(header.version, 2);
	ck_assert_uint_eq(header.operation, RECORD_DELETE);
	ck_assert_int_eq(record_next(batch.bytes, batch.length, &offset, &header, &payload), 0);
}
END_TEST

START_TEST(a_full_batch_takes_no_more_and_stays_whole)
{
	static struct record_batch batch;
	static const uint8_t payload[100];
	uint32_t count = 0, length;

	while (record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, payload, sizeof(payload)) == 0)
		count++;
	length = batch.length;
	ck_assert_uint_eq(count, RECORD_BATCH_MAX / (8 + 104));
	ck_assert_int_eq(record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, payload, sizeof(payload)),
	                 -ENOSPC);
	ck_assert_int_eq(record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, payload, UINT32_MAX), -ENOSPC);
	ck_assert_uint_eq(batch.length, length);
}
END_TEST

/* An unknown class is skipped by its length; this is what lets two versions run as a pair (C22-056). */
START_TEST(an_unknown_class_is_stepped_over)
{
	static struct record_batch batch;
	struct record_header header;
	const void *payload;
	size_t offset = 0;

	record_append(&batch, 4711, 9, 77, "something new", 13);
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, "old", 3);
	ck_assert_int_eq(record_next(batch.bytes, batch.length, &offset, &header, &payload), 1);
	ck_assert_str_eq(record_class_name(header.class_id), "unknown");
	ck_assert_int_eq(record_next(batch.bytes, batch.length, &offset, &header, &payload), 1);
	ck_assert_str_eq(record_class_name(header.class_id), "Flows");
	ck_assert_mem_eq(payload, "old", 3);
}
END_TEST

START_TEST(a_batch_cut_anywhere_is_noticed_and_bounded)
{
	static struct record_batch batch;

	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, "0123456789", 10);
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, "0123456789", 10);
	for (size_t cut = 1; cut < batch.length; cut++) {
		struct record_header header;
		const void *payload;
		size_t offset = 0;
		int result;

		while ((result = record_next(batch.bytes, cut, &offset, &header, &payload)) == 1)
			ck_assert_uint_le(offset, cut);
		ck_assert_int_eq(result, cut == batch.length / 2 ? 0 : -EBADMSG);
	}
}
END_TEST

START_TEST(a_message_is_a_batch_where_its_length_is_that_of_its_records)
{
	static struct record_batch batch;

	ck_assert(record_batch_is_whole(&batch, record_batch_size(&batch)));
	record_append(&batch, RECORD_FLOW, 1, RECORD_UPSERT, "0123456789", 10);
	ck_assert_uint_eq(record_batch_size(&batch), 8 + 8 + 16);
	ck_assert(record_batch_is_whole(&batch, 8 + 8 + 16));
	ck_assert(!record_batch_is_whole(&batch, 8 + 8 + 15));
	ck_assert(!record_batch_is_whole(&batch, 8 + 8 + 17));
	ck_assert(!record_batch_is_whole(&batch, 0));
	ck_assert(!record_batch_is_whole(&batch, 7));
	batch.length = RECORD_BATCH_MAX + 8;
	ck_assert(!record_batch_is_whole(&batch, record_batch_size(&batch)));
	batch.length = UINT32_MAX;
	ck_assert(!record_batch_is_whole(&batch, 7));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, records_are_read_as_they_were_written);
	tcase_add_test(tests, a_full_batch_takes_no_more_and_stays_whole);
	tcase_add_test(tests, an_unknown_class_is_stepped_over);
	tcase_add_test(tests, a_batch_cut_anywhere_is_noticed_and_bounded);
	tcase_add_test(tests, a_message_is_a_batch_where_its_length_is_that_of_its_records);
}

TEST_MAIN("record", add_tests)
