/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_random.h>

static struct parsed parsed;
static struct ipv6_layout layout;

/* Takes the packet and frees it. */
static enum counter parse(struct rte_mbuf *mbuf)
{
	enum counter reason = ipv6_parse(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf),
	                                 rte_pktmbuf_pkt_len(mbuf), LAN, &parsed, &layout);

	rte_pktmbuf_free(mbuf);
	return reason;
}

static struct rte_mbuf *good(void)
{
	return fixture_ipv6_udp(CLIENT6, 4000, SERVER6, 53);
}

static struct flow_addresses between(const char *source, const char *destination)
{
	struct ip_address ends[2] = {fixture_ipv6_address(source), fixture_ipv6_address(destination)};
	struct flow_addresses addresses;

	memcpy(addresses.source, ends[0].bytes, sizeof(addresses.source));
	memcpy(addresses.destination, ends[1].bytes, sizeof(addresses.destination));
	return addresses;
}

START_TEST(a_good_packet_has_its_key)
{
	struct flow_addresses addresses = between(CLIENT6, SERVER6), reversed;
	struct rte_mbuf *padded = good();
	struct flow_key expected = {.source_port = RTE_BE16(4000),
	                            .destination_port = RTE_BE16(53),
	                            .interface = LAN,
	                            .protocol = IPPROTO_UDP};

	rte_pktmbuf_append(padded, 8);
	ck_assert_int_eq(parse(padded), COUNTER_COUNT);
	flow_key_set_ipv6(&expected, &addresses);
	ck_assert(flow_key_equal(&parsed.key, &expected));
	ck_assert_uint_eq(layout.total, 58);
	ck_assert_uint_eq(layout.addresses, 8);
	ck_assert_uint_eq(layout.transport, 40);
	ck_assert_uint_eq(parsed.payload_length, 10);
	/* The other direction has a key of its own and the same owner. */
	reversed = flow_addresses_reversed(&addresses);
	expected = flow_key_reply_ipv6(&parsed.key, &addresses, WAN);
	ck_assert_int_eq(parse(fixture_ipv6_udp(SERVER6, 53, CLIENT6, 4000)), COUNTER_COUNT);
	parsed.key.interface = WAN;
	ck_assert(flow_key_equal(&parsed.key, &expected));
	ck_assert_uint_eq(flow_symmetric_hash_ipv6(&expected, &reversed),
	                  flow_symmetric_hash_ipv6(&(struct flow_key){.source_port = RTE_BE16(4000),
	                                                              .destination_port = RTE_BE16(53),
	                                                              .protocol = IPPROTO_UDP},
	                                           &addresses));
}
END_TEST

/* feature: C01-012 */
START_TEST(headers_that_are_wrong)
{
	struct rte_mbuf *mbuf = good();

	fixture_ipv6_header(mbuf)->vtc_flow = RTE_BE32(0x50000000);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV6_HEADER);
	mbuf = good();
	rte_pktmbuf_trim(mbuf, 1);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV6_LENGTH);
	mbuf = good();
	rte_pktmbuf_trim(mbuf, 19);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV6_LENGTH);
	/* A jumbogram. */
	mbuf = good();
	fixture_ipv6_header(mbuf)->payload_len = 0;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_TRANSPORT_HEADER);
}
END_TEST

/* feature: C01-012 */
START_TEST(addresses_that_are_wrong)
{
	const char *no_hosts[] = {"::",      "::1",     "::1.2.3.4", "::ffff:10.1.0.10",
	                          "ff02::1", "ff0e::1", "fe80::1",   "febf::1"};

	for (unsigned i = 0; i < RTE_DIM(no_hosts); i++) {
		ck_assert_int_eq(parse(fixture_ipv6_udp(no_hosts[i], 1, SERVER6, 2)),
		                 COUNTER_DROP_IPV6_SOURCE);
		ck_assert_int_eq(parse(fixture_ipv6_udp(CLIENT6, 1, no_hosts[i], 2)),
		                 COUNTER_DROP_IPV6_DESTINATION);
	}
	ck_assert_int_eq(parse(fixture_ipv6_udp(CLIENT6, 1, CLIENT6, 2)), COUNTER_DROP_IPV6_SOURCE);
	ck_assert_int_eq(parse(fixture_ipv6_udp("fd00::1", 1, "64:ff9b::102:304", 2)), COUNTER_COUNT);
}
END_TEST

