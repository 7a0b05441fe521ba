/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/testing.h"
#include "datapath/ipv6/ipv6_parse.h"

/* feature: C28-011 */
START_TEST(an_illegal_fragment_is_dropped_alone)
{
	ck_assert(passes(first(1)));
	ck_assert(!passes(part(1, 53, 8, 16, true)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_OVERLAP), 1);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_OVERLAP);
	ck_assert(!passes(part(1, 53, 16, 13, true)));
	ck_assert(!passes(part(1, 53, 65528, 16, false)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_SIZE), 2);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_SIZE);
	ck_assert(passes(middle(1)));
	ck_assert(passes(last(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_DONE), 1);
}
END_TEST

/* feature: C28-011 C28-019 */
START_TEST(or_ends_its_packet)
{
	struct policy_fragments packet = defaults;

	packet.illegal = POLICY_ILLEGAL_DROP_LOG_ALL;
	apply(packet);
	fixture_receive(LAN, MAC_SHARED, last(1));
	fixture_walk();
	ck_assert(!passes(part(1, 53, 24, 16, true)));
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_SIZE);
	/* The stored one is gone with it. */
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_ILLEGAL_PACKET), 1);
	ck_assert(!passes(first(1)));
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_ILLEGAL_PACKET);
	fixture_seconds(59);
	ck_assert(!passes(first(1)));
	fixture_seconds(1);
	ck_assert(passes(first(1)));
	packet.illegal = POLICY_ILLEGAL_DROP_PACKET;
	apply(packet);
	while (next_event() >= 0)
		;
	ck_assert(!passes(part(1, 53, 8, 16, true)));
	ck_assert(!passes(last(1)));
	ck_assert_int_eq(next_event(), -1);
}
END_TEST

/* feature: C28-012 C28-015 */
START_TEST(duplicates)
{
	struct policy_fragments all = defaults;
	struct rte_mbuf *mbuf;

	ck_assert(passes(first(1)));
	ck_assert(!passes(first(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_DUPLICATE), 1);
	ck_assert_int_eq(next_event(), -1);
	ck_assert(passes(middle(1)));
	mbuf = middle(1);
	*rte_pktmbuf_mtod_offset(mbuf, uint8_t *, 25) ^= 1;
	ck_assert(!passes(mbuf));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_DUPLICATE_DATA), 1);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_DUPLICATE_DATA);
	/* Now it is suspect. */
	ck_assert(!passes(middle(1)));
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_DUPLICATE);
	all.duplicate_log = POLICY_FRAGMENT_LOG_ALL;
	apply(all);
	ck_assert(passes(first(2)));
	ck_assert(!passes(first(2)));
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_DUPLICATE);
}
END_TEST

/* feature: C28-013 C28-018 */
START_TEST(a_packet_that_is_not_complete_in_time_has_failed)
{
	struct policy_fragments all = defaults;

	all.failed_log = POLICY_REASSEMBLY_LOG_ALL_SUBSEQUENT;
	apply(all);
	ck_assert(passes(first(1)));
	fixture_seconds(64);
	ck_assert(passes(middle(1)));
	fixture_seconds(25);
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_FAILED), 0);
	fixture_seconds(1);
	ck_assert(!passes(last(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_FAILED), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_FAILED_PACKET), 1);
	ck_assert_int_eq(next_event(), EVENT_REASSEMBLY_TIMEOUT);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_FAILED_PACKET);
	ck_assert(passes(first(2)));
	fixture_seconds(65);
	ck_assert(!passes(middle(2)));
	/* Only those with something wrong, as it is by default. */
	apply(defaults);
	ck_assert(passes(first(3)));
	fixture_seconds(65);
	while (next_event() >= 0)
		;
	ck_assert(!passes(middle(3)));
	ck_assert_int_eq(next_event(), -1);
}
END_TEST

static struct rte_mbuf *icmp(uint16_t identification, uint8_t type)
{
	struct rte_mbuf *mbuf = fixture_echo(CLIENT, SERVER, type, 7);

	fixture_header(mbuf)->packet_id = rte_cpu_to_be_16(identification);
	fixture_header(mbuf)->fragment_offset = RTE_BE16(RTE_IPV4_HDR_MF_FLAG);
	fixture_checksum(mbuf);
	return mbuf;
}

/* feature: C28-016 */
START_TEST(icmp_but_for_echoes)
{
	struct policy_fragments wanted = defaults;

	ck_assert(passes(icmp(1, 8)));
	ck_assert(!passes(icmp(2, 13)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_ICMP), 1);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENTED_ICMP_DROPPED);
	wanted.icmp = POLICY_UNUSUAL_DROP;
	apply(wanted);
	ck_assert(!passes(icmp(3, 13)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_ICMP), 2);
	ck_assert_int_eq(next_event(), -1);
	wanted.icmp = POLICY_UNUSUAL_LOG;
	apply(wanted);
	passes(icmp(4, 13));
	ck_assert_int_eq(next_event(), EVENT_FRAGMENTED_ICMP);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_ICMP), 2);
}
END_TEST

