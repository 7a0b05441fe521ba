/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/flow/flow_apply.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <netinet/in.h>

/* The packet behind the Ethernet header of a frame, whose addresses and type are as they should be. */
static struct rte_ipv6_hdr *sent_by(struct rte_mbuf *mbuf, uint16_t interface)
{
	struct rte_ether_addr shared = fixture_mac(interface, MAC_SHARED),
	                      neighbour = fixture_mac(interface, MAC_NEIGHBOUR);
	struct rte_ether_hdr *ethernet;

	ck_assert_ptr_nonnull(mbuf);
	ethernet = rte_pktmbuf_mtod(mbuf, struct rte_ether_hdr *);
	ck_assert_mem_eq(&ethernet->src_addr, &shared, sizeof(shared));
	ck_assert_mem_eq(&ethernet->dst_addr, &neighbour, sizeof(neighbour));
	ck_assert_uint_eq(ethernet->ether_type, RTE_BE16(RTE_ETHER_TYPE_IPV6));
	return (struct rte_ipv6_hdr *)(ethernet + 1);
}

static void passes(uint16_t from, struct rte_mbuf *mbuf, uint16_t to)
{
	struct rte_mbuf *out = fixture_ipv6_pass(from, mbuf, to);

	ck_assert_uint_eq(sent_by(out, to)->hop_limits, 63);
	rte_pktmbuf_free(out);
}

static void drops(uint16_t from, struct rte_mbuf *mbuf, uint16_t to, enum counter reason)
{
	uint64_t before = fixture_counter(reason);

	ck_assert_ptr_null(fixture_ipv6_pass(from, mbuf, to));
	ck_assert_uint_eq(fixture_counter(reason), before + 1);
}

/* What came back to LAN is an ICMPv6 message with a right checksum. Returns it; the caller frees *mbuf. */
static const struct rte_icmp_hdr *error_to_lan(struct rte_mbuf **mbuf)
{
	struct ip_address from = fixture_ipv6_address(LAN_SHARED6), to = fixture_ipv6_address(CLIENT6);
	struct rte_icmp_hdr *icmp;
	struct rte_ipv6_hdr *ip;
	uint16_t checksum;

	*mbuf = fixture_sent(LAN);
	ip = sent_by(*mbuf, LAN);
	ck_assert_mem_eq(ip->src_addr, from.bytes, 16);
	ck_assert_mem_eq(ip->dst_addr, to.bytes, 16);
	ck_assert_uint_eq(ip->proto, IPPROTO_ICMPV6);
	ck_assert_uint_eq(rte_be_to_cpu_16(ip->payload_len), rte_pktmbuf_data_len(*mbuf) - 14 - 40);
	icmp = (struct rte_icmp_hdr *)(ip + 1);
	checksum = icmp->icmp_cksum;
	icmp->icmp_cksum = 0;
	ck_assert_uint_eq(ipv6_checksum(ip, icmp, rte_be_to_cpu_16(ip->payload_len), IPPROTO_ICMPV6),
	                  checksum);
	return icmp;
}

/* feature: C05-011 */
START_TEST(a_flow_passes_both_ways)
{
	passes(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN);
	passes(WAN, fixture_ipv6_udp(SERVER6, 53, CLIENT6, 4000), LAN);
	passes(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN);
	passes(LAN, fixture_ipv6_udp(CLIENT6, 4000, BEHIND6, 53), WAN);
	passes(WAN, fixture_ipv6_udp(BEHIND6, 53, CLIENT6, 4000), LAN);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 2);
	passes(LAN, fixture_ipv6_echo(CLIENT6, SERVER6, ICMPV6_ECHO, 7), WAN);
	passes(WAN, fixture_ipv6_echo(SERVER6, CLIENT6, ICMPV6_ECHO_REPLY, 7), LAN);
	drops(WAN, fixture_ipv6_echo(SERVER6, CLIENT6, ICMPV6_ECHO_REPLY, 8), LAN, COUNTER_DROP_ICMP_TYPE);
	passes(LAN, fixture_ipv6(CLIENT6, SERVER6, IPPROTO_ESP, 30), WAN);
	passes(WAN, fixture_ipv6(SERVER6, CLIENT6, IPPROTO_ESP, 30), LAN);
}
END_TEST

