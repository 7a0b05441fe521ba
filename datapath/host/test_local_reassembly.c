/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_key.h"
#include "datapath/host/local_reassembly.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <string.h>

#define LIFETIME 90

static const struct policy_local_reassembly defaults = {
    .reassemblies_max = 256, .size_max = 10000, .large_max = 32};
static struct local_packet whole;
static uint32_t failed;
static uint8_t packet[70000];

static void setup(void)
{
	failed = 0;
	whole = (struct local_packet){.data = NULL};
}

static uint8_t pattern(uint32_t at)
{
	return (uint8_t)(at * 7 + at / 256);
}

static enum counter add4(const struct policy_local_reassembly *limits, uint64_t now, uint16_t identification,
                         uint32_t offset, uint32_t length, bool more)
{
	struct rte_ipv4_hdr header = {.version_ihl = RTE_IPV4_VHL_DEF,
	                              .total_length = rte_cpu_to_be_16(20 + length),
	                              .packet_id = rte_cpu_to_be_16(identification),
	                              .fragment_offset =
	                                  rte_cpu_to_be_16(offset / 8 | (more ? RTE_IPV4_HDR_MF_FLAG : 0)),
	                              .time_to_live = 64,
	                              .next_proto_id = IPPROTO_UDP,
	                              .src_addr = RTE_BE32(0x0a01000a),
	                              .dst_addr = RTE_BE32(0x0a010001)};

	memcpy(packet, &header, sizeof(header));
	for (uint32_t i = 0; i < length; i++)
		packet[20 + i] = pattern(offset + i);
	ck_assert(local_reassembly_wanted(packet, 20 + length));
	return local_reassembly_add(limits, now, LIFETIME, packet, 20 + length, 1, &whole, &failed);
}

static void expect_whole(uint32_t header, uint32_t payload)
{
	ck_assert_ptr_nonnull(whole.data);
	ck_assert_uint_eq(whole.length, header + payload);
	for (uint32_t i = 0; i < payload; i++)
		ck_assert_uint_eq(whole.data[header + i], pattern(i));
	free(whole.memory);
}

/* feature: C28-022 */
START_TEST(fragments_in_any_order_make_one_packet)
{
	struct rte_ipv4_hdr header;

	ck_assert_int_eq(add4(&defaults, 1, 1, 2960, 1040, false), COUNTER_COUNT);
	ck_assert_int_eq(add4(&defaults, 1, 1, 0, 1480, true), COUNTER_COUNT);
	ck_assert_ptr_null(whole.data);
	ck_assert_int_eq(add4(&defaults, 1, 1, 1480, 1480, true), COUNTER_COUNT);
	memcpy(&header, whole.data, sizeof(header));
	ck_assert_uint_eq(header.fragment_offset, 0);
	ck_assert_uint_eq(rte_be_to_cpu_16(header.total_length), 4020);
	ck_assert_uint_eq(rte_raw_cksum(&header, sizeof(header)), 0xffff);
	expect_whole(20, 4000);
	ck_assert_uint_eq(failed, 0);
}
END_TEST

static enum counter add6(uint32_t offset, uint32_t length, bool more, bool options)
{
	struct rte_ipv6_hdr header = {.vtc_flow = RTE_BE32(0x60000000), .hop_limits = 64};
	uint32_t begin = sizeof(header);
	uint16_t field = rte_cpu_to_be_16(offset | more);

	header.proto = options ? IPPROTO_DSTOPTS : IPPROTO_FRAGMENT;
	header.src_addr[15] = 1;
	if (options) {
		memcpy(packet + begin, (uint8_t[]){IPPROTO_FRAGMENT, 0, 1, 4, 0, 0, 0, 0}, 8);
		begin += 8;
	}
	memcpy(packet + begin, (uint8_t[]){IPPROTO_UDP, 0, 0, 0, 0, 0, 0, 9}, 8);
	memcpy(packet + begin + 2, &field, sizeof(field));
	begin += 8;
	for (uint32_t i = 0; i < length; i++)
		packet[begin + i] = pattern(offset + i);
	header.payload_len = rte_cpu_to_be_16(begin - sizeof(header) + length);
	memcpy(packet, &header, sizeof(header));
	ck_assert(local_reassembly_wanted(packet, begin + length));
	return local_reassembly_add(&defaults, 1, LIFETIME, packet, begin + length, 1, &whole, &failed);
}

/* feature: C28-022 */
START_TEST(ipv6_loses_its_fragment_header)
{
	struct rte_ipv6_hdr header;

	for (unsigned options = 0; options < 2; options++) {
		ck_assert_int_eq(add6(0, 1280, true, options), COUNTER_COUNT);
		ck_assert_int_eq(add6(1280, 1001, false, options), COUNTER_COUNT);
		memcpy(&header, whole.data, sizeof(header));
		ck_assert_uint_eq(header.proto, options ? IPPROTO_DSTOPTS : IPPROTO_UDP);
		if (options)
			ck_assert_uint_eq(whole.data[40], IPPROTO_UDP);
		ck_assert_uint_eq(rte_be_to_cpu_16(header.payload_len), 2281 + 8 * options);
		expect_whole(40 + 8 * options, 2281);
	}
}
END_TEST

