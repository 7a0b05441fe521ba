/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/take.h"
#include "datapath/testing/fixture.h"
#include "lib/messages/capture.h"
#include "lib/testing.h"

#include <string.h>

static struct capture_ring *ring;
static struct capture capture;
static struct capture_table table;

static void setup(void)
{
	fixture_setup();
	ring = capture_ring_create(65536);
	ck_assert_ptr_nonnull(ring);
	capture = (struct capture){.id = 7, .interface = LAN, .length = CAPTURE_LENGTH_MAX};
	table = (struct capture_table){.ring = {ring}, .count = 1, .capture = {&capture}};
	atomic_store(&datapath.captures, &table);
}

static void teardown(void)
{
	atomic_store(&datapath.captures, NULL);
	capture_ring_destroy(ring);
}

static void pass(void)
{
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	mbuf = fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000), LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
}

static void expect(bool sent, uint32_t length, uint32_t captured)
{
	const struct capture_record *record = capture_ring_first(ring);

	ck_assert_ptr_nonnull(record);
	ck_assert_uint_eq(record->id, 7);
	ck_assert_uint_eq(record->sent, sent);
	ck_assert_uint_eq(record->length, length);
	ck_assert_uint_eq(record->captured, captured);
	capture_ring_release(ring);
}

/* feature: C02-131 C02-136 */
START_TEST(both_directions_of_one_interface)
{
	const struct rte_ether_hdr *header;
	uint32_t length;

	pass();
	header = (const void *)(capture_ring_first(ring) + 1);
	length = capture_ring_first(ring)->length;
	ck_assert_uint_eq(header->ether_type, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	ck_assert_uint_eq(header->dst_addr.addr_bytes[5], MAC_SHARED);
	ck_assert_uint_gt(capture_ring_first(ring)->time_us, 0);
	expect(false, length, length);
	expect(true, length, length);
	ck_assert_ptr_null(capture_ring_first(ring));
	capture.length = 20;
	pass();
	expect(false, length, 20);
	expect(true, length, 20);
	/* Off again. */
	atomic_store(&datapath.captures, NULL);
	pass();
	ck_assert_ptr_null(capture_ring_first(ring));
}
END_TEST

/* feature: C02-140 */
START_TEST(what_the_filter_does_not_want_is_not_copied)
{
	capture.filter.port[CAPTURE_SOURCE].count = 1;
	capture.filter.port[CAPTURE_SOURCE].range[0].first = 53;
	capture.filter.port[CAPTURE_SOURCE].range[0].last = 53;
	pass();
	ck_assert_uint_eq(capture_ring_first(ring)->sent, 1);
	capture_ring_release(ring);
	ck_assert_ptr_null(capture_ring_first(ring));
}
END_TEST

START_TEST(a_full_ring_loses_copies_and_no_packets)
{
	unsigned held = 0;

	for (unsigned i = 0; i < 500; i++)
		pass();
	while (capture_ring_first(ring)) {
		held++;
		capture_ring_release(ring);
	}
	ck_assert_uint_gt(held, 400);
	ck_assert_uint_eq(held + capture.lost[0], 1000);
	ck_assert_uint_eq(fixture_counter(COUNTER_CAPTURE_LOST), capture.lost[0]);
}
END_TEST

/* One assertion, not one for each of thirty million bytes. */
static bool all_are(const struct capture_record *record, uint8_t byte)
{
	const uint8_t *bytes = (const uint8_t *)(record + 1);
	uint32_t same = 0;

	while (same < record->captured && bytes[same] == byte)
		same++;
	return same == record->captured;
}

/* Records of all lengths, over the end of the ring and again, come out as they went in. */
START_TEST(records_are_whole)
{
	uint64_t put = 0, got = 0;

	for (unsigned round = 0; round < 20000; round++) {
		uint32_t captured = (round * 37) % 3000;
		struct capture_record *record = capture_ring_reserve(ring, captured);

		if (record) {
			*record = (struct capture_record){.id = 1, .captured = captured, .time_us = put++};
			memset(record + 1, (int)(record->time_us & 255), captured);
			capture_ring_commit(ring);
		}
		for (unsigned i = 0; !record || (round % 3 == 0 && i < 2); i++) {
			const struct capture_record *first = capture_ring_first(ring);

			if (!first)
				break;
			ck_assert_uint_eq(first->time_us, got);
			ck_assert(all_are(first, got & 255));
			got++;
			capture_ring_release(ring);
		}
	}
	ck_assert_uint_gt(got, 10000);
	while (capture_ring_first(ring)) {
		got++;
		capture_ring_release(ring);
	}
	ck_assert_uint_eq(got, put);
	ck_assert_uint_eq(capture_ring_read(ring), capture_ring_written(ring));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, both_directions_of_one_interface);
	tcase_add_test(tests, what_the_filter_does_not_want_is_not_copied);
	tcase_add_test(tests, a_full_ring_loses_copies_and_no_packets);
	tcase_add_test(tests, records_are_whole);
}

TEST_MAIN("capture", add_tests)
