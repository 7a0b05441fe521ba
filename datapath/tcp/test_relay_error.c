/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/flow/flow_record.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/tcp/relay.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <netinet/in.h>

#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG

#define CLIENT_ISN   5000
#define SERVER_ISN   0xfffffff0U
#define INNER_ROUTER IP(10, 1, 0, 20), "2001:db8:1::20"
#define OUTER_ROUTER IP(198, 51, 100, 20), "2001:db8:2::20"
#define WHOLE        0 /* how much of a TCP header an error quotes; else bytes */

/* Cases: both families, each with its source kept and translated. */
#define CASES 4

static bool ipv6, nat;
static uint32_t cookie;
static uint16_t port; /* the client's, as the server sees it */

static void set_case(int number)
{
	struct policy_builder *builder = fixture_ipv6_policy();
	struct policy_settings *settings = policy_builder_settings(builder);

	ipv6 = number & 1;
	nat = number & 2;
	settings->tcp.half_open_max = 1;
	settings->path_mtu.ip4_fragmentation_needed = POLICY_ICMP_ALWAYS_ALLOW;
	settings->path_mtu.ip6_packet_too_big = POLICY_ICMP_ALWAYS_ALLOW;
	fixture_ipv6_rule(builder, POLICY_ALLOW, false,
	                  nat ? POLICY_SOURCE_NAT_INTERFACE : POLICY_SOURCE_KEEP);
	fixture_nat_rule(builder, nat ? POLICY_SOURCE_NAT_INTERFACE : POLICY_SOURCE_KEEP, 0);
	fixture_apply(builder);
	fixture_walk();
}

static struct rte_tcp_hdr *header_of(struct rte_mbuf *mbuf)
{
	return (struct rte_tcp_hdr *)(rte_pktmbuf_mtod(mbuf, uint8_t *) +
	                              (ipv6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr)));
}

static struct rte_mbuf *make(bool from_client, uint32_t sequence, uint32_t acknowledged, uint8_t flags)
{
	struct rte_mbuf *mbuf;
	struct rte_tcp_hdr *tcp;

	if (ipv6)
		mbuf = from_client ? fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, flags)
		                   : fixture_ipv6_tcp(SERVER6, 80, nat ? WAN_SHARED6 : CLIENT6, port, flags);
	else
		mbuf = from_client ? fixture_tcp(CLIENT, 4000, SERVER, 80, flags, 0)
		                   : fixture_tcp(SERVER, 80, nat ? WAN_SHARED : CLIENT, port, flags, 0);
	tcp = header_of(mbuf);
	tcp->sent_seq = rte_cpu_to_be_32(sequence);
	tcp->recv_ack = rte_cpu_to_be_32(acknowledged);
	tcp->cksum = 0;
	tcp->cksum = ipv6 ? rte_ipv6_udptcp_cksum(fixture_ipv6_header(mbuf), tcp)
	                  : rte_ipv4_udptcp_cksum(fixture_header(mbuf), tcp);
	return mbuf;
}

static struct rte_mbuf *pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to)
{
	if (ipv6)
		fixture_ipv6_receive(from, fixture_mac(from, MAC_SHARED), mbuf);
	else
		fixture_receive(from, MAC_SHARED, mbuf);
	fixture_walk();
	return fixture_sent_ip(to);
}

/* A relayed connection of both ends, which have said nothing yet. */
static void connect_both(void)
{
	struct rte_mbuf *mbuf;

	/* As many half open connections as there may be. */
	rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 9, SERVER, 80, SYN, 0), WAN));
	mbuf = pass(LAN, make(true, CLIENT_ISN, 0, SYN), LAN);
	ck_assert_ptr_nonnull(mbuf);
	cookie = rte_be_to_cpu_32(header_of(mbuf)->sent_seq);
	rte_pktmbuf_free(mbuf);
	mbuf = pass(LAN, make(true, CLIENT_ISN + 1, cookie + 1, ACK), WAN);
	ck_assert_ptr_nonnull(mbuf);
	port = rte_be_to_cpu_16(header_of(mbuf)->src_port);
	ck_assert(nat || port == 4000);
	rte_pktmbuf_free(mbuf);
	mbuf = pass(WAN, make(false, SERVER_ISN, CLIENT_ISN + 1, SYN | ACK), LAN);
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
	mbuf = fixture_sent_ip(WAN);
	if (!mbuf) {
		fixture_walk();
		mbuf = fixture_sent_ip(WAN);
	}
	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_free(mbuf);
}

