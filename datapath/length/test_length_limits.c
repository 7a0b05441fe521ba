/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/length/length_limits.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <netinet/in.h>

/* A limit of its own for each, so that a protocol with another's is found. */
static const struct policy_length_limits limits = {.tcp = 100,
                                                   .udp = 110,
                                                   .icmp = 120,
                                                   .gre = 130,
                                                   .esp = 140,
                                                   .ah = 150,
                                                   .skip = 160,
                                                   .ospf = 170,
                                                   .ipip = 180,
                                                   .ipcomp = 190,
                                                   .l2tp = 200,
                                                   .other = 210,
                                                   .log = 1};

static void apply(struct policy_length_limits wanted)
{
	struct policy_builder *builder = fixture_ipv6_policy();

	policy_builder_settings(builder)->length_limits = wanted;
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
}

static void fill(uint8_t *transport, uint8_t protocol, uint16_t length)
{
	if (protocol == IPPROTO_UDP)
		memcpy(transport, (uint8_t[]){0x10, 1, 0x10, 2, length >> 8, length & 0xff}, 6);
	else if (protocol == IPPROTO_TCP)
		memcpy(transport, (uint8_t[]){0x10, 1, 0x10, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2}, 14);
	else if (protocol == IPPROTO_ICMP)
		transport[0] = 8;
	else if (protocol == IPPROTO_ICMPV6)
		transport[0] = 128;
}

/* A packet of that protocol with so many bytes behind its IP header, with a transport header where it needs one. */
static struct rte_mbuf *packet(uint8_t protocol, uint16_t length)
{
	struct rte_mbuf *mbuf = fixture_ip(CLIENT, SERVER, protocol, length);

	fill((uint8_t *)(fixture_header(mbuf) + 1), protocol, length);
	return mbuf;
}

static struct rte_mbuf *packet_ipv6(uint8_t protocol, uint16_t length)
{
	struct rte_mbuf *mbuf = fixture_ipv6(CLIENT6, SERVER6, protocol, length);

	fill((uint8_t *)(fixture_ipv6_header(mbuf) + 1), protocol, length);
	return mbuf;
}

static bool left(struct rte_mbuf *out)
{
	rte_pktmbuf_free(out);
	return out != NULL;
}

static bool passes(struct rte_mbuf *mbuf)
{
	return left(fixture_pass(LAN, mbuf, WAN));
}

static bool passes_ipv6(struct rte_mbuf *mbuf)
{
	return left(fixture_ipv6_pass(LAN, mbuf, WAN));
}

/* feature: C28-005 C28-006 C28-007 C28-008 */
START_TEST(every_protocol_has_its_limit)
{
	static const struct {
		uint8_t protocol;
		uint16_t limit;
	} expected[] = {{IPPROTO_TCP, 100},  {IPPROTO_UDP, 110},  {IPPROTO_ICMP, 120}, {IPPROTO_GRE, 130},
	                {IPPROTO_ESP, 140},  {IPPROTO_AH, 150},   {57, 160},           {89, 170},
	                {IPPROTO_IPIP, 180}, {IPPROTO_IPV6, 180}, {94, 180},           {108, 190},
	                {115, 200},          {97, 210},           {253, 210}};

	apply(limits);
	for (unsigned i = 0; i < RTE_DIM(expected); i++) {
		uint8_t protocol = expected[i].protocol,
		        protocol_ipv6 = protocol == IPPROTO_ICMP ? IPPROTO_ICMPV6 : protocol;
		uint16_t limit = expected[i].limit;

		ck_assert_msg(passes(packet(protocol, limit)), "protocol %u", protocol);
		ck_assert_msg(!passes(packet(protocol, limit + 1)), "protocol %u", protocol);
		ck_assert_msg(passes_ipv6(packet_ipv6(protocol_ipv6, limit)), "IPv6, protocol %u", protocol);
		ck_assert_msg(!passes_ipv6(packet_ipv6(protocol_ipv6, limit + 1)), "IPv6, protocol %u",
		              protocol);
		ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED), 2 * (i + 1));
	}
	/* Another policy counts from its first packet on. */
	apply((struct policy_length_limits){.tcp = 0});
	ck_assert(passes(packet(IPPROTO_UDP, 1000)));
}
END_TEST

/* feature: C28-005 C28-006 */
START_TEST(established_flows_are_held_to_it)
{
	apply(limits);
	/* The third packet is one of an established flow. */
	for (unsigned i = 0; i < 2; i++) {
		ck_assert(passes(packet(IPPROTO_UDP, 60)));
		ck_assert(passes_ipv6(packet_ipv6(IPPROTO_UDP, 60)));
	}
	ck_assert(!passes(packet(IPPROTO_UDP, 111)));
	ck_assert(!passes_ipv6(packet_ipv6(IPPROTO_UDP, 111)));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED), 2);
}
END_TEST

/* feature: C28-005 */
START_TEST(extension_headers_are_not_counted)
{
	static const uint8_t headers[] = {IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_FRAGMENT};

	apply(limits);
	for (unsigned i = 0; i < RTE_DIM(headers); i++) {
		/* Options that are padding (type 1, its length 4); a fragment header has 0 there. */
		uint8_t pad = headers[i] == IPPROTO_FRAGMENT ? 0 : 1, bytes = pad ? 4 : 0;

		ck_assert(
		    passes_ipv6(fixture_ipv6_extend(packet_ipv6(IPPROTO_UDP, 110), headers[i], pad, bytes)));
		ck_assert(
		    !passes_ipv6(fixture_ipv6_extend(packet_ipv6(IPPROTO_UDP, 111), headers[i], pad, bytes)));
		ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED), i + 1);
	}
}
END_TEST

/* feature: C28-009 */
START_TEST(it_is_logged_where_that_is_wanted)
{
	struct policy_length_limits silent = limits;
	struct event event;

	apply(limits);
	ck_assert(!passes(packet(IPPROTO_UDP, 111)));
	ck_assert_int_eq(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)), 0);
	ck_assert_uint_eq(event.kind, EVENT_OVERSIZED_PACKET);
	ck_assert_uint_eq(event.interface, LAN);
	ck_assert_uint_eq(event.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(event.length, 131);
	ck_assert_uint_eq(ip_address_to_ip4(&event.source), rte_be_to_cpu_32(CLIENT));
	silent.log = 0;
	apply(silent);
	ck_assert(!passes(packet(IPPROTO_UDP, 111)));
	ck_assert_int_ne(rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)), 0);
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_OVERSIZED), 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_add_test(tests, every_protocol_has_its_limit);
	tcase_add_test(tests, established_flows_are_held_to_it);
	tcase_add_test(tests, extension_headers_are_not_counted);
	tcase_add_test(tests, it_is_logged_where_that_is_wanted);
}
TEST_MAIN("length_limits", add_tests)
