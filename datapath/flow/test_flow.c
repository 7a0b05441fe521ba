/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/tcp/segment.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG
#define FIN RTE_TCP_FIN_FLAG
#define RST RTE_TCP_RST_FLAG

static struct rte_mbuf *from_client(uint8_t flags, uint16_t payload)
{
	return fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, flags, payload), WAN);
}

static struct rte_mbuf *from_server(uint8_t flags, uint16_t payload)
{
	return fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, 4000, flags, payload), LAN);
}

static enum flow_state state_now(void)
{
	return flow_at(fixture_worker()->flows, 1)->state;
}

/* feature: C01-013 C01-015 C01-019 C22-034 */
START_TEST(transit_is_rewritten)
{
	struct rte_mbuf *sent = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
	struct rte_ether_addr expected[2] = {fixture_mac(WAN, MAC_NEIGHBOUR), fixture_mac(WAN, MAC_SHARED)};
	const struct rte_ether_hdr *ethernet;
	struct rte_ipv4_hdr *ip;

	ck_assert_ptr_nonnull(sent);
	ethernet = rte_pktmbuf_mtod(sent, const struct rte_ether_hdr *);
	ip = (struct rte_ipv4_hdr *)(ethernet + 1);
	ck_assert_mem_eq(&ethernet->dst_addr, &expected[0], 6);
	ck_assert_mem_eq(&ethernet->src_addr, &expected[1], 6);
	ck_assert_uint_eq(ethernet->ether_type, RTE_BE16(RTE_ETHER_TYPE_IPV4));
	ck_assert_uint_eq(ip->time_to_live, 63);
	ck_assert_uint_eq(ip->src_addr, CLIENT);
	/* Over a right checksum the sum is all ones. */
	ck_assert_uint_eq(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	/* The second one takes the fast path. */
	sent = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
	ck_assert_ptr_nonnull(sent);
	ethernet = rte_pktmbuf_mtod(sent, const struct rte_ether_hdr *);
	ip = (struct rte_ipv4_hdr *)(ethernet + 1);
	ck_assert_mem_eq(&ethernet->dst_addr, &expected[0], 6);
	ck_assert_mem_eq(&ethernet->src_addr, &expected[1], 6);
	ck_assert_uint_eq(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_TX_PACKETS), 2);
}
END_TEST

START_TEST(the_checksum_is_right_for_every_ttl)
{
	for (unsigned ttl = 2; ttl < 256; ttl++) {
		struct rte_mbuf *mbuf = fixture_udp(CLIENT, 4000, SERVER, 53);

		fixture_header(mbuf)->time_to_live = ttl;
		fixture_header(mbuf)->packet_id = ttl * 257;
		fixture_checksum(mbuf);
		mbuf = fixture_pass(LAN, mbuf, WAN);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
		ck_assert_uint_eq(fixture_header(mbuf)->time_to_live, ttl - 1);
		ck_assert_uint_eq(rte_raw_cksum(fixture_header(mbuf), 20), 0xffff);
		rte_pktmbuf_free(mbuf);
	}
}
END_TEST

/* feature: C01-017 C07-011 C07-018 */
START_TEST(answers_need_no_rule)
{
	struct policy_builder *builder = fixture_policy();

	fixture_rule(builder, LAN, WAN, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	ck_assert_ptr_null(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000), LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_DEFAULT_RULE), 1);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_ptr_nonnull(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 4000), LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
}
END_TEST

/* feature: C07-003 C07-014 */
START_TEST(without_rules_everything_is_dropped)
{
	fixture_apply(fixture_policy());
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_echo(CLIENT, LAN_SHARED, 8, 1), LAN));
	ck_assert_ptr_null(fixture_to_control());
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_DEFAULT_RULE), 2);
}
END_TEST

/* feature: C01-014 C07-007 */
START_TEST(the_source_must_be_routed_back)
{
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(IP(192, 0, 2, 1), 1, SERVER, 53), WAN));
	/* A source of the other side. */
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(IP(198, 51, 100, 77), 1, SERVER, 53), WAN));
	/* Our own address. */
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(LAN_SHARED, 1, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NO_REVERSE_ROUTE), 3);
}
END_TEST