/* A segment as it arrives at the other end. */
static struct rte_mbuf *server_segment(void)
{
	struct rte_mbuf *mbuf = pass(WAN, make(false, SERVER_ISN + 1, CLIENT_ISN + 1, ACK), LAN);

	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(header_of(mbuf)->sent_seq, rte_cpu_to_be_32(cookie + 1));
	return mbuf;
}

static struct rte_mbuf *client_segment(void)
{
	struct rte_mbuf *mbuf = pass(LAN, make(true, CLIENT_ISN + 1, cookie + 1, ACK), WAN);

	ck_assert_ptr_nonnull(mbuf);
	ck_assert_uint_eq(header_of(mbuf)->recv_ack, rte_cpu_to_be_32(SERVER_ISN + 1));
	return mbuf;
}

/* A router's error about it: it is too big. */
static struct rte_mbuf *error_about(struct rte_mbuf *mbuf, uint32_t quoted, uint32_t router,
                                    const char *router6)
{
	struct ip_address address = fixture_ipv6_address(router6);

	if (quoted != WHOLE)
		rte_pktmbuf_trim(mbuf, sizeof(struct rte_tcp_hdr) - quoted);
	ck_assert_int_eq(ipv6 ? icmpv6_error_build(mbuf, ICMPV6_ERROR_TOO_BIG, 0, 1280, address.bytes)
	                      : icmp_error_build(mbuf, ICMP_ERROR_UNREACHABLE, ICMP_CODE_FRAGMENTATION_NEEDED,
	                                         1000, router),
	                 0);
	return mbuf;
}

static void check_icmp_sum(struct rte_mbuf *mbuf)
{
	uint32_t length;

	if (ipv6) {
		length = rte_pktmbuf_data_len(mbuf) - sizeof(struct rte_ipv6_hdr);
		ck_assert_uint_eq(
		    ipv6_checksum(fixture_ipv6_header(mbuf), header_of(mbuf), length, IPPROTO_ICMPV6), 0);
	} else {
		length = rte_pktmbuf_data_len(mbuf) - sizeof(struct rte_ipv4_hdr);
		ck_assert_uint_eq(rte_raw_cksum(header_of(mbuf), length), 0xffff);
	}
}

/* The TCP header in an error that went through; all checksums are right. Frees the error with the next call. */
static const struct rte_tcp_hdr *quote_in(struct rte_mbuf *mbuf, uint32_t quoted)
{
	static struct rte_mbuf *last;
	const struct rte_tcp_hdr *tcp;

	rte_pktmbuf_free(last);
	last = mbuf;
	ck_assert_ptr_nonnull(mbuf);
	check_icmp_sum(mbuf);
	rte_pktmbuf_adj(mbuf, (uint8_t *)header_of(mbuf) - rte_pktmbuf_mtod(mbuf, uint8_t *) +
	                          sizeof(struct rte_icmp_hdr));
	tcp = header_of(mbuf);
	if (quoted == WHOLE)
		ck_assert_int_eq(ipv6 ? rte_ipv6_udptcp_cksum_verify(fixture_ipv6_header(mbuf), tcp)
		                      : rte_ipv4_udptcp_cksum_verify(fixture_header(mbuf), tcp),
		                 0);
	else
		ck_assert_uint_eq((const uint8_t *)tcp + quoted - rte_pktmbuf_mtod(mbuf, const uint8_t *),
		                  rte_pktmbuf_data_len(mbuf));
	return tcp;
}

/* The server is told of his segment by the number that he has sent. */
static void check_to_server(uint32_t quoted)
{
	const struct rte_tcp_hdr *tcp =
	    quote_in(pass(LAN, error_about(server_segment(), quoted, INNER_ROUTER), WAN), quoted);

	ck_assert_uint_eq(tcp->src_port, RTE_BE16(80));
	ck_assert_uint_eq(tcp->dst_port, rte_cpu_to_be_16(port));
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(SERVER_ISN + 1));
	if (quoted == WHOLE)
		ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(CLIENT_ISN + 1));
}

/* The client's own numbers are his; what he acknowledges is as he did. */
static void check_to_client(uint32_t quoted)
{
	const struct rte_tcp_hdr *tcp =
	    quote_in(pass(WAN, error_about(client_segment(), quoted, OUTER_ROUTER), LAN), quoted);

	ck_assert_uint_eq(tcp->src_port, RTE_BE16(4000));
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(CLIENT_ISN + 1));
	if (quoted == WHOLE)
		ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(cookie + 1));
}

