/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/ipv4_classify.h"
#include "datapath/testing/fixture.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_random.h>

static struct parsed parsed;
static uint16_t total;

/* Takes the packet and frees it. */
static enum counter parse(struct rte_mbuf *mbuf)
{
	enum counter reason = ipv4_parse(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf),
	                                 rte_pktmbuf_pkt_len(mbuf), LAN, &parsed, &total);

	rte_pktmbuf_free(mbuf);
	return reason;
}

static struct rte_mbuf *good(void)
{
	return fixture_udp(CLIENT, 4000, SERVER, 53);
}

static enum counter parse_tcp(uint8_t flags)
{
	return parse(fixture_tcp(CLIENT, 4000, SERVER, 80, flags, 5));
}

START_TEST(a_good_packet_has_its_key)
{
	struct rte_mbuf *padded = good();

	rte_pktmbuf_append(padded, 8);
	ck_assert_int_eq(parse(padded), COUNTER_COUNT);
	ck_assert_uint_eq(total, 38);
	ck_assert_uint_eq(parsed.key.source, CLIENT);
	ck_assert_uint_eq(parsed.key.destination, SERVER);
	ck_assert_uint_eq(parsed.key.source_port, RTE_BE16(4000));
	ck_assert_uint_eq(parsed.key.destination_port, RTE_BE16(53));
	ck_assert_uint_eq(parsed.key.interface, LAN);
	ck_assert_uint_eq(parsed.key.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(parsed.payload_length, 10);
	ck_assert_uint_eq(parsed.flags, 0);
}
END_TEST

/* feature: C01-012 */
START_TEST(headers_that_are_wrong)
{
	struct rte_mbuf *mbuf = good();

	fixture_header(mbuf)->version_ihl = 0x65;
	fixture_checksum(mbuf);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_HEADER);
	mbuf = good();
	fixture_header(mbuf)->version_ihl = 0x44;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_HEADER);
	mbuf = good();
	fixture_header(mbuf)->version_ihl = 0x46;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_CHECKSUM);
	mbuf = good();
	rte_pktmbuf_trim(mbuf, 1);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_LENGTH);
	mbuf = good();
	rte_pktmbuf_trim(mbuf, 19);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_LENGTH);
	mbuf = good();
	fixture_header(mbuf)->total_length = RTE_BE16(19);
	fixture_checksum(mbuf);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_LENGTH);
	for (unsigned byte = 0; byte < 20; byte++) {
		mbuf = good();
		((uint8_t *)fixture_header(mbuf))[byte] ^= 0x10;
		ck_assert_int_ne(parse(mbuf), COUNTER_COUNT);
	}
	mbuf = good();
	fixture_header(mbuf)->hdr_checksum ^= 1;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV4_CHECKSUM);
}
END_TEST

/* feature: C01-012 */
START_TEST(addresses_that_are_wrong)
{
	const uint32_t no_hosts[] = {IP(0, 0, 0, 0),        IP(0, 1, 2, 3),       IP(127, 0, 0, 1),
	                             IP(224, 0, 0, 1),      IP(239, 255, 255, 1), IP(240, 0, 0, 1),
	                             IP(255, 255, 255, 255)};

	for (unsigned i = 0; i < RTE_DIM(no_hosts); i++) {
		ck_assert_int_eq(parse(fixture_udp(no_hosts[i], 1, SERVER, 2)), COUNTER_DROP_IPV4_SOURCE);
		ck_assert_int_eq(parse(fixture_udp(CLIENT, 1, no_hosts[i], 2)),
		                 COUNTER_DROP_IPV4_DESTINATION);
	}
	ck_assert_int_eq(parse(fixture_udp(CLIENT, 1, CLIENT, 2)), COUNTER_DROP_IPV4_SOURCE);
	ck_assert_int_eq(parse(fixture_udp(IP(1, 0, 0, 0), 1, IP(223, 255, 255, 255), 2)), COUNTER_COUNT);
	ck_assert_int_eq(parse(fixture_udp(IP(126, 0, 0, 1), 1, IP(128, 0, 0, 1), 2)), COUNTER_COUNT);
}
END_TEST