/* feature: C01-015 C07-007 */
START_TEST(the_destination_must_be_routed)
{
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 1, IP(192, 0, 2, 1), 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NO_ROUTE), 1);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 1, IP(203, 0, 113, 9), 53), WAN));
	/* A connected network's broadcast. */
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 1, IP(198, 51, 100, 255), 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_IPV4_DESTINATION), 1);
}
END_TEST

/* feature: C07-017 */
START_TEST(tcp_opens_on_syn_only)
{
	ck_assert_ptr_null(from_client(ACK, 0));
	ck_assert_ptr_null(from_client(ACK, 100));
	ck_assert_ptr_null(from_client(SYN | ACK, 0));
	ck_assert_ptr_null(from_client(RST, 0));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TCP_NO_FLOW), 4);
	ck_assert_ptr_nonnull(from_client(SYN, 0));
	/* Not before the answer. */
	ck_assert_ptr_null(from_client(ACK, 0));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TCP_STATE), 1);
	ck_assert_ptr_nonnull(from_server(SYN | ACK, 0));
	ck_assert_ptr_nonnull(from_client(ACK, 0));
	ck_assert_ptr_nonnull(from_client(ACK, 100));
	ck_assert_ptr_nonnull(from_server(ACK, 1000));
	ck_assert_ptr_nonnull(from_client(FIN | ACK, 0));
	ck_assert_ptr_nonnull(from_server(FIN | ACK, 0));
	ck_assert_ptr_nonnull(from_client(ACK, 0));
}
END_TEST

/* A SYN with those four bytes of options. */
static struct rte_mbuf *with_options(const uint8_t options[4])
{
	struct rte_mbuf *mbuf = fixture_tcp(CLIENT, 4000, SERVER, 80, SYN, 4);
	struct rte_tcp_hdr *tcp = tcp_header(mbuf, false);

	tcp->data_off = 6 << 4;
	memcpy(tcp + 1, options, 4);
	fixture_checksum(mbuf);
	return mbuf;
}

/* feature: C07-017 */
START_TEST(a_syn_that_is_dropped_opens_nothing)
{
	ck_assert_ptr_null(fixture_pass(LAN, with_options((const uint8_t[4]){2, 8, 5, 0xb4}), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TCP_OPTIONS), 1);
	ck_assert_ptr_null(fixture_pass(LAN, with_options((const uint8_t[4]){2, 4, 0, 0}), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TCP_MSS), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 0);
	ck_assert_ptr_nonnull(fixture_pass(LAN, with_options((const uint8_t[4]){2, 4, 5, 0xb4}), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
}
END_TEST

/* feature: C28-002 */
START_TEST(tcp_lifetimes_follow_the_state)
{
	uint32_t second = FLOW_TICKS_PER_SECOND;
	struct flow *flow = flow_at(fixture_worker()->flows, 1);

	from_client(SYN, 0);
	ck_assert_int_eq(state_now(), FLOW_TCP_INIT);
	ck_assert_uint_eq(flow->timeout, 60 * second);
	from_server(SYN | ACK, 0);
	ck_assert_int_eq(state_now(), FLOW_TCP_SYN_RECEIVED);
	from_client(ACK, 0);
	ck_assert_int_eq(state_now(), FLOW_TCP_NO_DATA);
	ck_assert_uint_eq(flow->timeout, 60 * second);
	from_client(ACK, 10);
	ck_assert_int_eq(state_now(), FLOW_TCP_OPEN);
	ck_assert_uint_eq(flow->timeout, 262144 * second);
	from_server(FIN | ACK, 0);
	ck_assert_int_eq(state_now(), FLOW_TCP_CLOSING);
	ck_assert_uint_eq(flow->timeout, 80 * second);
	fixture_seconds(79);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 1);
	fixture_seconds(2);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

START_TEST(a_closing_connection_may_be_opened_anew)
{
	from_client(SYN, 0);
	from_server(SYN | ACK, 0);
	from_client(ACK, 0);
	from_client(RST, 0);
	ck_assert_int_eq(state_now(), FLOW_TCP_CLOSING);
	ck_assert_ptr_nonnull(from_client(SYN, 0));
	ck_assert_int_eq(state_now(), FLOW_TCP_INIT);
	ck_assert_uint_eq(flow_count(), 1);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 2);
}
END_TEST

/* feature: C28-003 */
START_TEST(idle_flows_close)
{
	fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
	fixture_pass(LAN, fixture_echo(CLIENT, SERVER, 8, 77), WAN);
	fixture_pass(LAN, fixture_ip(CLIENT, SERVER, IPPROTO_GRE, 20), WAN);
	ck_assert_uint_eq(flow_count(), 3);
	fixture_seconds(7);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 3);
	fixture_seconds(2);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 2);
	fixture_seconds(120);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 2);
	fixture_seconds(2);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CLOSED), 3);
}
END_TEST

