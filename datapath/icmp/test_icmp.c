/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmp_error.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

static void check_error(struct rte_mbuf *mbuf, uint8_t type, uint8_t code, uint16_t mtu, uint16_t embedded)
{
	const struct rte_ipv4_hdr *ip = fixture_header(mbuf), *inner;
	const struct rte_icmp_hdr *icmp = (const struct rte_icmp_hdr *)(ip + 1);

	ck_assert_uint_eq(ip->src_addr, LAN_SHARED);
	ck_assert_uint_eq(ip->dst_addr, CLIENT);
	ck_assert_uint_eq(ip->next_proto_id, IPPROTO_ICMP);
	ck_assert_uint_eq(ip->type_of_service, 0xc0);
	ck_assert_uint_eq(ip->time_to_live, 64);
	ck_assert_uint_eq(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	ck_assert_uint_eq(rte_be_to_cpu_16(ip->total_length), 28 + embedded);
	ck_assert_uint_eq(rte_pktmbuf_pkt_len(mbuf), 28 + embedded);
	ck_assert_uint_eq(icmp->icmp_type, type);
	ck_assert_uint_eq(icmp->icmp_code, code);
	ck_assert_uint_eq(icmp->icmp_ident, 0);
	ck_assert_uint_eq(rte_be_to_cpu_16(icmp->icmp_seq_nb), mtu);
	ck_assert_uint_eq(rte_raw_cksum(icmp, 8 + embedded), 0xffff);
	inner = (const struct rte_ipv4_hdr *)(icmp + 1);
	ck_assert_uint_eq(inner->src_addr, CLIENT);
	ck_assert_uint_eq(inner->dst_addr, SERVER);
}

START_TEST(the_ttl_runs_out)
{
	struct rte_mbuf *mbuf;

	for (unsigned ttl = 0; ttl < 2; ttl++) {
		mbuf = fixture_udp(CLIENT, 4000, SERVER, 33434);
		fixture_header(mbuf)->time_to_live = ttl;
		fixture_checksum(mbuf);
		ck_assert_ptr_null(fixture_pass(LAN, mbuf, WAN));
		mbuf = fixture_sent_ip(LAN);
		ck_assert_ptr_nonnull(mbuf);
		check_error(mbuf, 11, 0, 0, 38);
		ck_assert_uint_eq(((struct rte_ipv4_hdr *)((char *)fixture_header(mbuf) + 28))->time_to_live,
		                  ttl);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TTL), 2);
}
END_TEST

START_TEST(a_packet_is_too_large)
{
	struct rte_mbuf *mbuf = fixture_ip(CLIENT, SERVER, IPPROTO_GRE, 1381);

	fixture_header(mbuf)->fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG);
	fixture_checksum(mbuf);
	ck_assert_ptr_null(fixture_pass(LAN, mbuf, WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	check_error(mbuf, 3, 4, 1400, 548);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_MTU), 1);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_ip(CLIENT, SERVER, IPPROTO_GRE, 1380), WAN));
}
END_TEST

/* feature: C07-015 */
START_TEST(a_rule_rejects)
{
	struct policy_builder *builder = fixture_policy();
	struct rte_mbuf *mbuf;
	struct rte_tcp_hdr *tcp;

	fixture_rule(builder, 0, 0, 0, IPPROTO_TCP, 0, POLICY_DENY, true);
	fixture_rule(builder, 0, 0, 0, IPPROTO_UDP, 53, POLICY_DENY, true);
	fixture_rule(builder, 0, 0, 0, IPPROTO_UDP, 54, POLICY_DENY, false);
	fixture_apply(builder);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	check_error(mbuf, 3, 13, 0, 38);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 54), WAN));
	ck_assert_ptr_null(fixture_sent_ip(LAN));
	ck_assert_ptr_null(
	    fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	mbuf = fixture_sent_ip(LAN);
	ck_assert_ptr_nonnull(mbuf);
	tcp = (struct rte_tcp_hdr *)(fixture_header(mbuf) + 1);
	ck_assert_uint_eq(rte_pktmbuf_pkt_len(mbuf), 40);
	ck_assert_uint_eq(fixture_header(mbuf)->src_addr, SERVER);
	ck_assert_uint_eq(fixture_header(mbuf)->dst_addr, CLIENT);
	ck_assert_uint_eq(tcp->src_port, RTE_BE16(80));
	ck_assert_uint_eq(tcp->dst_port, RTE_BE16(4000));
	ck_assert_uint_eq(tcp->tcp_flags, RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG);
	ck_assert_uint_eq(tcp->sent_seq, 0);
	ck_assert_uint_eq(tcp->recv_ack, RTE_BE32(1000));
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(fixture_header(mbuf), tcp), 0);
	/* An acknowledgement is refused with its own number, and a reset not at all. */
	ck_assert_ptr_null(
	    fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_ACK_FLAG, 9), WAN));
	mbuf = fixture_sent_ip(LAN);
	tcp = (struct rte_tcp_hdr *)(fixture_header(mbuf) + 1);
	ck_assert_uint_eq(tcp->tcp_flags, RTE_TCP_RST_FLAG);
	ck_assert_uint_eq(tcp->sent_seq, RTE_BE32(1000));
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(fixture_header(mbuf), tcp), 0);
	ck_assert_ptr_null(
	    fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_RST_FLAG, 0), WAN));
	ck_assert_ptr_null(fixture_sent_ip(LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_RULE), 5);
}
END_TEST

START_TEST(errors_are_limited)
{
	unsigned sent = 0;

	for (unsigned i = 0; i < 300; i++) {
		struct rte_mbuf *mbuf = fixture_udp(CLIENT, 4000, SERVER, 33434);

		fixture_header(mbuf)->time_to_live = 1;
		fixture_checksum(mbuf);
		fixture_pass(LAN, mbuf, WAN);
		mbuf = fixture_sent_ip(LAN);
		sent += mbuf != NULL;
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_ge(sent, ICMP_ERRORS_BURST);
	ck_assert_uint_lt(sent, 300);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TTL), 300);
}
END_TEST

static struct rte_mbuf *unreachable(uint16_t port)
{
	struct rte_mbuf *about = fixture_udp(CLIENT, 4000, SERVER, port);

	ck_assert_int_eq(icmp_error_build(about, 3, 1, 0, IP(203, 0, 113, 1)), 0);
	return about;
}

START_TEST(errors_of_others_pass_with_their_flow)
{
	struct rte_mbuf *mbuf;

	ck_assert_ptr_null(fixture_pass(WAN, unreachable(33434), LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_NO_FLOW), 1);
	fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 33434), WAN);
	mbuf = fixture_pass(WAN, unreachable(33434), LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ck_assert_uint_eq(fixture_header(mbuf)->dst_addr, CLIENT);
	ck_assert_uint_eq(fixture_header(mbuf)->src_addr, IP(203, 0, 113, 1));
	ck_assert_uint_eq(fixture_header(mbuf)->time_to_live, 63);
	ck_assert_ptr_null(fixture_pass(WAN, unreachable(33435), LAN));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, the_ttl_runs_out);
	tcase_add_test(tests, a_packet_is_too_large);
	tcase_add_test(tests, a_rule_rejects);
	tcase_add_test(tests, errors_are_limited);
	tcase_add_test(tests, errors_of_others_pass_with_their_flow);
}

TEST_MAIN("icmp", add_tests)
