/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_return.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <netinet/in.h>

#define ROUTER  IP(198, 51, 100, 20)
#define ROUTER6 "2001:db8:2::20"

/* Rules with one service each, the first with PassICMPReturn or without; then everything of any protocol. */
static void set(const struct policy_path_mtu *settings, const struct policy_service *service, bool nat)
{
	struct policy_builder *builder = fixture_ipv6_policy();
	struct ip_range all[2] = {{ip_address_from_ip4(0), ip_address_from_ip4(UINT32_MAX)}};
	struct policy_rule rule = {.name = "service",
	                           .source_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .destination_interfaces = {policy_builder_interface_ids(builder), 1},
	                           .source_networks = {policy_builder_ranges(builder), 2},
	                           .destination_networks = {policy_builder_ranges(builder), 2},
	                           .services = {policy_builder_services(builder), 1}};

	ck_assert_int_eq(ip_range_parse("::/0", &all[1]), 0);
	policy_builder_settings(builder)->path_mtu = *settings;
	ck_assert_int_eq(policy_builder_interface_id(builder, POLICY_INTERFACE_ANY), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all[0]), 0);
	ck_assert_int_eq(policy_builder_range(builder, &all[1]), 0);
	ck_assert_int_eq(policy_builder_service(builder, service), 0);
	if (nat)
		rule.source_translation = POLICY_SOURCE_NAT_INTERFACE;
	ck_assert_int_eq(policy_builder_rule(builder, &rule), 0);
	fixture_rule(builder, LAN, WAN, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

static struct policy_service udp(bool pass)
{
	return (struct policy_service){.protocol_first = IPPROTO_UDP,
	                               .protocol_last = IPPROTO_UDP,
	                               .icmp_type_last = 255,
	                               .icmp_code_last = 255,
	                               .pass_icmp_return = pass,
	                               .source_ports = {0, 65535},
	                               .destination_ports = {0, 65535}};
}

static struct policy_service messages(uint8_t type, uint8_t code_first, uint8_t code_last)
{
	struct policy_service service = udp(false);

	service.protocol_first = service.protocol_last = IPPROTO_ICMP;
	service.icmp_type_first = service.icmp_type_last = type;
	service.icmp_code_first = code_first;
	service.icmp_code_last = code_last;
	return service;
}

/* A flow of the client, and the packet of it that an error is about: as it left. */
static struct rte_mbuf *opened(void)
{
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_udp(CLIENT, 4000, SERVER, 7000), WAN);

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	return mbuf;
}

static struct rte_mbuf *needed(struct rte_mbuf *about)
{
	ck_assert_int_eq(icmp_error_build(about, 3, 4, 1000, ROUTER), 0);
	return about;
}

static struct rte_mbuf *too_big(void)
{
	struct rte_mbuf *mbuf = fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53), WAN);
	struct ip_address router = fixture_ipv6_address(ROUTER6);

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ck_assert_int_eq(icmpv6_error_build(mbuf, 2, 0, 1280, router.bytes), 0);
	return mbuf;
}

static const struct {
	uint8_t setting;
	bool service, passes, logged;
} treatments[] = {
    {POLICY_ICMP_ALWAYS_ALLOW, false, true, false},
    {POLICY_ICMP_ALWAYS_ALLOW_LOG, false, true, true},
    {POLICY_ICMP_OBEY_SERVICE, false, false, false},
    {POLICY_ICMP_OBEY_SERVICE, true, true, false},
    {POLICY_ICMP_OBEY_SERVICE_LOG, false, false, true},
    {POLICY_ICMP_OBEY_SERVICE_LOG, true, true, true},
    {POLICY_ICMP_DROP, true, false, false},
    {POLICY_ICMP_DROP_LOG, true, false, true},
};

static void check_log(bool logged, bool passed, const char *text)
{
	struct event_place places[2] = {{"if2", "n/a"}, {"n/a", "n/a"}};
	struct event event;
	char line[EVENT_LINE], expected[EVENT_LINE];

	ck_assert_int_eq(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)) == 0,
	                 logged);
	if (!logged)
		return;
	event_format(&event, places, line, sizeof(line));
	snprintf(expected, sizeof(expected), "%s action=%s", text, passed ? "allow" : "drop");
	ck_assert_str_eq(line, expected);
}

