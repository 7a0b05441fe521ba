/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/tcp/packet.h"
#include "datapath/tcp/relay.h"
#include "datapath/tcp/segment.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>

#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG
#define FIN RTE_TCP_FIN_FLAG
#define RST RTE_TCP_RST_FLAG

#define CLIENT_ISN 5000
#define SERVER_ISN 0xfffffff0U

/* More connections half open than this are relayed. */
#define HALF_OPEN_MAX 2

static uint32_t cookie;

static void protect(uint32_t half_open_max, bool nat)
{
	struct policy_builder *builder = fixture_policy();

	policy_builder_settings(builder)->tcp.half_open_max = half_open_max;
	policy_builder_settings(builder)->tcp.clamp = 1;
	if (nat)
		fixture_nat_rule(builder, POLICY_SOURCE_NAT_INTERFACE, 0);
	else
		fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_apply(builder);
	fixture_walk();
}

static void setup(void)
{
	fixture_setup();
	protect(HALF_OPEN_MAX, false);
}

static struct rte_mbuf *make(bool from_client, uint16_t port, uint32_t sequence, uint32_t acknowledged,
                             uint8_t flags, const struct tcp_offer *offer)
{
	struct rte_mbuf *mbuf = from_client ? fixture_tcp(CLIENT, port, SERVER, 80, flags, 0)
	                                    : fixture_tcp(SERVER, 80, CLIENT, port, flags, 0);
	struct tcp_packet packet;

	parsed_of(mbuf)->key.family = FLOW_IPV4;
	tcp_packet_ends(mbuf, &packet);
	packet.sequence = sequence;
	packet.acknowledged = acknowledged;
	packet.flags = flags;
	packet.window = 1000;
	if (offer)
		packet.offer = *offer;
	ck_assert_int_eq(tcp_packet_write(mbuf, &packet), 0);
	return mbuf;
}

/* What the port sends now, behind its Ethernet header; all its checksums are right. */
static const struct rte_tcp_hdr *sent(uint16_t interface)
{
	struct rte_mbuf *mbuf = fixture_sent_ip(interface);
	struct rte_ipv4_hdr *ip;

	if (!mbuf)
		return NULL;
	ip = fixture_header(mbuf);
	ck_assert_uint_eq(rte_raw_cksum(ip, sizeof(*ip)), 0xffff);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify(ip, ip + 1), 0);
	return (const struct rte_tcp_hdr *)(ip + 1);
}

static const struct rte_tcp_hdr *pass(uint16_t from, struct rte_mbuf *mbuf, uint16_t to)
{
	fixture_receive(from, MAC_SHARED, mbuf);
	fixture_walk();
	return sent(to);
}

static void flood(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		rte_pktmbuf_free(fixture_pass(LAN, make(true, 10000 + i, i, 0, SYN, NULL), WAN));
		rte_pktmbuf_free(fixture_sent(LAN));
	}
}

/* A client sends its SYN and gets a cookie. */
static void get_cookie(uint16_t port, const struct tcp_offer *offer)
{
	const struct rte_tcp_hdr *tcp = pass(LAN, make(true, port, CLIENT_ISN, 0, SYN, offer), LAN);

	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->tcp_flags, SYN | ACK);
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(CLIENT_ISN + 1));
	ck_assert_uint_eq(tcp->rx_win, 0);
	ck_assert_uint_eq(tcp->dst_port, rte_cpu_to_be_16(port));
	cookie = rte_be_to_cpu_32(tcp->sent_seq);
}

/* It goes on until both ends are connected. */
static void connect_both(uint16_t port, const struct tcp_offer *offer, const struct tcp_offer *answer)
{
	const struct rte_tcp_hdr *tcp;
	struct tcp_options options;

	get_cookie(port, offer);
	tcp = pass(LAN, make(true, port, CLIENT_ISN + 1, cookie + 1, ACK, NULL), WAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->tcp_flags, SYN);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(CLIENT_ISN));
	ck_assert(tcp_options_parse((const uint8_t *)tcp, tcp->data_off >> 4 << 2, true, &options));
	ck_assert_uint_eq(options.scale, offer->scale);
	ck_assert_uint_eq(options.sack_permitted, offer->sack);
	ck_assert_uint_eq(options.mss, RTE_MIN(offer->mss, 1360));
	tcp = pass(WAN, make(false, port, SERVER_ISN, CLIENT_ISN + 1, SYN | ACK, answer), LAN);
	ck_assert_ptr_nonnull(tcp);
	/* The client learns the window, the server gets its acknowledgement. */
	ck_assert_uint_eq(tcp->tcp_flags, ACK);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(cookie + 1));
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(CLIENT_ISN + 1));
	tcp = sent(WAN);
	if (!tcp) {
		fixture_walk();
		tcp = sent(WAN);
	}
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->tcp_flags, ACK);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(CLIENT_ISN + 1));
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(SERVER_ISN + 1));
}

