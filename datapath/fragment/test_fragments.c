/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/testing.h"

/* feature: C28-010 */
START_TEST(fragments_follow_their_first_in_its_flow)
{
	ck_assert(passes(first(1)));
	ck_assert(passes(middle(1)));
	ck_assert(passes(last(1)));
	ck_assert_uint_eq(flow_count(), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_DONE), 1);
	/* In any order they leave in that of their places; only the first knows where to. */
	fixture_receive(LAN, MAC_SHARED, last(2));
	fixture_receive(LAN, MAC_SHARED, middle(2));
	fixture_walk();
	ck_assert_ptr_null(fixture_sent(WAN));
	fixture_receive(LAN, MAC_SHARED, first(2));
	fixture_walk();
	expect_sent(0);
	expect_sent(16);
	expect_sent(32);
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_DONE), 2);
	ck_assert_uint_eq(flow_count(), 1);
}
END_TEST

/* feature: C28-010 */
START_TEST(zero_drops_them_all)
{
	struct policy_fragments none = defaults;

	none.reassemblies_max = 0;
	apply(none);
	ck_assert(!passes(first(1)));
	ck_assert(!passes(last(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_DISABLED), 2);
}
END_TEST

/* feature: C28-010 C28-013 */
START_TEST(so_many_at_once_and_the_oldest_goes)
{
	struct policy_fragments two = defaults;

	two.reassemblies_max = 2;
	two.failed_log = POLICY_REASSEMBLY_LOG_ALL;
	apply(two);
	ck_assert(passes(first(1)));
	ck_assert(passes(first(2)));
	ck_assert(passes(first(3)));
	ck_assert_int_eq(next_event(), EVENT_REASSEMBLY_RESOURCES);
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_FAILED), 1);
	/* 1 is forgotten: its fragment waits for a first one, and cannot displace those that have theirs. */
	ck_assert(!passes(middle(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_LIMIT), 1);
	ck_assert(passes(middle(3)));
}
END_TEST

/* feature: C28-018 */
START_TEST(nobody_has_to_come_for_it_to_end)
{
	unsigned before = rte_mempool_avail_count(datapath.packets);

	for (unsigned i = 0; i < 100; i++) {
		fixture_receive(LAN, MAC_SHARED, middle(i));
		fixture_walk();
	}
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), before - 100);
	fixture_seconds(REASSEMBLY_HELD_SECONDS);
	for (unsigned i = 0; i < 2 * FLOW_TICKS_PER_SECOND; i++) {
		fixture_worker()->now++;
		fixture_walk();
	}
	ck_assert_uint_eq(rte_mempool_avail_count(datapath.packets), before);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_TIMEOUT), 100);
	ck_assert_uint_eq(fixture_counter(COUNTER_REASSEMBLY_FAILED), 100);
	ck_assert_int_eq(next_event(), -1);
}
END_TEST

/* feature: C28-010 */
START_TEST(what_waits_is_bounded)
{
	unsigned before = rte_mempool_avail_count(datapath.packets);

	for (unsigned i = 0; i < 3000; i++) {
		fixture_receive(LAN, MAC_SHARED, part(i, 53, 16 + 8 * (i % 7), 8, true));
		fixture_walk();
	}
	ck_assert_uint_ge(rte_mempool_avail_count(datapath.packets), before - REASSEMBLY_HELD_MAX);
	ck_assert(passes(first(5000)));
	ck_assert(passes(middle(5000)));
	ck_assert(passes(last(5000)));
}
END_TEST

/* feature: C28-014 */
START_TEST(what_the_rules_refuse_stays_out)
{
	struct policy_fragments all = defaults;

	fixture_receive(LAN, MAC_SHARED, part(1, 666, 16, 16, true));
	fixture_walk();
	ck_assert(!passes(part(1, 666, 0, 16, true)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_RULE), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_REFUSED_PACKET), 1);
	ck_assert(!passes(part(1, 666, 32, 8, false)));
	ck_assert_uint_eq(flow_count(), 0);
	ck_assert_int_eq(next_event(), -1);
	/* One answer, about the first (RFC 1812 4.3.2.7). */
	rte_pktmbuf_free(fixture_sent(LAN));
	ck_assert_ptr_null(fixture_sent(LAN));
	all.dropped_log = POLICY_FRAGMENT_LOG_ALL;
	apply(all);
	ck_assert(!passes(part(2, 666, 0, 16, true)));
	ck_assert(!passes(part(2, 666, 16, 16, true)));
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_REFUSED_PACKET);
	ck_assert_int_eq(next_event(), EVENT_FRAGMENT_REFUSED_PACKET);
	ck_assert_int_eq(next_event(), -1);
}
END_TEST