/* feature: C28-031 C28-033 */
START_TEST(fragmentation_needed_as_the_settings_say)
{
	struct policy_path_mtu settings = {.ip4_fragmentation_needed = treatments[_i].setting};
	struct policy_service service = udp(treatments[_i].service);
	bool passes = treatments[_i].passes;
	struct rte_mbuf *mbuf;

	set(&settings, &service, false);
	mbuf = fixture_pass(WAN, needed(opened()), LAN);
	ck_assert_uint_eq(mbuf != NULL, passes);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_FRAGMENTATION_NEEDED), !passes);
	check_log(treatments[_i].logged, passes,
	          "ICMP: prio=Warning event=fragmentation_needed iface=if2 srcip=198.51.100.20 "
	          "destip=10.1.0.10 ipproto=1 iplen=66 mtu=1000 flowsrcip=10.1.0.10 flowsrcport=4000 "
	          "flowdestip=198.51.100.10 flowdestport=7000 flowipproto=17");
	rte_pktmbuf_free(mbuf);
}
END_TEST

/* feature: C28-032 C28-033 */
START_TEST(packet_too_big_as_the_settings_say)
{
	struct policy_path_mtu settings = {.ip6_packet_too_big = treatments[_i].setting};
	struct policy_service service = udp(treatments[_i].service);
	bool passes = treatments[_i].passes;
	struct rte_mbuf *mbuf;

	set(&settings, &service, false);
	mbuf = fixture_ipv6_pass(WAN, too_big(), LAN);
	ck_assert_uint_eq(mbuf != NULL, passes);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMPV6_TOO_BIG), !passes);
	check_log(treatments[_i].logged, passes,
	          "ICMP: prio=Warning event=packet_too_big iface=if2 srcip=2001:db8:2::20 "
	          "destip=2001:db8:1::10 ipproto=58 iplen=106 mtu=1280 flowsrcip=2001:db8:1::10 "
	          "flowsrcport=4000 flowdestip=2001:db8:2::10 flowdestport=53 flowipproto=17");
	rte_pktmbuf_free(mbuf);
}
END_TEST