START_TEST(siphash_is_siphash)
{
	/* The first test vector of its authors whose length is a multiple of 8: none, and eight bytes. */
	const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	const uint8_t bytes[8] = {0, 1, 2, 3, 4, 5, 6, 7};

	ck_assert_uint_eq(tcp_siphash(key, bytes, 0), 0x726fdb47dd0e0e31);
	ck_assert_uint_eq(tcp_siphash(key, bytes, 8), 0x93f5f5799a932462);
}
END_TEST

START_TEST(a_cookie_brings_back_what_was_offered)
{
	struct tcp_ends ends = {.addresses = {10, 1, 0, 10}, .ports = {1, 2}, .interface = 1};
	const struct tcp_offer offer = {1460, 7, true};
	struct tcp_offer back;

	for (uint64_t second = 0; second < 1000; second += 13) {
		uint32_t made = tcp_cookie_make(&ends, 77, &offer, second);

		ck_assert(tcp_cookie_check(&ends, 77, made, second + TCP_COOKIE_SECONDS, &back));
		ck_assert_uint_eq(back.mss, 1460);
		ck_assert_uint_eq(back.scale, 7);
		ck_assert(back.sack);
		ck_assert(!tcp_cookie_check(&ends, 77, made, second + 2 * TCP_COOKIE_SECONDS, &back));
		ck_assert(!tcp_cookie_check(&ends, 78, made, second, &back));
		ck_assert(!tcp_cookie_check(&ends, 77, made + 256, second, &back));
	}
	ends.interface = 2;
	ck_assert(
	    !tcp_cookie_check(&ends, 77, tcp_cookie_make(&(struct tcp_ends){}, 77, &offer, 5), 5, &back));
}
END_TEST

START_TEST(a_flood_costs_no_memory)
{
	flood(HALF_OPEN_MAX);
	ck_assert_uint_eq(flow_count(), HALF_OPEN_MAX);
	flood(500 + HALF_OPEN_MAX);
	ck_assert_uint_eq(flow_count(), HALF_OPEN_MAX);
	ck_assert_uint_eq(fixture_counter(COUNTER_TCP_COOKIES), 500);
	/* Who guesses opens nothing. */
	ck_assert_ptr_null(pass(LAN, make(true, 9, 1, 12345, ACK, NULL), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_TCP_COOKIE), 1);
	/* The way is free again when they have timed out. */
	fixture_seconds(61);
	fixture_walk();
	ck_assert_ptr_nonnull(pass(LAN, make(true, 4000, CLIENT_ISN, 0, SYN, NULL), WAN));
}
END_TEST

START_TEST(a_client_connects_through_a_flood)
{
	const struct tcp_offer offer = {1460, 7, true}, answer = {1460, 5, true};
	const struct rte_tcp_hdr *tcp;

	flood(HALF_OPEN_MAX);
	connect_both(4000, &offer, &answer);
	ck_assert_uint_eq(flow_count(), HALF_OPEN_MAX + 1);
	tcp = pass(LAN, make(true, 4000, CLIENT_ISN + 1, cookie + 1, ACK, NULL), WAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(SERVER_ISN + 1));
	ck_assert_uint_eq(tcp->rx_win, rte_cpu_to_be_16(1000));
	tcp = pass(WAN, make(false, 4000, SERVER_ISN + 1, CLIENT_ISN + 1, ACK, NULL), LAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(cookie + 1));
	/* In steps of 32 from the server, of 128 to the client. */
	ck_assert_uint_eq(tcp->rx_win, rte_cpu_to_be_16(1000 * 32 / 128));
	/* The server says it again: its acknowledgement was lost. */
	tcp = pass(WAN, make(false, 4000, SERVER_ISN, CLIENT_ISN + 1, SYN | ACK, &answer), LAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->tcp_flags, ACK);
	ck_assert_ptr_nonnull(
	    pass(WAN, make(false, 4000, SERVER_ISN + 1, CLIENT_ISN + 1, FIN | ACK, NULL), LAN));
}
END_TEST

START_TEST(ends_without_options_connect_too)
{
	const struct tcp_offer offer = {536, 4, false}, answer = {1460, TCP_NO_SCALE, false};
	const struct rte_tcp_hdr *tcp;

	flood(HALF_OPEN_MAX);
	connect_both(4000, &offer, &answer);
	/* To a server without scales the client's window is in bytes. */
	tcp = pass(LAN, make(true, 4000, CLIENT_ISN + 1, cookie + 1, ACK, NULL), WAN);
	ck_assert_uint_eq(tcp->rx_win, rte_cpu_to_be_16(16000));
	tcp = pass(WAN, make(false, 4000, SERVER_ISN + 1, CLIENT_ISN + 1, ACK, NULL), LAN);
	ck_assert_uint_eq(tcp->rx_win, rte_cpu_to_be_16(1000 / 128));
}
END_TEST