START_TEST(fragments_are_told)
{
	struct rte_mbuf *mbuf = good();

	fixture_header(mbuf)->fragment_offset = RTE_BE16(RTE_IPV4_HDR_MF_FLAG);
	fixture_checksum(mbuf);
	ck_assert_int_eq(parse(mbuf), COUNTER_FRAGMENT_RECEIVED);
	mbuf = good();
	fixture_header(mbuf)->fragment_offset = RTE_BE16(100);
	fixture_checksum(mbuf);
	ck_assert_int_eq(parse(mbuf), COUNTER_FRAGMENT_RECEIVED);
	mbuf = good();
	fixture_header(mbuf)->fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG);
	fixture_checksum(mbuf);
	ck_assert_int_eq(parse(mbuf), COUNTER_COUNT);
}
END_TEST

/* feature: C01-012 */
START_TEST(transport_headers_that_are_wrong)
{
	struct rte_mbuf *mbuf = good();

	((struct rte_udp_hdr *)(fixture_header(mbuf) + 1))->dgram_len = RTE_BE16(7);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_TRANSPORT_HEADER);
	mbuf = good();
	((struct rte_udp_hdr *)(fixture_header(mbuf) + 1))->dgram_len = RTE_BE16(19);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(fixture_ip(CLIENT, SERVER, IPPROTO_UDP, 7)), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(fixture_ip(CLIENT, SERVER, IPPROTO_TCP, 19)), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(fixture_ip(CLIENT, SERVER, IPPROTO_ICMP, 7)), COUNTER_DROP_TRANSPORT_HEADER);
	mbuf = fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0);
	((struct rte_tcp_hdr *)(fixture_header(mbuf) + 1))->data_off = 4 << 4;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_TRANSPORT_HEADER);
	mbuf = fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_SYN_FLAG, 0);
	((struct rte_tcp_hdr *)(fixture_header(mbuf) + 1))->data_off = 6 << 4;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(fixture_ip(CLIENT, SERVER, 50, 0)), COUNTER_COUNT);
}
END_TEST

/* feature: C01-012 C07-017 */
START_TEST(tcp_flags_that_no_tcp_sends)
{
	ck_assert_int_eq(parse_tcp(0), COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_FIN_FLAG), COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG | RTE_TCP_URG_FLAG),
	                 COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_SYN_FLAG | RTE_TCP_FIN_FLAG), COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_SYN_FLAG | RTE_TCP_RST_FLAG), COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG), COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG | RTE_TCP_ACK_FLAG),
	                 COUNTER_DROP_TCP_FLAGS);
	ck_assert_int_eq(parse_tcp(RTE_TCP_SYN_FLAG), COUNTER_COUNT);
	ck_assert_int_eq(parse_tcp(RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG), COUNTER_COUNT);
	ck_assert_int_eq(parse_tcp(RTE_TCP_RST_FLAG), COUNTER_COUNT);
	ck_assert_int_eq(parse_tcp(RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG), COUNTER_COUNT);
	ck_assert_uint_eq(parsed.payload_length, 5);
	ck_assert_uint_eq(parsed.tcp_flags, RTE_TCP_FIN_FLAG | RTE_TCP_ACK_FLAG);
}
END_TEST

START_TEST(echoes_and_their_replies_are_one_flow)
{
	struct flow_key request;

	ck_assert_int_eq(parse(fixture_echo(CLIENT, SERVER, 8, 77)), COUNTER_COUNT);
	request = parsed.key;
	ck_assert_int_eq(parse(fixture_echo(SERVER, CLIENT, 0, 77)), COUNTER_COUNT);
	request = flow_key_reply(&request, LAN);
	ck_assert(flow_key_equal(&request, &parsed.key));
	/* A request of the other side is another. */
	ck_assert_int_eq(parse(fixture_echo(SERVER, CLIENT, 8, 77)), COUNTER_COUNT);
	ck_assert(!flow_key_equal(&request, &parsed.key));
}
END_TEST