/* feature: C01-012 */
START_TEST(extension_headers)
{
	struct rte_mbuf *mbuf;

	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_HOPOPTS, 1, 4)), COUNTER_COUNT);
	ck_assert_uint_eq(layout.transport, 48);
	ck_assert_uint_eq(parsed.key.protocol, IPPROTO_UDP);
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_DSTOPTS, 1, 4)), COUNTER_COUNT);
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_ROUTING, 2, 0)), COUNTER_COUNT);
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_ROUTING, 2, 1)),
	                 COUNTER_DROP_IPV6_ROUTING_HEADER);
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_ROUTING, 0, 0)),
	                 COUNTER_DROP_IPV6_ROUTING_HEADER);
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_FRAGMENT, 0, 1)),
	                 COUNTER_FRAGMENT_RECEIVED);
	ck_assert_uint_eq(layout.transport, 40);
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_FRAGMENT, 1, 0)),
	                 COUNTER_FRAGMENT_RECEIVED);
	/* First and last at once: none. */
	ck_assert_int_eq(parse(fixture_ipv6_extend(good(), IPPROTO_FRAGMENT, 0, 0)), COUNTER_COUNT);
	ck_assert(layout.atomic);
	ck_assert_uint_eq(layout.transport, 48);
	ck_assert_uint_eq(parsed.key.protocol, IPPROTO_UDP);
	mbuf = fixture_ipv6_extend(good(), IPPROTO_FRAGMENT, 0, 0);
	ck_assert_int_eq(parse(fixture_ipv6_extend(mbuf, IPPROTO_FRAGMENT, 0, 0)),
	                 COUNTER_DROP_IPV6_EXTENSION);
	/* Hop-by-hop options behind others. */
	mbuf = fixture_ipv6_extend(good(), IPPROTO_HOPOPTS, 1, 4);
	ck_assert_int_eq(parse(fixture_ipv6_extend(mbuf, IPPROTO_DSTOPTS, 1, 4)),
	                 COUNTER_DROP_IPV6_EXTENSION);
	/* More than any host sends. */
	mbuf = good();
	for (unsigned i = 0; i < IPV6_EXTENSIONS_MAX; i++)
		fixture_ipv6_extend(mbuf, IPPROTO_DSTOPTS, 1, 4);
	ck_assert_int_eq(parse(mbuf), COUNTER_COUNT);
	mbuf = good();
	for (unsigned i = 0; i <= IPV6_EXTENSIONS_MAX; i++)
		fixture_ipv6_extend(mbuf, IPPROTO_DSTOPTS, 1, 4);
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV6_EXTENSION);
	/* One that is longer than the packet. */
	mbuf = fixture_ipv6_extend(good(), IPPROTO_DSTOPTS, 1, 4);
	((uint8_t *)(fixture_ipv6_header(mbuf) + 1))[1] = 4;
	ck_assert_int_eq(parse(mbuf), COUNTER_DROP_IPV6_EXTENSION);
	ck_assert_int_eq(parse(fixture_ipv6(CLIENT6, SERVER6, IPPROTO_ESP, 20)), COUNTER_COUNT);
	ck_assert_uint_eq(parsed.key.protocol, IPPROTO_ESP);
	ck_assert_int_eq(parse(fixture_ipv6(CLIENT6, SERVER6, IPPROTO_AH, 20)), COUNTER_COUNT);
	ck_assert_uint_eq(parsed.key.protocol, IPPROTO_AH);
}
END_TEST

START_TEST(echoes_and_their_replies_are_one_flow)
{
	struct flow_addresses addresses = between(CLIENT6, SERVER6);
	struct flow_key request;

	ck_assert_int_eq(parse(fixture_ipv6_echo(CLIENT6, SERVER6, ICMPV6_ECHO, 77)), COUNTER_COUNT);
	request = flow_key_reply_ipv6(&parsed.key, &addresses, LAN);
	ck_assert_int_eq(parse(fixture_ipv6_echo(SERVER6, CLIENT6, ICMPV6_ECHO_REPLY, 77)), COUNTER_COUNT);
	ck_assert(flow_key_equal(&request, &parsed.key));
	for (unsigned type = 5; type < 256; type++) {
		bool discovery = type >= ICMPV6_ROUTER_SOLICIT && type <= ICMPV6_REDIRECT;

		ck_assert_int_eq(parse(fixture_ipv6_echo(CLIENT6, SERVER6, type, 77)),
		                 discovery ? COUNTER_DROP_ICMP_TYPE : COUNTER_COUNT);
		ck_assert_uint_eq(parsed.flags & PARSED_ICMP_ALONE, type < 128 ? PARSED_ICMP_ALONE : 0);
	}
	ck_assert_int_eq(parse(fixture_ipv6(CLIENT6, SERVER6, IPPROTO_ICMP, 8)), COUNTER_DROP_ICMP_TYPE);
}
END_TEST