START_TEST(an_echo_reply_needs_its_request)
{
	ck_assert_ptr_null(fixture_pass(WAN, fixture_echo(SERVER, CLIENT, 0, 77), LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_TYPE), 1);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_echo(CLIENT, SERVER, 8, 77), WAN));
	ck_assert_ptr_nonnull(fixture_pass(WAN, fixture_echo(SERVER, CLIENT, 0, 77), LAN));
	ck_assert_ptr_null(fixture_pass(WAN, fixture_echo(SERVER, CLIENT, 0, 78), LAN));
}
END_TEST

/* feature: C07-011 */
START_TEST(flows_live_through_a_new_policy_that_allows_them)
{
	struct policy_builder *builder = fixture_policy();

	fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN);
	fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 123), WAN);
	fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 514), WAN);
	fixture_rule(builder, 0, 0, 0, IPPROTO_UDP, 53, POLICY_ALLOW, false);
	fixture_rule(builder, 0, 0, 0, IPPROTO_UDP, 514, POLICY_ALLOW, false);
	fixture_apply(builder);
	ck_assert_ptr_nonnull(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 123), WAN));
	/* The idle one is found without a packet. */
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 2);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 3);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CLOSED), 1);
}
END_TEST

/* The host's route moves to the other link while a flow of it is open: answers would come in by the wrong one. */
START_TEST(a_flow_ends_where_its_route_has_moved)
{
	struct policy_builder *builder = fixture_policy();
	struct ip_address moved = ip_address_from_ip4(rte_be_to_cpu_32(SERVER));
	struct policy_route route = {.network = {moved, moved}, .interface = LAN};

	rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(flow_count(), 1);
	ck_assert_int_eq(policy_builder_route(builder, &route), 0);
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	ck_assert_ptr_null(fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 53), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_INTERFACE_CHANGED), 1);
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

START_TEST(the_table_may_be_full)
{
	for (unsigned i = 0; i < 1001; i++) {
		rte_pktmbuf_free(fixture_pass(LAN, fixture_udp(CLIENT, 1000 + i, SERVER, 53), WAN));
		rte_pktmbuf_free(fixture_pass(WAN, fixture_udp(SERVER, 53, CLIENT, 1000 + i), LAN));
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1000);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 0);
	/* The last one, and its answer. */
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FLOW_TABLE_FULL), 2);
}
END_TEST

/* A rule for one protocol that may be Stateless. */
static void allow(uint8_t protocol, bool stateless, uint32_t lifetime_sctp)
{
	struct policy_builder *builder = fixture_policy();
	struct ip_range all = {ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)};
	struct policy_service service = {.protocol_first = protocol,
	                                 .protocol_last = protocol,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {0, 65535}};
	struct policy_rule rule = {.name = "all",
	                           .stateless = stateless,
	                           .source_interfaces = {0, 1},
	                           .destination_interfaces = {0, 1},
	                           .source_networks = {0, 1},
	                           .destination_networks = {0, 1},
	                           .services = {0, 1}};

	policy_builder_settings(builder)->flow_lifetime_sctp_stateful = lifetime_sctp;
	ck_assert_int_eq(policy_builder_interface_id(builder, POLICY_INTERFACE_ANY), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all), 0);
	ck_assert_int_eq(policy_builder_service(builder, &service), 0);
	ck_assert_int_eq(policy_builder_rule(builder, &rule), 0);
	fixture_apply(builder);
	fixture_walk();
	fixture_walk();
}

