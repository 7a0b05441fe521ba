/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/reassembly.h"
#include "lib/testing.h"

#include <errno.h>
#include <openssl/sha.h>
#include <string.h>

_Alignas(8) static uint8_t bytes[GROUP_MESSAGE_MAX];
static struct group_message message;

/* feature: C22-006 */
START_TEST(records_travel_with_their_number_and_term)
{
	struct group_records records = {.sequence = 7, .term = 3};
	size_t length = group_encode(GROUP_RECORDS, 99, &records, sizeof(records), "batch", 5, bytes);

	ck_assert_int_eq(group_decode(bytes, length, &message), 0);
	ck_assert_uint_eq(message.type, GROUP_RECORDS);
	ck_assert_uint_eq(message.instance, 99);
	ck_assert_uint_eq(message.records.sequence, 7);
	ck_assert_uint_eq(message.records.term, 3);
	ck_assert_uint_eq(message.payload_length, 5);
	ck_assert_mem_eq(message.payload, "batch", 5);
}
END_TEST

/* A type of a later version is told apart from damage, so that it can be skipped and counted (C22-056). */
START_TEST(an_unknown_type_is_no_damage)
{
	size_t length = group_encode(200, 99, NULL, 0, "new", 3, bytes);

	ck_assert_int_eq(group_decode(bytes, length, &message), -ENOTSUP);
	ck_assert_uint_eq(message.instance, 99);
	bytes[0] ^= 1;
	ck_assert_int_eq(group_decode(bytes, length, &message), -EBADMSG);
}
END_TEST

START_TEST(a_message_cut_anywhere_is_refused)
{
	struct group_count counts[2] = {{.class_id = RECORD_FLOW, .count = 5},
	                                {.class_id = RECORD_NEIGHBOUR}};
	struct group_status status = {.count_length = sizeof(counts[0]), .class_count = 2};
	size_t length = group_encode(GROUP_STATUS, 1, &status, sizeof(status), counts, sizeof(counts), bytes);

	ck_assert_int_eq(group_decode(bytes, length, &message), 0);
	ck_assert_uint_eq(message.counts[0].count, 5);
	for (size_t cut = 0; cut < length; cut++)
		ck_assert_int_eq(group_decode(bytes, cut, &message), -EBADMSG);
}
END_TEST

/* feature: C22-056 */
START_TEST(what_earlier_releases_say_is_understood)
{
	/* A count of theirs ends where alike begins, and their request says nothing. */
	struct group_count counts[2] = {{.class_id = RECORD_FLOW, .count = 5}};
	struct group_status status = {.count_length = GROUP_COUNT_FIRST, .class_count = 2};
	size_t length;

	memcpy((uint8_t *)counts + GROUP_COUNT_FIRST,
	       &(struct group_count){.class_id = RECORD_NEIGHBOUR, .count = 6}, GROUP_COUNT_FIRST);
	length = group_encode(GROUP_STATUS, 1, &status, sizeof(status), counts, 2 * GROUP_COUNT_FIRST, bytes);
	ck_assert_int_eq(group_decode(bytes, length, &message), 0);
	ck_assert_uint_eq(message.counts[1].class_id, RECORD_NEIGHBOUR);
	ck_assert_uint_eq(message.counts[1].count, 6);
	ck_assert_uint_eq(message.counts[1].alike, 6);
	ck_assert_uint_eq(message.counts[1].digest_form, 0);
	length = group_encode(GROUP_SNAPSHOT_REQUEST, 1, NULL, 0, NULL, 0, bytes);
	ck_assert_int_eq(group_decode(bytes, length, &message), 0);
	ck_assert_uint_eq(message.request.set, RECORD_CLASSES_ALL);
}
END_TEST

START_TEST(what_is_too_long_is_not_written)
{
	static uint8_t payload[GROUP_MESSAGE_MAX];

	ck_assert_uint_eq(group_encode(GROUP_RECORDS, 1, NULL, 0, payload, sizeof(payload), bytes), 0);
}
END_TEST

static uint8_t configuration[GROUP_CHUNK * 2 + 1000];

static void make_head(struct group_configuration *head)
{
	for (size_t i = 0; i < sizeof(configuration); i++)
		configuration[i] = (uint8_t)(i * 31 >> 3);
	*head = (struct group_configuration){.generation = 4, .total = sizeof(configuration)};
	SHA256(configuration, sizeof(configuration), head->digest);
}

static int give(struct reassembly *reassembly, const struct group_configuration *head, uint32_t offset)
{
	struct group_configuration piece = *head;
	size_t left = sizeof(configuration) - offset, take = left < GROUP_CHUNK ? left : GROUP_CHUNK;
	size_t length;

	piece.offset = offset;
	length =
	    group_encode(GROUP_CONFIGURATION, 1, &piece, sizeof(piece), configuration + offset, take, bytes);
	ck_assert_int_eq(group_decode(bytes, length, &message), 0);
	return reassembly_take(reassembly, &message);
}

/* feature: C22-011 C22-018 */
START_TEST(a_configuration_is_put_together_again)
{
	struct reassembly reassembly = {0};
	struct group_configuration head;

	make_head(&head);
	ck_assert_int_eq(give(&reassembly, &head, 0), 0);
	ck_assert_int_eq(give(&reassembly, &head, GROUP_CHUNK), 0);
	ck_assert_int_eq(give(&reassembly, &head, 2 * GROUP_CHUNK), 1);
	ck_assert_uint_eq(reassembly.head.generation, 4);
	ck_assert_mem_eq(reassembly.bytes, configuration, sizeof(configuration));
	reassembly_reset(&reassembly);
}
END_TEST

START_TEST(a_missing_piece_or_a_wrong_digest_is_noticed)
{
	struct reassembly reassembly = {0};
	struct group_configuration head;

	make_head(&head);
	ck_assert_int_eq(give(&reassembly, &head, GROUP_CHUNK), -EBADMSG);
	ck_assert_int_eq(give(&reassembly, &head, 0), 0);
	ck_assert_int_eq(give(&reassembly, &head, 2 * GROUP_CHUNK), -EBADMSG);
	head.digest[0] ^= 1;
	ck_assert_int_eq(give(&reassembly, &head, 0), 0);
	ck_assert_int_eq(give(&reassembly, &head, GROUP_CHUNK), 0);
	ck_assert_int_eq(give(&reassembly, &head, 2 * GROUP_CHUNK), -EBADMSG);
	head.total = CONFIGURATION_MAX + 1;
	ck_assert_int_eq(give(&reassembly, &head, 0), -EMSGSIZE);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, records_travel_with_their_number_and_term);
	tcase_add_test(tests, an_unknown_type_is_no_damage);
	tcase_add_test(tests, a_message_cut_anywhere_is_refused);
	tcase_add_test(tests, what_earlier_releases_say_is_understood);
	tcase_add_test(tests, what_is_too_long_is_not_written);
	tcase_add_test(tests, a_configuration_is_put_together_again);
	tcase_add_test(tests, a_missing_piece_or_a_wrong_digest_is_noticed);
}

TEST_MAIN("group", add_tests)