/* feature: C28-022 */
START_TEST(sizes_and_numbers_have_their_limits)
{
	struct policy_local_reassembly few = {.reassemblies_max = 2, .size_max = 5000, .large_max = 1};

	ck_assert_int_eq(add4(&few, 1, 1, 4480, 501, false), COUNTER_DROP_LOCAL_REASSEMBLY_SIZE);
	ck_assert_int_eq(add4(&few, 1, 1, 0, 1480, true), COUNTER_COUNT);
	ck_assert_int_eq(add4(&few, 2, 2, 0, 1480, true), COUNTER_COUNT);
	/* A third displaces the oldest. */
	ck_assert_int_eq(add4(&few, 3, 3, 0, 1480, true), COUNTER_COUNT);
	ck_assert_uint_eq(failed, 1);
	ck_assert_int_eq(add4(&few, 3, 2, 1480, 8, false), COUNTER_COUNT);
	expect_whole(20, 1488);
	/* One may be large at once. */
	ck_assert_int_eq(add4(&few, 4, 4, 2960, 1480, true), COUNTER_COUNT);
	ck_assert_int_eq(add4(&few, 5, 3, 2960, 1480, true), COUNTER_COUNT);
	ck_assert_uint_eq(failed, 2);
	few.large_max = 0;
	ck_assert_int_eq(add4(&few, 6, 6, 2048, 8, true), COUNTER_DROP_LOCAL_REASSEMBLY_LIMIT);
	few.reassemblies_max = 0;
	ck_assert_int_eq(add4(&few, 6, 7, 0, 8, true), COUNTER_DROP_LOCAL_REASSEMBLY_LIMIT);
	local_reassembly_stop();
}
END_TEST

/* The header of the first fragment is longer than those that were reckoned with. */
/* feature: C28-022 */
START_TEST(no_packet_is_longer_than_its_length_can_say)
{
	struct policy_local_reassembly large = {.reassemblies_max = 2, .size_max = 65535, .large_max = 1};
	enum counter reason;

	for (uint32_t at = 8; at < 65515; at += 16000)
		ck_assert_int_eq(add4(&large, 1, 1, at, RTE_MIN(16000u, 65515 - at), at + 16000 < 65515),
		                 COUNTER_COUNT);
	/* What add4 has left there: an IP header, which gets options now, of nothing but padding. */
	memset(packet + 20, 1, 40 + 8);
	packet[0] = 0x4f;
	memcpy(packet + 2, (uint8_t[]){0, 68}, 2);
	memcpy(packet + 6, (uint8_t[]){0x20, 0}, 2);
	reason = local_reassembly_add(&large, 1, LIFETIME, packet, 68, 1, &whole, &failed);
	ck_assert_int_eq(reason, COUNTER_DROP_LOCAL_REASSEMBLY_SIZE);
	ck_assert_ptr_null(whole.data);
	ck_assert_uint_eq(failed, 1);
}
END_TEST

/* feature: C28-022 */
START_TEST(what_does_not_fit_together_is_given_up)
{
	ck_assert_int_eq(add4(&defaults, 1, 1, 0, 1480, true), COUNTER_COUNT);
	ck_assert_int_eq(add4(&defaults, 1, 1, 1472, 16, true), COUNTER_DROP_LOCAL_REASSEMBLY_OVERLAP);
	ck_assert_int_eq(add4(&defaults, 1, 2, 16, 8, false), COUNTER_COUNT);
	ck_assert_int_eq(add4(&defaults, 1, 2, 16, 16, true), COUNTER_DROP_LOCAL_REASSEMBLY_OVERLAP);
	ck_assert_uint_eq(failed, 2);
	/* And what takes too long. */
	ck_assert_int_eq(add4(&defaults, 1, 3, 0, 8, true), COUNTER_COUNT);
	ck_assert_int_eq(add4(&defaults, 1 + LIFETIME, 3, 8, 8, false), COUNTER_COUNT);
	ck_assert_ptr_null(whole.data);
	ck_assert_uint_eq(failed, 3);
	local_reassembly_stop();
}
END_TEST

START_TEST(what_is_no_fragment)
{
	struct rte_ipv4_hdr header = {.version_ihl = RTE_IPV4_VHL_DEF,
	                              .fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG)};

	memcpy(packet, &header, sizeof(header));
	ck_assert(!local_reassembly_wanted(packet, sizeof(header)));
	memset(packet, 0, 60);
	packet[0] = 0x60;
	ck_assert(!local_reassembly_wanted(packet, 60));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, fragments_in_any_order_make_one_packet);
	tcase_add_test(tests, ipv6_loses_its_fragment_header);
	tcase_add_test(tests, sizes_and_numbers_have_their_limits);
	tcase_add_test(tests, no_packet_is_longer_than_its_length_can_say);
	tcase_add_test(tests, what_does_not_fit_together_is_given_up);
	tcase_add_test(tests, what_is_no_fragment);
}
TEST_MAIN("local_reassembly", add_tests)
