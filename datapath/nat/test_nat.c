/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_error.h"
#include "datapath/nat/nat.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#define OTHER_CLIENT IP(10, 1, 0, 11)
#define CHOSEN       IP(198, 51, 100, 77)

static void translate(enum policy_source_translation translation, uint32_t address)
{
	struct policy_builder *builder = fixture_policy();

	fixture_nat_rule(builder, translation, address);
	fixture_apply(builder);
}

/* What came out of a port, at its IP header, both checksums judged. */
static struct rte_ipv4_hdr *judged(struct rte_mbuf *mbuf)
{
	struct rte_ipv4_hdr *ip;

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ip = fixture_header(mbuf);
	ck_assert_uint_eq(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	if (ip->next_proto_id == IPPROTO_ICMP)
		ck_assert_uint_eq(rte_raw_cksum(ip + 1, rte_pktmbuf_data_len(mbuf) - sizeof(*ip)), 0xffff);
	else if (ip->next_proto_id == IPPROTO_UDP || ip->next_proto_id == IPPROTO_TCP)
		ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(ip, ip + 1), 0);
	return ip;
}

static uint16_t port_at(const struct rte_ipv4_hdr *ip, unsigned offset)
{
	uint16_t port;

	memcpy(&port, (const uint8_t *)(ip + 1) + offset, sizeof(port));
	return rte_be_to_cpu_16(port);
}

/* feature: C09-002 C09-003 C09-005 C09-008 */
START_TEST(a_flow_gets_the_interface_s_address_and_its_answers_come_back)
{
	struct rte_ipv4_hdr *ip;
	uint16_t port;

	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	for (unsigned round = 0; round < 2; round++) { /* the slow way, then the fast one */
		ip = judged(fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN));
		ck_assert_uint_eq(ip->src_addr, WAN_SHARED);
		ck_assert_uint_eq(ip->dst_addr, SERVER);
		ck_assert_uint_eq(ip->time_to_live, 63);
		port = port_at(ip, 0);
		ck_assert_uint_ge(port, NAT_PORT_FIRST);
		ck_assert_uint_eq(port_at(ip, 2), 80);
		ip = judged(fixture_pass(WAN, fixture_udp(SERVER, 80, WAN_SHARED, port), LAN));
		ck_assert_uint_eq(ip->src_addr, SERVER);
		ck_assert_uint_eq(ip->dst_addr, CLIENT);
		ck_assert_uint_eq(port_at(ip, 2), 1038);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	/* To no flow's port: the firewall's own, which no rule allows. */
	ck_assert_ptr_null(fixture_pass(WAN, fixture_udp(SERVER, 80, WAN_SHARED, port ^ 1), LAN));
}
END_TEST

/* feature: C09-006 */
START_TEST(a_flow_gets_the_chosen_address)
{
	struct rte_ipv4_hdr *ip;

	translate(POLICY_SOURCE_NAT_ADDRESS, CHOSEN);
	ip = judged(fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	ck_assert_uint_eq(ip->src_addr, CHOSEN);
	ip = judged(fixture_pass(
	    WAN, fixture_tcp(SERVER, 80, CHOSEN, port_at(ip, 0), RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, 0),
	    LAN));
	ck_assert_uint_eq(ip->dst_addr, CLIENT);
	ck_assert_uint_eq(port_at(ip, 2), 4000);
}
END_TEST

START_TEST(a_udp_packet_without_a_checksum_keeps_none)
{
	struct rte_mbuf *mbuf = fixture_udp(CLIENT, 1038, SERVER, 80);

	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	((struct rte_udp_hdr *)(fixture_header(mbuf) + 1))->dgram_cksum = 0;
	mbuf = fixture_pass(LAN, mbuf, WAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ck_assert_uint_eq(((struct rte_udp_hdr *)(fixture_header(mbuf) + 1))->dgram_cksum, 0);
}
END_TEST

/* feature: C09-011 */
START_TEST(pings_of_two_hosts_are_told_apart_by_their_identifiers)
{
	struct rte_ipv4_hdr *ip;
	uint16_t identifier[2];
	const uint32_t clients[2] = {CLIENT, OTHER_CLIENT};

	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	fake_neighbour(LAN, OTHER_CLIENT, fixture_mac(LAN, MAC_NEIGHBOUR));
	for (unsigned i = 0; i < 2; i++) {
		ip = judged(fixture_pass(LAN, fixture_echo(clients[i], SERVER, 8, 7), WAN));
		ck_assert_uint_eq(ip->src_addr, WAN_SHARED);
		identifier[i] = port_at(ip, 4);
	}
	ck_assert_uint_ne(identifier[0], identifier[1]);
	for (unsigned i = 0; i < 2; i++) {
		ip = judged(fixture_pass(WAN, fixture_echo(SERVER, WAN_SHARED, 0, identifier[i]), LAN));
		ck_assert_uint_eq(ip->dst_addr, clients[i]);
		ck_assert_uint_eq(port_at(ip, 4), 7);
	}
}
END_TEST

/* feature: C09-011 */
START_TEST(of_a_protocol_without_ports_one_host_reaches_a_server)
{
	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_ip(CLIENT, SERVER, IPPROTO_GRE, 20), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_ip(OTHER_CLIENT, SERVER, IPPROTO_GRE, 20), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NAT_PORTS), 1);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_ip(OTHER_CLIENT, SERVER, IPPROTO_ESP, 20), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_ip(CLIENT, SERVER, IPPROTO_SCTP, 20), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NAT_PORTS), 2);
}
END_TEST