START_TEST(tcp_is_tracked)
{
	drops(LAN, fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_ACK_FLAG), WAN,
	      COUNTER_DROP_TCP_NO_FLOW);
	passes(LAN, fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_SYN_FLAG), WAN);
	passes(WAN, fixture_ipv6_tcp(SERVER6, 80, CLIENT6, 4000, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG), LAN);
	passes(LAN, fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_ACK_FLAG), WAN);
	passes(LAN, fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_RST_FLAG), WAN);
	passes(LAN, fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_SYN_FLAG), WAN);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 2);
}
END_TEST

/* A packet whose fingerprint is a flow's and whose addresses are not is no packet of the flow. */
START_TEST(addresses_are_compared)
{
	struct flow *flow;

	passes(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN);
	flow = flow_at(fixture_worker()->flows, 1);
	flow->addresses.source[15] ^= 1;
	drops(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN, COUNTER_DROP_FLOW_ADDRESSES);
	drops(WAN, fixture_ipv6_udp(SERVER6, 53, CLIENT6, 4000), LAN, COUNTER_DROP_FLOW_ADDRESSES);
}
END_TEST

START_TEST(routes_decide)
{
	drops(LAN, fixture_ipv6_udp(CLIENT6, 1, "2001:db8:9::1", 2), WAN, COUNTER_DROP_NO_ROUTE);
	drops(LAN, fixture_ipv6_udp(SERVER6, 1, BEHIND6, 2), WAN, COUNTER_DROP_NO_REVERSE_ROUTE);
	drops(LAN, fixture_ipv6_udp("2001:db8:9::1", 1, BEHIND6, 2), WAN, COUNTER_DROP_NO_REVERSE_ROUTE);
	drops(LAN, fixture_ipv6_udp(LAN_SHARED6, 1, BEHIND6, 2), WAN, COUNTER_DROP_NO_REVERSE_ROUTE);
}
END_TEST

/* feature: C05-011 */
START_TEST(an_interface_without_an_address_has_no_ipv6)
{
	struct policy_builder *builder = fixture_policy();

	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
	drops(LAN, fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), WAN, COUNTER_DROP_IPV6_DISABLED);
}
END_TEST

/* feature: C05-010 */
START_TEST(only_ipv4_is_allowed)
{
	struct policy_builder *builder = fixture_ipv6_policy();

	policy_builder_settings(builder)->drop_ipv6 = 1;
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
	drops(LAN, fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), WAN, COUNTER_DROP_IP_VERSION);
}
END_TEST

/* feature: C05-013 */
START_TEST(rules_decide)
{
	struct policy_builder *builder = fixture_ipv6_policy();
	const struct rte_icmp_hdr *icmp;
	struct rte_mbuf *mbuf;

	/* What is allowed of IPv4 alone does nothing for IPv6. */
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
	drops(LAN, fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), WAN, COUNTER_DROP_DEFAULT_RULE);
	builder = fixture_ipv6_policy();
	fixture_ipv6_rule(builder, POLICY_DENY, true, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
	drops(LAN, fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2), WAN, COUNTER_DROP_RULE);
	icmp = error_to_lan(&mbuf);
	ck_assert_uint_eq(icmp->icmp_type, ICMPV6_ERROR_UNREACHABLE);
	ck_assert_uint_eq(icmp->icmp_code, ICMPV6_CODE_PROHIBITED);
	rte_pktmbuf_free(mbuf);
}
END_TEST