/* feature: C08-023 */
START_TEST(queries_have_identifiers_and_other_messages_their_type)
{
	for (unsigned type = 0; type < 256; type++) {
		uint8_t query = flow_icmp_query(type, false);
		struct flow_key request;

		if (type == 3 || type == 11 || type == 12)
			continue;
		ck_assert_int_eq(parse(fixture_echo(CLIENT, SERVER, type, 77)), COUNTER_COUNT);
		ck_assert_uint_eq(parsed.flags, type == 4 || type == 5 ? PARSED_ICMP_ALONE : 0);
		if (query == FLOW_ICMP_NO_QUERY) {
			ck_assert_uint_eq(flow_icmp_type(&parsed.key), type);
			ck_assert_uint_eq(parsed.key.source_port, 0);
		} else if (query == type) {
			ck_assert_uint_eq(flow_icmp_type(&parsed.key), type);
			ck_assert_uint_eq(parsed.key.source_port, RTE_BE16(77));
			request = flow_key_reply(&parsed.key, LAN);
			ck_assert_int_eq(parse(fixture_echo(SERVER, CLIENT, type == 8 ? 0 : type + 1, 77)),
			                 COUNTER_COUNT);
			ck_assert(flow_key_equal(&request, &parsed.key));
		}
	}
}
END_TEST

static struct rte_mbuf *with_options(const uint8_t *options, uint8_t length)
{
	struct rte_mbuf *mbuf = good();
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)rte_pktmbuf_prepend(mbuf, length);

	ck_assert_ptr_nonnull(ip);
	memmove(ip, (uint8_t *)ip + length, sizeof(*ip));
	memcpy(ip + 1, options, length);
	ip->version_ihl = 0x45 + length / 4;
	ip->total_length = rte_cpu_to_be_16(rte_be_to_cpu_16(ip->total_length) + length);
	ip->hdr_checksum = 0;
	ip->hdr_checksum = ~rte_raw_cksum(ip, sizeof(*ip) + length);
	return mbuf;
}

/* feature: C01-012 */
START_TEST(options)
{
	static const struct {
		uint8_t length, option[12];
		enum counter expected;
	} cases[] = {
	    {4, {148, 4, 0, 0}, COUNTER_COUNT},
	    {8, {1, 1, 148, 4, 0, 0, 0, 99}, COUNTER_COUNT},
	    {4, {1, 1, 1, 1}, COUNTER_COUNT},
	    {4, {0, 131, 131, 131}, COUNTER_COUNT},
	    {8, {131, 7, 4, 1, 2, 3, 4, 0}, COUNTER_DROP_IPV4_SOURCE_ROUTE},
	    {12, {148, 4, 0, 0, 137, 7, 4, 1, 2, 3, 4, 0}, COUNTER_DROP_IPV4_SOURCE_ROUTE},
	    {8, {7, 7, 4, 0, 0, 0, 0, 0}, COUNTER_DROP_IPV4_RECORD_ROUTE},
	    {8, {68, 8, 5, 0, 0, 0, 0, 0}, COUNTER_DROP_IPV4_TIMESTAMP},
	    {4, {130, 4, 0, 0}, COUNTER_DROP_IPV4_OPTION_OTHER},
	    {4, {148, 3, 0, 0}, COUNTER_DROP_IPV4_OPTIONS},
	    {4, {148, 8, 0, 0}, COUNTER_DROP_IPV4_OPTIONS},
	    {4, {148, 1, 0, 0}, COUNTER_DROP_IPV4_OPTIONS},
	    {4, {1, 1, 1, 148}, COUNTER_DROP_IPV4_OPTIONS},
	};

	for (unsigned i = 0; i < RTE_DIM(cases); i++) {
		ck_assert_int_eq(parse(with_options(cases[i].option, cases[i].length)), cases[i].expected);
		if (cases[i].expected == COUNTER_COUNT) {
			ck_assert_uint_eq(parsed.flags, PARSED_OPTIONS);
			ck_assert_uint_eq(parsed.payload_length, 10);
		}
	}
}
END_TEST

static struct rte_mbuf *error_about(struct rte_mbuf *original, unsigned embedded)
{
	struct rte_mbuf *mbuf = fixture_ip(SERVER, CLIENT, IPPROTO_ICMP, 8 + embedded);
	uint8_t *icmp = (uint8_t *)(fixture_header(mbuf) + 1);

