/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/path_mtu/fragment.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <errno.h>
#include <netinet/in.h>

#define DF RTE_BE16(RTE_IPV4_HDR_DF_FLAG)

static void set(const struct policy_path_mtu *settings, uint16_t route_mtu)
{
	struct policy_builder *builder = fixture_ipv6_policy();
	struct policy_route route = {.network = {ip_address_from_ip4(rte_be_to_cpu_32(SERVER)),
	                                         ip_address_from_ip4(rte_be_to_cpu_32(SERVER))},
	                             .interface = WAN,
	                             .mtu = route_mtu};

	policy_builder_settings(builder)->path_mtu = *settings;
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

/* A packet whose payload tells where each byte belongs. */
static struct rte_mbuf *numbered(uint16_t payload, uint16_t fragment_offset, uint16_t identification)
{
	struct rte_mbuf *mbuf = fixture_ip(CLIENT, SERVER, IPPROTO_GRE, payload);
	uint8_t *data = (uint8_t *)(fixture_header(mbuf) + 1);

	for (uint16_t i = 0; i < payload; i++)
		data[i] = (uint8_t)(i * 7 + (i >> 8));
	fixture_header(mbuf)->fragment_offset = fragment_offset;
	fixture_header(mbuf)->packet_id = rte_cpu_to_be_16(identification);
	fixture_checksum(mbuf);
	return mbuf;
}

/* Puts together what came out of WAN. Returns the number of fragments. */
static unsigned check_fragments(uint16_t payload, uint16_t mtu, uint16_t *identification)
{
	unsigned count = 0, expected = 0;
	struct rte_mbuf *mbuf;

	for (; (mbuf = fixture_sent_ip(WAN)); count++) {
		const struct rte_ipv4_hdr *ip = fixture_header(mbuf);
		uint16_t flags = rte_be_to_cpu_16(ip->fragment_offset);
		unsigned offset = (flags & RTE_IPV4_HDR_OFFSET_MASK) * 8u;
		unsigned length = rte_pktmbuf_data_len(mbuf) - sizeof(*ip);
		const uint8_t *data = (const uint8_t *)(ip + 1);

		ck_assert_uint_le(rte_pktmbuf_pkt_len(mbuf), mtu);
		ck_assert_uint_eq(mbuf->nb_segs, 1);
		ck_assert_uint_eq(rte_be_to_cpu_16(ip->total_length), rte_pktmbuf_pkt_len(mbuf));
		ck_assert_uint_eq(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
		ck_assert_uint_eq(ip->time_to_live, 63);
		ck_assert(!(flags & RTE_IPV4_HDR_DF_FLAG));
		ck_assert_uint_eq(!!(flags & RTE_IPV4_HDR_MF_FLAG), offset + length < payload);
		ck_assert_uint_eq(offset, expected);
		if (count)
			ck_assert_uint_eq(*identification, ip->packet_id);
		*identification = ip->packet_id;
		for (unsigned i = offset; i < offset + length; i++)
			ck_assert_uint_eq(data[i - offset], (uint8_t)(i * 7 + (i >> 8)));
		expected += length;
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_eq(expected, payload);
	return count;
}

static void from_lan(struct rte_mbuf *mbuf)
{
	fixture_receive(LAN, MAC_SHARED, mbuf);
	fixture_walk();
}

/* feature: C28-028 */
START_TEST(a_packet_without_df_leaves_in_fragments)
{
	uint16_t identification;

	for (unsigned round = 0; round < 2; round++) {
		from_lan(numbered(1381, 0, 77));
		ck_assert_uint_eq(check_fragments(1381, 1400, &identification), 2);
		ck_assert_uint_eq(identification, RTE_BE16(77));
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FRAGMENTED), 2);
	ck_assert_uint_eq(fixture_counter(COUNTER_FRAGMENTS), 4);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_MTU), 0);
	/* The last fits. */
	from_lan(numbered(1380, 0, 77));
	ck_assert_uint_eq(check_fragments(1380, 1400, &identification), 1);
}
END_TEST

/* feature: C28-028 C28-033 */
START_TEST(df_is_obeyed_or_stripped)
{
	struct policy_path_mtu settings = {.ip4_fragment = 1};
	uint16_t identification, first;
	struct rte_mbuf *mbuf;

	from_lan(numbered(1400, DF, 0));
	ck_assert_ptr_null(fixture_sent_ip(WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(((struct rte_icmp_hdr *)(fixture_header(mbuf) + 1))->icmp_seq_nb, RTE_BE16(1400));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_MTU), 1);
	set(&settings, 0);
	from_lan(numbered(1400, DF, 0));
	ck_assert_uint_eq(check_fragments(1400, 1400, &first), 2);
	from_lan(numbered(1400, DF, 0));
	ck_assert_uint_eq(check_fragments(1400, 1400, &identification), 2);
	/* Fragments of two packets are told apart. */
	ck_assert_uint_ne(first, identification);
	from_lan(numbered(1400, DF, 9));
	ck_assert_uint_eq(check_fragments(1400, 1400, &identification), 2);
	ck_assert_uint_eq(identification, RTE_BE16(9));
	ck_assert_ptr_null(fixture_sent_ip(LAN));
}
END_TEST