static struct rte_mbuf *error_about(struct rte_mbuf *original, unsigned embedded)
{
	struct rte_mbuf *mbuf = fixture_ipv6("2001:db8:2::99", CLIENT6, IPPROTO_ICMPV6, 8 + embedded);
	uint8_t *icmp = (uint8_t *)(fixture_ipv6_header(mbuf) + 1);

	icmp[0] = ICMPV6_TOO_BIG;
	memcpy(icmp + 8, fixture_ipv6_header(original), RTE_MIN(embedded, rte_pktmbuf_data_len(original)));
	rte_pktmbuf_free(original);
	return mbuf;
}

START_TEST(an_error_belongs_to_the_flow_it_is_about)
{
	struct flow_addresses addresses = between(CLIENT6, SERVER6);
	struct flow_key about;

	ck_assert_int_eq(parse(good()), COUNTER_COUNT);
	about = flow_key_reply_ipv6(&parsed.key, &addresses, LAN);
	ck_assert_int_eq(parse(error_about(good(), 48)), COUNTER_COUNT);
	ck_assert(flow_key_equal(&about, &parsed.key));
	ck_assert_uint_eq(parsed.flags, PARSED_ICMP_ERROR);
	ck_assert_uint_eq(layout.addresses, 40 + 8 + 8);
	ck_assert_int_eq(parse(error_about(good(), 47)), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(error_about(good(), 39)), COUNTER_DROP_TRANSPORT_HEADER);
	ck_assert_int_eq(parse(error_about(fixture_ipv6_extend(good(), IPPROTO_DSTOPTS, 1, 4), 56)),
	                 COUNTER_COUNT);
	ck_assert(flow_key_equal(&about, &parsed.key));
	/* About what the receiver never sent. */
	ck_assert_int_eq(parse(error_about(fixture_ipv6_udp(SERVER6, 1, CLIENT6, 2), 48)),
	                 COUNTER_DROP_ICMP_EMBEDDED);
	/* About a first fragment, whose ports are there, and about a later one. */
	ck_assert_int_eq(parse(error_about(fixture_ipv6_extend(good(), IPPROTO_FRAGMENT, 0, 1), 56)),
	                 COUNTER_COUNT);
	ck_assert(flow_key_equal(&about, &parsed.key));
	ck_assert_int_eq(parse(error_about(fixture_ipv6_extend(good(), IPPROTO_FRAGMENT, 1, 1), 56)),
	                 COUNTER_DROP_ICMP_EMBEDDED);
}
END_TEST

/* Returns whether the quick look took the packet, and checks that it saw what the long one does. */
static bool is_plain(const uint8_t *ip, uint32_t length)
{
	struct ipv6_layout quick_layout;
	struct parsed quick;

	if (!ipv6_parse_plain(ip, length, LAN, &quick, &quick_layout))
		return false;
	ck_assert_int_eq(ipv6_parse(ip, length, length, LAN, &parsed, &layout), COUNTER_COUNT);
	ck_assert(flow_key_equal(&parsed.key, &quick.key));
	ck_assert_uint_eq(flow_hash(&parsed.key), quick.hash);
	ck_assert_uint_eq(parsed.payload_length, quick.payload_length);
	ck_assert_uint_eq(parsed.tcp_flags, quick.tcp_flags);
	ck_assert_uint_eq(parsed.flags, quick.flags);
	ck_assert_mem_eq(&layout, &quick_layout, sizeof(layout));
	return true;
}

/* Good packets with a few bytes changed and cut short. feature: C01-012 */
START_TEST(the_quick_look_sees_what_the_long_one_does)
{
	unsigned plain = 0;

	for (unsigned i = 0; i < 20000; i++) {
		struct rte_mbuf *mbuf =
		    i & 1 ? good() : fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80, RTE_TCP_ACK_FLAG);
		uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);
		uint32_t length = rte_pktmbuf_data_len(mbuf);

		for (unsigned changes = (unsigned)rte_rand_max(3); changes; changes--)
			ip[rte_rand_max(length)] = (uint8_t)rte_rand();
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
	tcase_add_test(tests, extension_headers);
	tcase_add_test(tests, echoes_and_their_replies_are_one_flow);
	tcase_add_test(tests, an_error_belongs_to_the_flow_it_is_about);
}

TEST_MAIN("ipv6_parse", add_tests)