/* feature: C28-001 C28-004 */
START_TEST(lifetimes_of_sctp_follow_the_rule_and_the_settings)
{
	const struct flow *flow = flow_at(fixture_worker()->flows, 1);
	struct rte_mbuf *mbuf = fixture_ip(CLIENT, SERVER, IPPROTO_SCTP, 20);

	((uint16_t *)(fixture_header(mbuf) + 1))[0] = RTE_BE16(1000);
	((uint16_t *)(fixture_header(mbuf) + 1))[1] = RTE_BE16(2000);
	allow(IPPROTO_SCTP, false, 600);
	ck_assert_ptr_nonnull(fixture_pass(LAN, mbuf, WAN));
	ck_assert_uint_eq(flow->timeout, 600 * FLOW_TICKS_PER_SECOND);
	/* The flow lives on with what the new policy says. */
	allow(IPPROTO_SCTP, false, 50);
	ck_assert_uint_eq(flow->timeout, 50 * FLOW_TICKS_PER_SECOND);
	allow(IPPROTO_SCTP, true, 50);
	ck_assert_uint_eq(flow->timeout, 130 * FLOW_TICKS_PER_SECOND);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	fixture_seconds(131);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
}
END_TEST

/* feature: C28-002 C07-021 */
START_TEST(a_rule_may_become_stateless_under_its_flows)
{
	const struct flow *flow = flow_at(fixture_worker()->flows, 1);

	allow(IPPROTO_TCP, true, 600);
	ck_assert_ptr_nonnull(from_client(ACK, 100));
	ck_assert_uint_eq(flow->timeout, 130 * FLOW_TICKS_PER_SECOND);
	ck_assert_ptr_nonnull(from_server(FIN | ACK, 0));
	ck_assert_int_eq(state_now(), FLOW_STATELESS);
	/* It is followed from now on, from what comes. */
	allow(IPPROTO_TCP, false, 600);
	ck_assert_int_eq(state_now(), FLOW_TCP_OPEN);
	ck_assert_ptr_nonnull(from_client(ACK, 100));
	ck_assert_ptr_nonnull(from_server(ACK, 0));
	ck_assert_ptr_null(from_server(SYN, 0));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TCP_STATE), 1);
	allow(IPPROTO_TCP, true, 600);
	ck_assert_ptr_nonnull(from_server(SYN, 0));
}
END_TEST

START_TEST(first_packets_of_one_flow_in_one_burst_open_it_once)
{
	for (unsigned i = 0; i < 20; i++)
		fixture_receive(LAN, MAC_SHARED, fixture_udp(CLIENT, 4000 + i % 2, SERVER, 53));
	fixture_walk();
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 2);
	ck_assert_uint_eq(fixture_counter(COUNTER_TX_PACKETS), 20);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, transit_is_rewritten);
	tcase_add_test(tests, the_checksum_is_right_for_every_ttl);
	tcase_add_test(tests, answers_need_no_rule);
	tcase_add_test(tests, without_rules_everything_is_dropped);
	tcase_add_test(tests, the_source_must_be_routed_back);
	tcase_add_test(tests, the_destination_must_be_routed);
	tcase_add_test(tests, tcp_opens_on_syn_only);
	tcase_add_test(tests, a_syn_that_is_dropped_opens_nothing);
	tcase_add_test(tests, tcp_lifetimes_follow_the_state);
	tcase_add_test(tests, a_closing_connection_may_be_opened_anew);
	tcase_add_test(tests, idle_flows_close);
	tcase_add_test(tests, an_echo_reply_needs_its_request);
	tcase_add_test(tests, flows_live_through_a_new_policy_that_allows_them);
	tcase_add_test(tests, a_flow_ends_where_its_route_has_moved);
	tcase_add_test(tests, the_table_may_be_full);
	tcase_add_test(tests, lifetimes_of_sctp_follow_the_rule_and_the_settings);
	tcase_add_test(tests, a_rule_may_become_stateless_under_its_flows);
	tcase_add_test(tests, first_packets_of_one_flow_in_one_burst_open_it_once);
}

TEST_MAIN("flow", add_tests)