/* feature: C28-031 */
START_TEST(an_error_about_a_translated_flow_is_translated)
{
	struct policy_path_mtu settings = {.ip4_fragmentation_needed = POLICY_ICMP_OBEY_SERVICE};
	struct policy_service service = udp(true);
	const struct rte_ipv4_hdr *ip, *inner;
	const struct rte_udp_hdr *ports;
	struct rte_mbuf *mbuf;

	set(&settings, &service, true);
	mbuf = fixture_pass(WAN, needed(opened()), LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ip = fixture_header(mbuf);
	inner = (const struct rte_ipv4_hdr *)((const uint8_t *)ip + 28);
	ports = (const struct rte_udp_hdr *)(inner + 1);
	ck_assert_uint_eq(ip->dst_addr, CLIENT);
	ck_assert_uint_eq(inner->src_addr, CLIENT);
	ck_assert_uint_eq(ports->src_port, RTE_BE16(4000));
	ck_assert_uint_eq(rte_raw_cksum(inner, sizeof(*inner)), 0xffff);
	rte_pktmbuf_free(mbuf);
}
END_TEST

static void refused(struct rte_mbuf *mbuf, enum counter reason)
{
	uint64_t before = fixture_counter(reason);

	ck_assert_ptr_null(fixture_pass(WAN, mbuf, LAN));
	ck_assert_uint_eq(fixture_counter(reason), before + 1);
}

/* feature: C28-031 */
START_TEST(forged_errors_do_not_pass)
{
	struct policy_path_mtu settings = {.ip4_fragmentation_needed = POLICY_ICMP_ALWAYS_ALLOW};
	struct policy_service service = udp(false);
	struct rte_mbuf *mbuf;

	set(&settings, &service, false);
	/* About other ends, about what the receiver did not send, damaged. */
	mbuf = opened();
	((struct rte_udp_hdr *)(fixture_header(mbuf) + 1))->dst_port = RTE_BE16(7001);
	refused(needed(mbuf), COUNTER_DROP_ICMP_NO_FLOW);
	mbuf = needed(opened());
	fixture_header(mbuf)->dst_addr = IP(10, 1, 0, 11);
	fixture_checksum(mbuf);
	refused(mbuf, COUNTER_DROP_ICMP_EMBEDDED);
	mbuf = needed(opened());
	((uint8_t *)fixture_header(mbuf))[27]++;
	refused(mbuf, COUNTER_DROP_ICMP_CHECKSUM);
	mbuf = too_big();
	((uint8_t *)fixture_ipv6_header(mbuf))[47]++;
	ck_assert_ptr_null(fixture_ipv6_pass(WAN, mbuf, LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_CHECKSUM), 2);
	/* From the wrong side. */
	mbuf = needed(opened());
	fixture_header(mbuf)->src_addr = IP(10, 1, 0, 11);
	fixture_checksum(mbuf);
	ck_assert_ptr_null(fixture_pass(LAN, mbuf, WAN));
	ck_assert_ptr_null(fixture_sent(LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_NO_FLOW), 2);
}
END_TEST

static struct rte_mbuf *about_segment(uint32_t sequence)
{
	struct rte_mbuf *mbuf = fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_ACK_FLAG, 100);

	((struct rte_tcp_hdr *)(fixture_header(mbuf) + 1))->sent_seq = rte_cpu_to_be_32(sequence);
	return needed(mbuf);
}

/* feature: C28-031 */
START_TEST(an_error_about_a_segment_that_was_never_sent)
{
	struct rte_mbuf *mbuf;

	ck_assert_ptr_nonnull(
	    fixture_pass(LAN, fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0), WAN));
	ck_assert_ptr_nonnull(fixture_pass(
	    WAN, fixture_tcp(SERVER, 80, CLIENT, 4000, RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG, 0), LAN));
	mbuf = fixture_pass(WAN, about_segment(1000), LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	refused(about_segment(1002), COUNTER_DROP_ICMP_WINDOW);
	refused(about_segment(0x80000000), COUNTER_DROP_ICMP_WINDOW);
	refused(about_segment(1000 - 200000), COUNTER_DROP_ICMP_WINDOW);
}
END_TEST

/* feature: C28-025 */
START_TEST(the_host_hears_no_less_than_the_minimum)
{
	static const uint16_t cases[][3] = {
	    {1280, 1100, 1280}, {1350, 1300, 1350}, {1350, 1390, 1390}, {0, 96, 1280}};
	struct ip_address router = fixture_ipv6_address(ROUTER6);
	struct policy_service service = udp(false);

	for (unsigned i = 0; i < RTE_DIM(cases); i++) {
		struct policy_path_mtu settings = {.ip6_minimum = cases[i][0]};
		struct rte_mbuf *mbuf = fixture_ipv6_udp(WAN_SHARED6, 5000 + i, SERVER6, 53);

		set(&settings, &service, false);
		fixture_from_host(WAN, mbuf);
		fixture_walk();
		mbuf = fixture_sent(WAN);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
		ck_assert_int_eq(icmpv6_error_build(mbuf, 2, 0, cases[i][1], router.bytes), 0);
		ck_assert_ptr_null(fixture_ipv6_pass(WAN, mbuf, LAN));
		mbuf = fixture_to_control();
		ck_assert_ptr_nonnull(mbuf);
		ck_assert_uint_eq(packet_of(mbuf)->kind, PACKET_TO_HOST);
		ck_assert_uint_eq(
		    rte_be_to_cpu_16(((struct rte_icmp_hdr *)(fixture_ipv6_header(mbuf) + 1))->icmp_seq_nb),
		    cases[i][2]);
		ck_assert(icmp_checksum_valid(mbuf, true));
		rte_pktmbuf_free(mbuf);
	}
}
END_TEST