/* feature: C28-014 */
START_TEST(a_first_fragment_without_its_transport_header_ends_the_packet)
{
	struct rte_mbuf *tiny = fixture_tcp(CLIENT, 1000, SERVER, 80, RTE_TCP_SYN_FLAG, 0);

	rte_pktmbuf_trim(tiny, 4);
	fixture_header(tiny)->total_length = RTE_BE16(36);
	fixture_header(tiny)->fragment_offset = RTE_BE16(RTE_IPV4_HDR_MF_FLAG);
	fixture_checksum(tiny);
	ck_assert(!passes(tiny));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TRANSPORT_HEADER), 1);
	/* A datagram that says to be longer than it is. */
	fixture_receive(LAN, MAC_SHARED, part(7, 53, 16, 8, false));
	fixture_walk();
	ck_assert(!passes(first(7)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TRANSPORT_HEADER), 2);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_REFUSED_PACKET), 1);
	ck_assert(passes(first(8)));
	ck_assert(!passes(part(8, 53, 16, 8, false)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_SIZE), 1);
}
END_TEST

/* feature: C28-010 */
START_TEST(translated_fragments_keep_the_address_of_their_first)
{
	struct policy_builder *builder = fixture_policy();
	struct rte_ipv4_hdr header;
	struct rte_mbuf *mbuf;

	policy_builder_settings(builder)->fragments = defaults;
	fixture_nat_rule(builder, POLICY_SOURCE_NAT_INTERFACE, 0);
	fixture_apply(builder);
	fixture_receive(LAN, MAC_SHARED, last(1));
	fixture_receive(LAN, MAC_SHARED, first(1));
	fixture_receive(LAN, MAC_SHARED, middle(1));
	fixture_walk();
	for (unsigned i = 0; i < 3; i++) {
		ck_assert_ptr_nonnull(mbuf = fixture_sent(WAN));
		memcpy(&header, rte_pktmbuf_mtod_offset(mbuf, void *, RTE_ETHER_HDR_LEN), sizeof(header));
		ck_assert_uint_eq(header.src_addr, WAN_SHARED);
		ck_assert_uint_eq(rte_raw_cksum(&header, sizeof(header)), 0xffff);
		/* The payload of a later one stays as it is. */
		if (i > 0)
			ck_assert_uint_eq(*rte_pktmbuf_mtod_offset(mbuf, uint8_t *, 34),
			                  (header.fragment_offset >> 8) & 0xff);
		rte_pktmbuf_free(mbuf);
	}
}
END_TEST

/* feature: C28-005 C28-006 */
START_TEST(a_packet_of_fragments_has_its_protocol_s_limit)
{
	struct policy_builder *builder = fixture_policy();

	policy_builder_settings(builder)->fragments = defaults;
	policy_builder_settings(builder)->length_limits = (struct policy_length_limits){.udp = 39};
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	ck_assert(passes(first(1)));
	ck_assert(!passes(last(1)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED), 1);
}
END_TEST

static void limit_udp(uint16_t most)
{
	struct policy_builder *builder = fixture_ipv6_policy();

	policy_builder_settings(builder)->fragments = defaults;
	policy_builder_settings(builder)->length_limits = (struct policy_length_limits){.udp = most};
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
}

static bool left_ipv6(void)
{
	struct rte_mbuf *out = fixture_sent(WAN);

	rte_pktmbuf_free(out);
	return out != NULL;
}

/* A fragment of IPv6 of that packet, whose fragment header names that protocol. */
static struct rte_mbuf *named(struct rte_mbuf *mbuf, uint8_t identification, uint8_t protocol)
{
	uint8_t *header = (uint8_t *)(fixture_ipv6_header(mbuf) + 1);

	header[0] = protocol;
	header[7] = identification;
	return mbuf;
}