START_TEST(a_refused_connection_is_reset)
{
	struct policy_builder *builder = fixture_ipv6_policy();
	struct rte_ipv6_hdr *ip;
	struct rte_tcp_hdr *tcp;
	struct rte_mbuf *mbuf;

	fixture_ipv6_rule(builder, POLICY_DENY, true, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
	mbuf = fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_SYN_FLAG);
	drops(LAN, fixture_ipv6_extend(mbuf, IPPROTO_DSTOPTS, 1, 4), WAN, COUNTER_DROP_RULE);
	mbuf = fixture_sent(LAN);
	ip = sent_by(mbuf, LAN);
	ck_assert_uint_eq(ip->proto, IPPROTO_TCP);
	ck_assert_uint_eq(rte_pktmbuf_data_len(mbuf), 14 + 60);
	tcp = (struct rte_tcp_hdr *)(ip + 1);
	ck_assert_uint_eq(tcp->tcp_flags, RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG);
	ck_assert_uint_eq(tcp->src_port, RTE_BE16(80));
	ck_assert_uint_eq(tcp->recv_ack, RTE_BE32(1000));
	ck_assert_int_eq(rte_ipv6_udptcp_cksum_verify(ip, tcp), 0);
	rte_pktmbuf_free(mbuf);
}
END_TEST

START_TEST(hop_limit_and_mtu)
{
	struct rte_mbuf *mbuf = fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2);
	const struct rte_icmp_hdr *icmp;

	fixture_ipv6_header(mbuf)->hop_limits = 1;
	drops(LAN, mbuf, WAN, COUNTER_DROP_TTL);
	icmp = error_to_lan(&mbuf);
	ck_assert_uint_eq(icmp->icmp_type, ICMPV6_ERROR_TIME_EXCEEDED);
	ck_assert_uint_eq(icmp->icmp_code, ICMPV6_CODE_HOP_LIMIT);
	rte_pktmbuf_free(mbuf);
	/* WAN's MTU is 1400. */
	passes(LAN, fixture_ipv6(CLIENT6, SERVER6, IPPROTO_ESP, 1360), WAN);
	drops(LAN, fixture_ipv6(CLIENT6, SERVER6, IPPROTO_ESP, 1361), WAN, COUNTER_DROP_MTU);
	icmp = error_to_lan(&mbuf);
	ck_assert_uint_eq(icmp->icmp_type, ICMPV6_ERROR_TOO_BIG);
	ck_assert_uint_eq(icmp->icmp_ident, 0);
	ck_assert_uint_eq(icmp->icmp_seq_nb, RTE_BE16(1400));
	ck_assert_uint_eq(rte_pktmbuf_data_len(mbuf), 14 + ICMPV6_ERROR_LENGTH_MAX);
	rte_pktmbuf_free(mbuf);
}
END_TEST

START_TEST(an_error_follows_its_flow)
{
	struct rte_mbuf *mbuf, *original = fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53);
	uint16_t length = rte_pktmbuf_data_len(original);
	uint8_t *icmp;

	for (unsigned i = 0; i < 2; i++) {
		mbuf = fixture_ipv6(BEHIND6, CLIENT6, IPPROTO_ICMPV6, 8 + length);
		icmp = (uint8_t *)(fixture_ipv6_header(mbuf) + 1);
		icmp[0] = ICMPV6_UNREACHABLE;
		memcpy(icmp + 8, fixture_ipv6_header(original), length);
		((struct rte_icmp_hdr *)icmp)->icmp_cksum =
		    ipv6_checksum(fixture_ipv6_header(mbuf), icmp, 8 + length, IPPROTO_ICMPV6);
		if (i == 0) {
			drops(WAN, mbuf, LAN, COUNTER_DROP_ICMP_NO_FLOW);
			passes(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN);
		} else {
			passes(WAN, mbuf, LAN);
		}
	}
	rte_pktmbuf_free(original);
}
END_TEST

START_TEST(an_unknown_neighbour_is_asked_for)
{
	struct ip_address server = fixture_ipv6_address(SERVER6);
	struct rte_mbuf *mbuf;

	fake_neighbours_forget();
	ck_assert_ptr_null(fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 1, BEHIND6, 2), WAN));
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_UNRESOLVED);
	ck_assert_uint_eq(packet_of(mbuf)->interface, WAN);
	ck_assert_uint_eq(packet_of(mbuf)->ip_version, 6);
	ck_assert_mem_eq(packet_of(mbuf)->next_hop_ipv6, server.bytes, 16);
	rte_pktmbuf_free(mbuf);
}
END_TEST