/* About a flow that the firewall has never seen. */
static struct rte_mbuf *stray(uint8_t type, uint8_t code)
{
	struct rte_mbuf *mbuf = fixture_udp(CLIENT, 1, SERVER, 2);

	ck_assert_int_eq(icmp_error_build(mbuf, type, code, 0, ROUTER), 0);
	return mbuf;
}

/* feature: C08-023 C08-024 */
START_TEST(errors_without_a_flow_need_a_service_that_names_them)
{
	struct policy_path_mtu settings = {0};
	struct policy_service service = messages(3, 0, 3);
	struct rte_mbuf *mbuf;

	refused(stray(3, 1), COUNTER_DROP_ICMP_NO_FLOW);
	set(&settings, &service, false);
	for (unsigned round = 0; round < 2; round++) {
		mbuf = fixture_pass(WAN, stray(3, 3), LAN);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	refused(stray(3, 4), COUNTER_DROP_ICMP_NO_FLOW);
	refused(stray(11, 0), COUNTER_DROP_ICMP_NO_FLOW);
	refused(stray(5, 1), COUNTER_DROP_ICMP_NO_FLOW);
	service = messages(5, 1, 1);
	set(&settings, &service, false);
	ck_assert_ptr_nonnull(fixture_pass(WAN, stray(5, 1), LAN));
	refused(stray(5, 0), COUNTER_DROP_ICMP_NO_FLOW);
	/* No error is sent about one. */
	mbuf = stray(5, 1);
	fixture_header(mbuf)->time_to_live = 1;
	fixture_checksum(mbuf);
	refused(mbuf, COUNTER_DROP_TTL);
	ck_assert_ptr_null(fixture_sent(WAN));
}
END_TEST

static bool asks(uint8_t type, uint16_t identifier)
{
	struct rte_mbuf *mbuf = fixture_pass(LAN, fixture_echo(CLIENT, SERVER, type, identifier), WAN);

	rte_pktmbuf_free(mbuf);
	return mbuf != NULL;
}

static bool answers(uint8_t type, uint16_t identifier)
{
	struct rte_mbuf *mbuf = fixture_pass(WAN, fixture_echo(SERVER, CLIENT, type, identifier), LAN);

	rte_pktmbuf_free(mbuf);
	return mbuf != NULL;
}

/* feature: C08-023 */
START_TEST(queries_are_flows_with_their_answers)
{
	static const uint8_t queries[][2] = {{8, 0}, {13, 14}, {15, 16}, {17, 18}, {42, 43}};

	for (unsigned i = 0; i < RTE_DIM(queries); i++) {
		ck_assert(!answers(queries[i][1], 7));
		ck_assert(asks(queries[i][0], 7));
		ck_assert(answers(queries[i][1], 7));
		ck_assert(!answers(queries[i][1], 8));
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_TYPE), 2 * RTE_DIM(queries));
	/* An identifier that looks like another query's type opens a flow all the same. */
	ck_assert(asks(8, 0x0d00));
	ck_assert(!answers(14, 0x0900));
	/* Messages of other types go one way. */
	ck_assert(asks(30, 1));
	ck_assert(asks(200, 1));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_add_loop_test(tests, fragmentation_needed_as_the_settings_say, 0, RTE_DIM(treatments));
	tcase_add_loop_test(tests, packet_too_big_as_the_settings_say, 0, RTE_DIM(treatments));
	tcase_add_test(tests, an_error_about_a_translated_flow_is_translated);
	tcase_add_test(tests, forged_errors_do_not_pass);
	tcase_add_test(tests, an_error_about_a_segment_that_was_never_sent);
	tcase_add_test(tests, the_host_hears_no_less_than_the_minimum);
	tcase_add_test(tests, errors_without_a_flow_need_a_service_that_names_them);
	tcase_add_test(tests, queries_are_flows_with_their_answers);
}

TEST_MAIN("icmp_return", add_tests)