/* What later fragments say of the protocol is nothing to who puts them together (RFC 8200 4.5), and to no limit. */
/* feature: C28-005 C28-006 */
START_TEST(of_ipv6_the_first_fragment_says_whose_limit_it_is)
{
	static const uint8_t protocols[] = {IPPROTO_DSTOPTS, IPPROTO_UDP, IPPROTO_TCP, 253};

	for (unsigned i = 0; i < RTE_DIM(protocols); i++) {
		for (unsigned over = 0; over < 2; over++) {
			uint8_t id = 4 * i + 2 * over;
			uint64_t before = fixture_counter(COUNTER_DROP_OVERSIZED),
			         refused = fixture_counter(COUNTER_DROP_FRAGMENT_REFUSED_PACKET);

			limit_udp(1288 - over);
			ck_assert(passes_ipv6(named(part_ipv6(0, 640, true), id, IPPROTO_UDP)));
			ck_assert(passes_ipv6(named(part_ipv6(640, 640, true), id, protocols[i])));
			ck_assert(passes_ipv6(named(part_ipv6(1280, 8, false), id, protocols[i])) == !over);
			ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED) - before, over);
			/* And where it comes last. */
			id++;
			ck_assert(!passes_ipv6(named(part_ipv6(1280, 8, false), id, protocols[i])));
			ck_assert(passes_ipv6(named(part_ipv6(0, 640, true), id, IPPROTO_UDP)) == !over);
			ck_assert(left_ipv6() == !over);
			ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED) - before, 2 * over);
			ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FRAGMENT_REFUSED_PACKET) - refused,
			                  over);
		}
	}
}
END_TEST

/* A datagram of 1280 bytes behind 8 of destination options. */
static struct rte_mbuf *first_with_options(uint8_t identification)
{
	struct rte_mbuf *mbuf = named(part_ipv6(0, 640, true), identification, IPPROTO_DSTOPTS);
	static const uint8_t begin[] = {IPPROTO_UDP, 0, 1, 4, 0, 0, 0, 0, 0x10, 1, 0, 53, 5, 0, 0, 0};

	memcpy((uint8_t *)(fixture_ipv6_header(mbuf) + 1) + IPV6_FRAGMENT_HEADER, begin, sizeof(begin));
	return mbuf;
}

/* feature: C28-005 */
START_TEST(extension_headers_that_came_in_fragments_are_not_counted)
{
	for (unsigned over = 0; over < 2; over++) {
		limit_udp(1280 - over);
		ck_assert(passes_ipv6(first_with_options(over)));
		ck_assert(passes_ipv6(named(part_ipv6(640, 640, true), over, IPPROTO_DSTOPTS)));
		ck_assert(passes_ipv6(named(part_ipv6(1280, 8, false), over, IPPROTO_DSTOPTS)) == !over);
		ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED), over);
	}
}
END_TEST

/* feature: C28-010 */
START_TEST(the_workers_meet_on_one_that_judges_and_one_that_forwards)
{
	struct rte_mbuf *out;

	ck_assert_int_eq(worker_create(1, 0, 1000, &datapath.workers[1]), 0);
	datapath.worker_count = 2;
	apply(defaults);
	for (unsigned i = 0; i < 200; i++) {
		fixture_receive(LAN, MAC_SHARED, part(i, 1000 + i, 16, 24, false));
		fixture_receive(LAN, MAC_SHARED, part(i, 1000 + i, 0, 16, true));
		for (unsigned j = 0; j < 4; j++) {
			worker_walk(worker_state_of(datapath.workers[0]));
			worker_walk(worker_state_of(datapath.workers[1]));
		}
		expect_sent(0);
		expect_sent(16);
		ck_assert_ptr_null(out = fixture_sent(WAN));
	}
	ck_assert_uint_gt(datapath.workers[1]->counters.value[COUNTER_REASSEMBLY_DONE], 50);
	ck_assert_uint_gt(datapath.workers[0]->counters.value[COUNTER_REASSEMBLY_DONE], 50);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, fragments_follow_their_first_in_its_flow);
	tcase_add_test(tests, zero_drops_them_all);
	tcase_add_test(tests, so_many_at_once_and_the_oldest_goes);
	tcase_add_test(tests, nobody_has_to_come_for_it_to_end);
	tcase_add_test(tests, what_waits_is_bounded);
	tcase_add_test(tests, what_the_rules_refuse_stays_out);
	tcase_add_test(tests, a_first_fragment_without_its_transport_header_ends_the_packet);
	tcase_add_test(tests, translated_fragments_keep_the_address_of_their_first);
	tcase_add_test(tests, a_packet_of_fragments_has_its_protocol_s_limit);
	tcase_add_test(tests, of_ipv6_the_first_fragment_says_whose_limit_it_is);
	tcase_add_test(tests, extension_headers_that_came_in_fragments_are_not_counted);
	tcase_add_test(tests, the_workers_meet_on_one_that_judges_and_one_that_forwards);
}
TEST_MAIN("fragments", add_tests)