/* feature: C28-017 */
START_TEST(all_but_the_last_have_a_length)
{
	struct policy_fragments wanted = defaults;

	wanted.length_min = 24;
	apply(wanted);
	ck_assert(!passes(first(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_SHORT), 1);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_SHORT);
	ck_assert(passes(part(2, 53, 0, 32, true)));
	ck_assert(passes(last(2)));
}
END_TEST

/* feature: C28-019 */
START_TEST(what_comes_after_the_last_is_dropped_for_a_while)
{
	struct policy_fragments wanted = defaults;

	ck_assert(passes(first(1)));
	ck_assert(passes(part(1, 53, 16, 24, false)));
	ck_assert(!passes(middle(1)));
	fixture_seconds(19);
	ck_assert(!passes(first(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_DONE_PACKET), 2);
	fixture_seconds(1);
	ck_assert(passes(first(1)));
	wanted.done_linger = 0;
	apply(wanted);
	ck_assert(passes(part(1, 53, 16, 24, false)));
	ck_assert(passes(first(1)));
}
END_TEST

/* feature: C28-010 C28-020 */
START_TEST(ipv6_too)
{
	ck_assert(!passes_ipv6(part_ipv6(1280, 8, false)));
	fixture_ipv6_receive(LAN, fixture_mac(LAN, MAC_SHARED), part_ipv6(0, 640, true));
	fixture_walk();
	for (unsigned i = 0; i < 2; i++) {
		struct rte_mbuf *out = fixture_sent(WAN);

		ck_assert_ptr_nonnull(out);
		rte_pktmbuf_free(out);
	}
	ck_assert(passes_ipv6(part_ipv6(640, 640, true)));
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_DONE), 1);
	ck_assert_uint_eq(flow_count(), 1);
	ck_assert(!passes_ipv6(part_ipv6(0, 632, true)));
}
END_TEST

/* feature: C28-020 */
START_TEST(the_sender_of_a_short_one_may_be_told)
{
	struct policy_fragments wanted = defaults;
	struct rte_mbuf *answer;
	const uint8_t *icmpv6;

	ck_assert(!passes_ipv6(part_ipv6(0, 632, true)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_SHORT), 1);
	ck_assert_ptr_null(fixture_sent(LAN));
	wanted.reject_short_ipv6 = 1;
	apply(wanted);
	ck_assert(!passes_ipv6(part_ipv6(0, 632, true)));
	ck_assert_ptr_nonnull(answer = fixture_sent(LAN));
	icmpv6 =
	    rte_pktmbuf_mtod_offset(answer, const uint8_t *, RTE_ETHER_HDR_LEN + sizeof(struct rte_ipv6_hdr));
	ck_assert_uint_eq(icmpv6[0], ICMPV6_PARAMETER);
	ck_assert_uint_eq(icmpv6[1], 0);
	ck_assert_uint_eq(icmpv6[7], 4);
	rte_pktmbuf_free(answer);
}
END_TEST

/* feature: C28-021 */
START_TEST(first_and_last_at_once)
{
	struct policy_fragments wanted = defaults;

	ck_assert(passes_ipv6(
	    fixture_ipv6_extend(fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), IPPROTO_FRAGMENT, 0, 0)));
	ck_assert_uint_eq(fixture_counter(COUNTER_FRAGMENT_RECEIVED), 0);
	ck_assert_int_eq(next_event(), -1);
	wanted.ipv6_atomic = POLICY_UNUSUAL_LOG;
	apply(wanted);
	ck_assert(passes_ipv6(
	    fixture_ipv6_extend(fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), IPPROTO_FRAGMENT, 0, 0)));
	ck_assert_int_eq(next_event(), EVENT_ATOMIC_FRAGMENT);
	wanted.ipv6_atomic = POLICY_UNUSUAL_DROP_LOG;
	apply(wanted);
	ck_assert(!passes_ipv6(
	    fixture_ipv6_extend(fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), IPPROTO_FRAGMENT, 0, 0)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_ATOMIC), 1);
	ck_assert_int_eq(next_event(), EVENT_ATOMIC_FRAGMENT_DROPPED);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, an_illegal_fragment_is_dropped_alone);
	tcase_add_test(tests, or_ends_its_packet);
	tcase_add_test(tests, duplicates);
	tcase_add_test(tests, a_packet_that_is_not_complete_in_time_has_failed);
	tcase_add_test(tests, icmp_but_for_echoes);
	tcase_add_test(tests, all_but_the_last_have_a_length);
	tcase_add_test(tests, what_comes_after_the_last_is_dropped_for_a_while);
	tcase_add_test(tests, ipv6_too);
	tcase_add_test(tests, the_sender_of_a_short_one_may_be_told);
	tcase_add_test(tests, first_and_last_at_once);
}
TEST_MAIN("fragment_settings", add_tests)