/* feature: C28-027 */
START_TEST(the_route_s_mtu_comes_first)
{
	struct policy_path_mtu settings = {.ip4_fragment = 0};
	uint16_t identification;
	struct rte_mbuf *mbuf;

	set(&settings, 600);
	from_lan(numbered(1000, DF, 1));
	ck_assert_ptr_null(fixture_sent_ip(WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(((struct rte_icmp_hdr *)(fixture_header(mbuf) + 1))->icmp_seq_nb, RTE_BE16(600));
	rte_pktmbuf_free(mbuf);
	from_lan(numbered(1000, 0, 1));
	ck_assert_uint_eq(check_fragments(1000, 600, &identification), 2);
	/* Never more than the link's, and none of its own where it is 0. */
	set(&settings, 9000);
	from_lan(numbered(1400, 0, 1));
	ck_assert_uint_eq(check_fragments(1400, 1400, &identification), 2);
	set(&settings, 0);
	from_lan(numbered(1380, 0, 1));
	ck_assert_uint_eq(check_fragments(1380, 1400, &identification), 1);
}
END_TEST

static uint16_t flags_after(struct rte_mbuf *mbuf)
{
	uint16_t flags;

	from_lan(mbuf);
	mbuf = fixture_sent_ip(WAN);
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(rte_raw_cksum(fixture_header(mbuf), 20), 0xffff);
	ck_assert_uint_eq(fixture_header(mbuf)->time_to_live, 63);
	flags = fixture_header(mbuf)->fragment_offset;
	rte_pktmbuf_free(mbuf);
	return flags;
}

/* feature: C28-030 C28-033 */
START_TEST(small_packets_lose_df)
{
	struct policy_path_mtu settings = {.strip_df_below = 576};
	struct rte_mbuf *mbuf;

	/* The first packet of a flow goes the slow way, the next one the fast one. */
	for (unsigned round = 0; round < 2; round++)
		ck_assert_uint_eq(flags_after(numbered(100, DF, round)), DF);
	set(&settings, 0);
	for (unsigned round = 0; round < 3; round++) {
		ck_assert_uint_eq(flags_after(numbered(555, DF, round)), 0);
		ck_assert_uint_eq(flags_after(numbered(555, 0, round)), 0);
		ck_assert_uint_eq(flags_after(numbered(556, DF, round)), DF);
	}
	/* Whether a packet is too large is seen by the DF that it came with. */
	settings.strip_df_below = 65535;
	set(&settings, 0);
	ck_assert_uint_eq(flags_after(numbered(1380, DF, 1)), 0);
	from_lan(numbered(1381, DF, 1));
	ck_assert_ptr_null(fixture_sent_ip(WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	/* What the firewall itself sends keeps it. */
	mbuf = fixture_udp(WAN_SHARED, 1, SERVER, 2);
	fixture_header(mbuf)->fragment_offset = DF;
	fixture_checksum(mbuf);
	fixture_from_host(WAN, mbuf);
	fixture_walk();
	mbuf = fixture_sent_ip(WAN);
	ck_assert_uint_eq(fixture_header(mbuf)->fragment_offset, DF);
	rte_pktmbuf_free(mbuf);
}
END_TEST

/* The checksum's every carry: each identification gives another sum. */
/* feature: C28-030 */
START_TEST(the_checksum_stays_right)
{
	struct policy_path_mtu settings = {.strip_df_below = 65535};

	set(&settings, 0);
	for (uint32_t identification = 0; identification < 65536; identification += 37)
		ck_assert_uint_eq(flags_after(numbered(8, DF, (uint16_t)identification)), 0);
}
END_TEST

START_TEST(what_the_host_sends_is_cut_too)
{
	struct rte_mbuf *mbuf = fixture_ip(WAN_SHARED, SERVER, IPPROTO_GRE, 1381);
	unsigned count = 0;

	fixture_header(mbuf)->fragment_offset = DF;
	fixture_checksum(mbuf);
	fixture_from_host(WAN, mbuf);
	fixture_walk();
	for (; (mbuf = fixture_sent_ip(WAN)); count++)
		rte_pktmbuf_free(mbuf);
	ck_assert_uint_eq(count, 2);
}
END_TEST

/* feature: C28-029 */
START_TEST(ipv6_is_answered_or_cut)
{
	struct policy_path_mtu settings = {.ip6_fragment = 1};
	unsigned expected = 0, count = 0;
	uint32_t identification = 0;
	struct rte_mbuf *mbuf;

	ck_assert_ptr_null(fixture_ipv6_pass(LAN, fixture_ipv6(CLIENT6, SERVER6, IPPROTO_GRE, 1450), WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	set(&settings, 0);
	mbuf = fixture_ipv6(CLIENT6, SERVER6, IPPROTO_GRE, 1440);
	mbuf = fixture_ipv6_extend(mbuf, IPPROTO_DSTOPTS, 1, 4);
	mbuf = fixture_ipv6_extend(mbuf, IPPROTO_HOPOPTS, 1, 4);
	fixture_ipv6_receive(LAN, fixture_mac(LAN, MAC_SHARED), mbuf);
	fixture_walk();
	for (; (mbuf = fixture_sent_ip(WAN)); count++) {
		const struct rte_ipv6_hdr *ip = fixture_ipv6_header(mbuf);
		const uint8_t *fragment = (const uint8_t *)(ip + 1) + 8;
		uint16_t place = (uint16_t)(fragment[2] << 8 | fragment[3]);
		uint32_t of;

		ck_assert_uint_le(rte_pktmbuf_pkt_len(mbuf), 1400);
		ck_assert_uint_eq(rte_be_to_cpu_16(ip->payload_len) + 40u, rte_pktmbuf_pkt_len(mbuf));
		ck_assert_uint_eq(ip->hop_limits, 63);
		/* Hop-by-hop options are repeated, destination options are of the part that is cut. */
		ck_assert_uint_eq(ip->proto, IPPROTO_HOPOPTS);
		ck_assert_uint_eq(((const uint8_t *)(ip + 1))[0], IPPROTO_FRAGMENT);
		ck_assert_uint_eq(fragment[0], IPPROTO_DSTOPTS);
		ck_assert_uint_eq(place & ~7u, expected);
		memcpy(&of, fragment + 4, sizeof(of));
		ck_assert(count == 0 || of == identification);
		identification = of;
		expected += rte_pktmbuf_pkt_len(mbuf) - 56;
		ck_assert_uint_eq(place & 7, expected < 1448);
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(expected, 1448);
}
END_TEST

/* feature: C28-029 C09-009 */
START_TEST(ipv6_is_cut_in_a_flow_whose_neighbour_is_known)
{
	struct policy_path_mtu settings = {.ip6_fragment = 1};
	uint8_t translations[] = {POLICY_SOURCE_KEEP, POLICY_SOURCE_NAT_INTERFACE};

	for (unsigned i = 0; i < RTE_DIM(translations); i++) {
		struct policy_builder *builder = fixture_ipv6_policy();
		unsigned count = 0;
		struct rte_mbuf *mbuf;

		policy_builder_settings(builder)->path_mtu = settings;
		fixture_ipv6_rule(builder, POLICY_ALLOW, false, translations[i]);
		fixture_apply(builder);
		fixture_walk();
		mbuf = fixture_ipv6_pass(LAN, fixture_ipv6(CLIENT6, SERVER6, IPPROTO_GRE + i, 100), WAN);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_free(mbuf);
		fixture_ipv6_receive(LAN, fixture_mac(LAN, MAC_SHARED),
		                     fixture_ipv6(CLIENT6, SERVER6, IPPROTO_GRE + i, 1440));
		fixture_walk();
		for (; (mbuf = fixture_sent_ip(WAN)); count++) {
			ck_assert_uint_le(rte_pktmbuf_pkt_len(mbuf), 1400);
			ck_assert_uint_eq(fixture_ipv6_header(mbuf)->proto, IPPROTO_FRAGMENT);
			rte_pktmbuf_free(mbuf);
		}
		ck_assert_uint_eq(count, 2);
	}
}
END_TEST

START_TEST(too_many_fragments_are_none)
{
	struct rte_mbuf *out[FRAGMENTS_MAX], *mbuf = fixture_ip(CLIENT, SERVER, IPPROTO_GRE, 1800);

	ck_assert_int_eq(fragment_ipv4(mbuf, 28, 1, datapath.packets, out), -EMSGSIZE);
	rte_pktmbuf_free(mbuf);
	mbuf = fixture_ipv6(CLIENT6, SERVER6, IPPROTO_GRE, 1800);
	ck_assert_int_eq(fragment_ipv6(mbuf, 56, 1, datapath.packets, out), -EMSGSIZE);
	ck_assert_int_eq(fragment_ipv6(mbuf, 55, 1, datapath.packets, out), -EBADMSG);
	mbuf = fixture_ipv6_extend(mbuf, IPPROTO_FRAGMENT, 0, 0);
	ck_assert_int_eq(fragment_ipv6(mbuf, 1280, 1, datapath.packets, out), -EBADMSG);
	rte_pktmbuf_free(mbuf);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_add_test(tests, a_packet_without_df_leaves_in_fragments);
	tcase_add_test(tests, df_is_obeyed_or_stripped);
	tcase_add_test(tests, the_route_s_mtu_comes_first);
	tcase_add_test(tests, small_packets_lose_df);
	tcase_add_test(tests, the_checksum_stays_right);
	tcase_add_test(tests, what_the_host_sends_is_cut_too);
	tcase_add_test(tests, ipv6_is_answered_or_cut);
	tcase_add_test(tests, ipv6_is_cut_in_a_flow_whose_neighbour_is_known);
	tcase_add_test(tests, too_many_fragments_are_none);
}

TEST_MAIN("path_mtu", add_tests)