START_TEST(discovery_goes_to_the_control_thread)
{
	struct rte_ether_addr group = {{0x33, 0x33, 0xff, 0, 0, 1}}, other = {{0x02, 9, 9, 9, 9, 9}},
	                      ipv4_group = {{1, 0, 0x5e, 0, 0, 1}};
	struct rte_mbuf *mbuf;

	fixture_ipv6_receive(LAN, group, fixture_ipv6_echo("fe80::1", "ff02::1:ff00:1", 135, 0));
	fixture_walk();
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_DISCOVERY);
	ck_assert_uint_eq(packet_of(mbuf)->interface, LAN);
	ck_assert_uint_eq(*rte_pktmbuf_mtod(mbuf, uint8_t *) >> 4, 6);
	rte_pktmbuf_free(mbuf);
	fixture_ipv6_receive(LAN, other, fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2));
	fixture_ipv6_receive(LAN, ipv4_group, fixture_ipv6_udp(CLIENT6, 1, SERVER6, 2));
	fixture_walk();
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ETHERNET_DESTINATION), 2);
}
END_TEST

START_TEST(own_addresses_are_the_hosts)
{
	struct rte_mbuf *mbuf;

	ck_assert_ptr_null(
	    fixture_ipv6_pass(LAN, fixture_ipv6_echo(CLIENT6, LAN_SHARED6, ICMPV6_ECHO, 7), WAN));
	mbuf = fixture_to_control();
	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_TO_HOST);
	rte_pktmbuf_free(mbuf);
	fixture_from_host(LAN, fixture_ipv6_echo(LAN_SHARED6, CLIENT6, ICMPV6_ECHO_REPLY, 7));
	fixture_walk();
	mbuf = fixture_sent(LAN);
	ck_assert_uint_eq(sent_by(mbuf, LAN)->hop_limits, 64);
	rte_pktmbuf_free(mbuf);
}
END_TEST

/* feature: C05-011 C22-002 */
START_TEST(a_flow_lives_on_at_the_peer)
{
	struct fake_record upsert, deletion;

	atomic_store(&datapath.mirroring, true);
	passes(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN);
	ck_assert_uint_eq(fake_record_count, 1);
	upsert = fake_records[0];
	ck_assert_uint_eq(upsert.header.version, 2);
	flow_close(fixture_worker(), 1);
	deletion = fake_records[1];
	ck_assert_int_eq(flow_apply(&upsert.header, upsert.payload), 0);
	flow_apply_end();
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 1);
	/* Only an answer comes, as after a takeover. */
	passes(WAN, fixture_ipv6_udp(SERVER6, 53, CLIENT6, 4000), LAN);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	ck_assert_int_eq(flow_apply(&deletion.header, deletion.payload), 0);
	flow_apply_end();
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
	/* A reader of version 1 takes its part of it and refuses that. */
	upsert.header.length = 40;
	ck_assert_int_lt(flow_apply(&upsert.header, upsert.payload), 0);
	deletion.header.length = 16;
	ck_assert_int_lt(flow_apply(&deletion.header, deletion.payload), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_add_test(tests, a_flow_passes_both_ways);
	tcase_add_test(tests, tcp_is_tracked);
	tcase_add_test(tests, addresses_are_compared);
	tcase_add_test(tests, routes_decide);
	tcase_add_test(tests, an_interface_without_an_address_has_no_ipv6);
	tcase_add_test(tests, only_ipv4_is_allowed);
	tcase_add_test(tests, rules_decide);
	tcase_add_test(tests, a_refused_connection_is_reset);
	tcase_add_test(tests, hop_limit_and_mtu);
	tcase_add_test(tests, an_error_follows_its_flow);
	tcase_add_test(tests, an_unknown_neighbour_is_asked_for);
	tcase_add_test(tests, discovery_goes_to_the_control_thread);
	tcase_add_test(tests, own_addresses_are_the_hosts);
	tcase_add_test(tests, a_flow_lives_on_at_the_peer);
}

TEST_MAIN("ipv6", add_tests)