/* feature: C08-005 C28-031 C28-032 */
START_TEST(errors_name_the_numbers_of_their_receiver)
{
	set_case(_i);
	connect_both();
	check_to_server(WHOLE);
	check_to_client(WHOLE);
	/* All that RFC 792 asks for; no checksum, and one without the rest. */
	for (uint32_t quoted = 8; quoted < sizeof(struct rte_tcp_hdr); quoted += 2) {
		check_to_server(quoted);
		check_to_client(quoted);
	}
}
END_TEST

/* What the peer has told of the flow is all that is known. */
static void take_over(void)
{
	struct flow_table *flows = fixture_worker()->flows;
	struct flow_record record;
	struct flow *flow = NULL;
	uint32_t length;

	for (uint32_t i = 1; i <= flows->high && !flow; i++) {
		if (flow_at(flows, i)->tcp & TCP_RELAYED)
			flow = flow_at(flows, i);
	}
	ck_assert_ptr_nonnull(flow);
	flow_record_encode(flow, false, &record, &length);
	flow->relay_delta = 0;
	flow->direction[0].sequence_end = flow->direction[1].sequence_end = 0;
	flow_record_take_tcp(&record.tcp, flow);
}

/* feature: C08-005 C22-034 */
START_TEST(errors_about_flows_that_were_taken_over)
{
	const struct rte_tcp_hdr *tcp;
	struct rte_mbuf *server, *client;

	set_case(_i);
	connect_both();
	server = error_about(server_segment(), WHOLE, INNER_ROUTER);
	client = error_about(client_segment(), WHOLE, OUTER_ROUTER);
	take_over();
	tcp = quote_in(pass(LAN, server, WAN), WHOLE);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(SERVER_ISN + 1));
	tcp = quote_in(pass(WAN, client, LAN), WHOLE);
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(cookie + 1));
}
END_TEST

/* About a segment of that number as the other end gets it. */
static struct rte_mbuf *forged(bool server, uint32_t sequence)
{
	struct rte_mbuf *mbuf = server ? server_segment() : client_segment();

	header_of(mbuf)->sent_seq = rte_cpu_to_be_32(sequence);
	return server ? error_about(mbuf, WHOLE, INNER_ROUTER) : error_about(mbuf, WHOLE, OUTER_ROUTER);
}

/* feature: C08-005 C28-031 C28-032 */
START_TEST(errors_about_segments_that_were_never_sent)
{
	static const struct {
		uint32_t distance; /* from what comes next */
		bool passes;
	} cases[] = {{0, true}, {-60000, true}, {1, false}, {0x80000000, false}, {-200000, false}};
	uint64_t dropped = 0;

	set_case(_i);
	connect_both();
	for (unsigned i = 0; i < 2 * RTE_DIM(cases); i++) {
		bool server = i & 1;
		uint32_t next = server ? cookie + 1 : CLIENT_ISN + 1;
		struct rte_mbuf *mbuf = forged(server, next + cases[i / 2].distance);

		mbuf = pass(server ? LAN : WAN, mbuf, server ? WAN : LAN);
		ck_assert_int_eq(mbuf != NULL, cases[i / 2].passes);
		rte_pktmbuf_free(mbuf);
		dropped += !cases[i / 2].passes;
		ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_WINDOW), dropped);
	}
}
END_TEST

/* One that may not go on. */
static struct rte_mbuf *spent(struct rte_mbuf *mbuf)
{
	if (ipv6) {
		fixture_ipv6_header(mbuf)->hop_limits = 1;
	} else {
		fixture_header(mbuf)->time_to_live = 1;
		fixture_checksum(mbuf);
	}
	return mbuf;
}

/* feature: C08-005 */
START_TEST(the_firewalls_own_errors_quote_what_was_sent)
{
	const struct rte_tcp_hdr *tcp;

	set_case(_i);
	connect_both();
	tcp = quote_in(pass(WAN, spent(make(false, SERVER_ISN + 1, CLIENT_ISN + 1, ACK)), WAN), WHOLE);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(SERVER_ISN + 1));
	tcp = quote_in(pass(LAN, spent(make(true, CLIENT_ISN + 1, cookie + 1, ACK)), LAN), WHOLE);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(CLIENT_ISN + 1));
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(cookie + 1));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_add_loop_test(tests, errors_name_the_numbers_of_their_receiver, 0, CASES);
	tcase_add_loop_test(tests, errors_about_flows_that_were_taken_over, 0, CASES);
	tcase_add_loop_test(tests, errors_about_segments_that_were_never_sent, 0, CASES);
	tcase_add_loop_test(tests, the_firewalls_own_errors_quote_what_was_sent, 0, CASES);
}

TEST_MAIN("tcp_relay_error", add_tests)