/* feature: C09-008 */
START_TEST(an_error_about_a_translated_packet_reaches_the_client)
{
	struct rte_ipv4_hdr *ip, *inner;
	struct rte_mbuf *out;
	uint16_t port;

	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	out = fixture_pass(LAN, fixture_udp(CLIENT, 1039, SERVER, 80), WAN);
	port = port_at(judged(out), 0);
	ck_assert_int_eq(icmp_error_build(out, 3, 3, 0, SERVER), 0);
	ip = judged(fixture_pass(WAN, out, LAN));
	ck_assert_uint_eq(ip->dst_addr, CLIENT);
	ck_assert_uint_eq(ip->src_addr, SERVER);
	inner = (struct rte_ipv4_hdr *)((uint8_t *)(ip + 1) + 8);
	ck_assert_uint_eq(inner->src_addr, CLIENT);
	ck_assert_uint_eq(inner->dst_addr, SERVER);
	ck_assert_uint_eq(port_at(inner, 0), 1039);
	ck_assert_uint_ne(port_at(inner, 0), port);
	ck_assert_uint_eq(rte_raw_cksum(inner, sizeof(*inner)), 0xffff);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(inner, inner + 1), 0);
}
END_TEST

/* feature: C09-008 */
START_TEST(an_error_of_the_client_names_the_translated_packet)
{
	struct rte_ipv4_hdr *ip, *inner;
	struct rte_mbuf *answer;
	uint16_t port;

	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	port = port_at(judged(fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN)), 0);
	answer = fixture_pass(WAN, fixture_udp(SERVER, 80, WAN_SHARED, port), LAN);
	judged(answer);
	ck_assert_int_eq(icmp_error_build(answer, 3, 3, 0, CLIENT), 0);
	ip = judged(fixture_pass(LAN, answer, WAN));
	ck_assert_uint_eq(ip->src_addr, WAN_SHARED);
	ck_assert_uint_eq(ip->dst_addr, SERVER);
	inner = (struct rte_ipv4_hdr *)((uint8_t *)(ip + 1) + 8);
	ck_assert_uint_eq(inner->dst_addr, WAN_SHARED);
	ck_assert_uint_eq(port_at(inner, 2), port);
	ck_assert_uint_eq(rte_raw_cksum(inner, sizeof(*inner)), 0xffff);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(inner, inner + 1), 0);
}
END_TEST

START_TEST(a_damaged_error_is_not_mended)
{
	struct rte_mbuf *out;

	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	out = fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN);
	judged(out);
	ck_assert_int_eq(icmp_error_build(out, 3, 3, 0, SERVER), 0);
	((struct rte_icmp_hdr *)(fixture_header(out) + 1))->icmp_cksum ^= 1;
	ck_assert_ptr_null(fixture_pass(WAN, out, LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_CHECKSUM), 1);
}
END_TEST

/* feature: C09-001 */
START_TEST(another_policy_ends_the_flow_whose_translation_it_changes)
{
	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN));
	translate(POLICY_SOURCE_NAT_INTERFACE, 0);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	translate(POLICY_SOURCE_NAT_ADDRESS, CHOSEN);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TRANSLATION_CHANGED), 1);
	ck_assert_uint_eq(judged(fixture_pass(LAN, fixture_udp(CLIENT, 1038, SERVER, 80), WAN))->src_addr,
	                  CHOSEN);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, a_flow_gets_the_interface_s_address_and_its_answers_come_back);
	tcase_add_test(tests, a_flow_gets_the_chosen_address);
	tcase_add_test(tests, a_udp_packet_without_a_checksum_keeps_none);
	tcase_add_test(tests, pings_of_two_hosts_are_told_apart_by_their_identifiers);
	tcase_add_test(tests, of_a_protocol_without_ports_one_host_reaches_a_server);
	tcase_add_test(tests, an_error_about_a_translated_packet_reaches_the_client);
	tcase_add_test(tests, an_error_of_the_client_names_the_translated_packet);
	tcase_add_test(tests, a_damaged_error_is_not_mended);
	tcase_add_test(tests, another_policy_ends_the_flow_whose_translation_it_changes);
}
TEST_MAIN("nat", add_tests)