START_TEST(translated_flows_are_relayed_too)
{
	const struct tcp_offer offer = {1460, 7, true};
	const struct rte_tcp_hdr *tcp;
	struct rte_mbuf *mbuf;
	uint16_t port;

	protect(HALF_OPEN_MAX, true);
	flood(HALF_OPEN_MAX);
	get_cookie(4000, &offer);
	tcp = pass(LAN, make(true, 4000, CLIENT_ISN + 1, cookie + 1, ACK, NULL), WAN);
	ck_assert_ptr_nonnull(tcp);
	port = rte_be_to_cpu_16(tcp->src_port);
	mbuf = make(false, port, SERVER_ISN, CLIENT_ISN + 1, SYN | ACK, &offer);
	fixture_header(mbuf)->dst_addr = WAN_SHARED;
	fixture_checksum(mbuf);
	tcp = pass(WAN, mbuf, LAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(cookie + 1));
	ck_assert_uint_eq(tcp->dst_port, RTE_BE16(4000));
	tcp = sent(WAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->src_port, rte_cpu_to_be_16(port));
	ck_assert_uint_eq(tcp->recv_ack, rte_cpu_to_be_32(SERVER_ISN + 1));
}
END_TEST

START_TEST(a_refused_client_is_told)
{
	const struct tcp_offer offer = {1460, 7, true};
	const struct rte_tcp_hdr *tcp;

	flood(HALF_OPEN_MAX);
	get_cookie(4000, &offer);
	ck_assert_ptr_nonnull(pass(LAN, make(true, 4000, CLIENT_ISN + 1, cookie + 1, ACK, NULL), WAN));
	/* It asks for the window: the server is called again. */
	tcp = pass(LAN, make(true, 4000, CLIENT_ISN, cookie + 1, ACK, NULL), WAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->tcp_flags, SYN);
	tcp = pass(WAN, make(false, 4000, 0, CLIENT_ISN + 1, RST | ACK, NULL), LAN);
	ck_assert_ptr_nonnull(tcp);
	ck_assert_uint_eq(tcp->tcp_flags, RST | ACK);
	ck_assert_uint_eq(tcp->sent_seq, rte_cpu_to_be_32(cookie + 1));
}
END_TEST

START_TEST(a_full_table_keeps_what_was_answered)
{
	struct rte_mbuf *mbuf;

	protect(0, false);
	for (unsigned i = 0; i < 500; i++) {
		rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 1000 + i, SERVER, 80, SYN, 0), WAN));
		rte_pktmbuf_free(
		    fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, 1000 + i, SYN | ACK, 0), LAN));
		rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 1000 + i, SERVER, 80, ACK, 0), WAN));
	}
	flood(2000);
	ck_assert_uint_eq(flow_count(), 1000);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 1500);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FLOW_TABLE_FULL), 0);
	for (unsigned i = 0; i < 500; i++) {
		mbuf = fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, 1000 + i, ACK, 10), LAN);
		ck_assert_ptr_nonnull(mbuf);
		rte_pktmbuf_free(mbuf);
	}
	/* The youngest ones are those that are left. */
	mbuf = fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, 11999, ACK, 0), LAN);
	ck_assert_ptr_nonnull(mbuf);
}
END_TEST

START_TEST(refused_connections_make_room)
{
	protect(0, false);
	for (unsigned i = 0; i < 1500; i++) {
		rte_pktmbuf_free(fixture_pass(LAN, fixture_tcp(CLIENT, 1000 + i, SERVER, 80, SYN, 0), WAN));
		rte_pktmbuf_free(
		    fixture_pass(WAN, fixture_tcp(SERVER, 80, CLIENT, 1000 + i, RST | ACK, 0), LAN));
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_FLOW_TABLE_FULL), 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_EVICTED), 500);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, siphash_is_siphash);
	tcase_add_test(tests, a_cookie_brings_back_what_was_offered);
	tcase_add_test(tests, a_flood_costs_no_memory);
	tcase_add_test(tests, a_client_connects_through_a_flood);
	tcase_add_test(tests, ends_without_options_connect_too);
	tcase_add_test(tests, translated_flows_are_relayed_too);
	tcase_add_test(tests, a_refused_client_is_told);
	tcase_add_test(tests, refused_connections_make_room);
	tcase_add_test(tests, a_full_table_keeps_what_was_answered);
}

TEST_MAIN("tcp_relay", add_tests)