	icmp[0] = 3;
	icmp[1] = 1;
	memcpy(icmp + 8, fixture_header(original), RTE_MIN(embedded, rte_pktmbuf_data_len(original)));
	rte_pktmbuf_free(original);
	return mbuf;
}

START_TEST(an_icmp_error_belongs_to_the_flow_it_is_about)
{
	struct flow_key about;

	ck_assert_int_eq(parse(good()), COUNTER_COUNT);
	about = flow_key_reply(&parsed.key, LAN);
	ck_assert_int_eq(parse(error_about(good(), 28)), COUNTER_COUNT);
	ck_assert(flow_key_equal(&about, &parsed.key));
	ck_assert_uint_eq(parsed.flags, PARSED_ICMP_ERROR);
	ck_assert_int_eq(parse(error_about(good(), 27)), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(error_about(good(), 19)), COUNTER_DROP_TRANSPORT_HEADER);
	/* About what the receiver never sent. */
	ck_assert_int_eq(parse(error_about(fixture_udp(SERVER, 1, CLIENT, 2), 28)),
	                 COUNTER_DROP_ICMP_EMBEDDED);
	ck_assert_int_eq(parse(fixture_echo(CLIENT, SERVER, 8, 77)), COUNTER_COUNT);
	about = flow_key_reply(&parsed.key, LAN);
	ck_assert_int_eq(parse(error_about(fixture_echo(CLIENT, SERVER, 8, 77), 28)), COUNTER_COUNT);
	ck_assert(flow_key_equal(&about, &parsed.key));
}
END_TEST

/* Returns whether the quick look took the packet, and checks that it saw what the long one does. */
static bool is_plain(const uint8_t *ip, uint32_t length)
{
	uint16_t quick_total;
	struct parsed quick;

	if (!ipv4_parse_plain(ip, length, LAN, &quick, &quick_total))
		return false;
	ck_assert_int_eq(ipv4_parse(ip, length, length, LAN, &parsed, &total), COUNTER_COUNT);
	ck_assert(flow_key_equal(&parsed.key, &quick.key));
	ck_assert_uint_eq(flow_hash(&parsed.key), quick.hash);
	ck_assert_uint_eq(parsed.payload_length, quick.payload_length);
	ck_assert_uint_eq(parsed.tcp_flags, quick.tcp_flags);
	ck_assert_uint_eq(parsed.flags, quick.flags);
	ck_assert_uint_eq(total, quick_total);
	return true;
}

/* Good packets with a few bytes changed, their checksum mended, and cut short. feature: C01-012 */
START_TEST(the_quick_look_sees_what_the_long_one_does)
{
	unsigned plain = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct rte_mbuf *mbuf =
		    i & 1 ? good() : fixture_tcp(CLIENT, 4000, SERVER, 80, RTE_TCP_ACK_FLAG, 5);
		uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);
		uint32_t length = rte_pktmbuf_data_len(mbuf);

		for (unsigned changes = (unsigned)rte_rand_max(3); changes; changes--)
			ip[rte_rand_max(length)] = (uint8_t)rte_rand();
		if (fixture_header(mbuf)->ihl == 5)
			fixture_checksum(mbuf);
		if (i % 4 == 3)
			length = (uint32_t)rte_rand_max(length + 1);
		plain += is_plain(ip, length);
		rte_pktmbuf_free(mbuf);
	}
	ck_assert_uint_gt(plain, 5000);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_quick_look_sees_what_the_long_one_does);
	tcase_add_checked_fixture(tests, fixture_setup, NULL);
	tcase_add_test(tests, a_good_packet_has_its_key);
	tcase_add_test(tests, headers_that_are_wrong);
	tcase_add_test(tests, addresses_that_are_wrong);
	tcase_add_test(tests, fragments_are_told);
	tcase_add_test(tests, transport_headers_that_are_wrong);
	tcase_add_test(tests, tcp_flags_that_no_tcp_sends);
	tcase_add_test(tests, echoes_and_their_replies_are_one_flow);
	tcase_add_test(tests, queries_have_identifiers_and_other_messages_their_type);
	tcase_add_test(tests, options);
	tcase_add_test(tests, an_icmp_error_belongs_to_the_flow_it_is_about);
}

TEST_MAIN("ipv4_parse", add_tests)
