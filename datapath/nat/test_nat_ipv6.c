/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/flow/flow_apply.h"
#include "datapath/flow/flow_record.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/nat/nat.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <errno.h>
#include <rte_icmp.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#define OTHER6 "2001:db8:1::11"

static void translate(void)
{
	struct policy_builder *builder = fixture_ipv6_policy();

	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_NAT_INTERFACE);
	fixture_apply(builder);
	fixture_walk();
}

static unsigned transport_of(struct rte_mbuf *mbuf)
{
	uint32_t offset;
	uint8_t protocol;

	ck_assert_int_eq(ipv6_skip_extensions(rte_pktmbuf_mtod(mbuf, const uint8_t *),
	                                      rte_pktmbuf_data_len(mbuf), &offset, &protocol),
	                 COUNTER_COUNT);
	return offset;
}

/* What came out of a port, at its IP header, between these ends; the transport's checksum is judged. */
static uint8_t *between(struct rte_mbuf *mbuf, const char *source, const char *destination, uint8_t protocol)
{
	struct ip_address from = fixture_ipv6_address(source), to = fixture_ipv6_address(destination);
	struct rte_ipv6_hdr *ip;
	unsigned offset;

	ck_assert_ptr_nonnull(mbuf);
	rte_pktmbuf_adj(mbuf, RTE_ETHER_HDR_LEN);
	ip = fixture_ipv6_header(mbuf);
	ck_assert_mem_eq(ip->src_addr, from.bytes, 16);
	ck_assert_mem_eq(ip->dst_addr, to.bytes, 16);
	offset = transport_of(mbuf);
	if (protocol != IPPROTO_ESP)
		ck_assert_uint_eq(
		    ipv6_checksum(ip, (uint8_t *)ip + offset, rte_pktmbuf_data_len(mbuf) - offset, protocol),
		    0);
	return (uint8_t *)ip + offset;
}

static uint16_t word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* feature: C09-009 */
START_TEST(udp_and_tcp_get_the_interface_s_address)
{
	uint8_t *transport;
	uint16_t port;

	translate();
	for (unsigned round = 0; round < 2; round++) { /* the packet that opens the flow, and one of it */
		transport = between(fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 1038, SERVER6, 80), WAN),
		                    WAN_SHARED6, SERVER6, IPPROTO_UDP);
		port = word(transport);
		ck_assert_uint_ge(port, NAT_PORT_FIRST);
		ck_assert_uint_eq(word(transport + 2), 80);
		transport =
		    between(fixture_ipv6_pass(WAN, fixture_ipv6_udp(SERVER6, 80, WAN_SHARED6, port), LAN),
		            SERVER6, CLIENT6, IPPROTO_UDP);
		ck_assert_uint_eq(word(transport + 2), 1038);
	}
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	/* To no flow's port: the firewall's own, which no rule allows. */
	ck_assert_ptr_null(fixture_ipv6_pass(WAN, fixture_ipv6_udp(SERVER6, 80, WAN_SHARED6, port ^ 1), LAN));
	transport = between(fixture_ipv6_pass(LAN,
	                                      fixture_ipv6_extend(fixture_ipv6_tcp(CLIENT6, 4000, SERVER6, 80,
	                                                                           RTE_TCP_SYN_FLAG),
	                                                          IPPROTO_DSTOPTS, 1, 4),
	                                      WAN),
	                    WAN_SHARED6, SERVER6, IPPROTO_TCP);
	transport = between(fixture_ipv6_pass(WAN,
	                                      fixture_ipv6_tcp(SERVER6, 80, WAN_SHARED6, word(transport),
	                                                       RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG),
	                                      LAN),
	                    SERVER6, CLIENT6, IPPROTO_TCP);
	ck_assert_uint_eq(word(transport + 2), 4000);
}
END_TEST

/* feature: C09-009 C09-011 */
START_TEST(pings_are_told_apart_and_protocols_without_ports_are_one)
{
	static const char *const clients[] = {CLIENT6, OTHER6};
	struct ip_address other = fixture_ipv6_address(OTHER6);
	uint16_t identifier[2];
	uint8_t *icmp;

	translate();
	fake_neighbour_at(LAN, other, fixture_mac(LAN, MAC_NEIGHBOUR));
	for (unsigned i = 0; i < 2; i++) {
		icmp = between(
		    fixture_ipv6_pass(LAN, fixture_ipv6_echo(clients[i], SERVER6, ICMPV6_ECHO, 7), WAN),
		    WAN_SHARED6, SERVER6, IPPROTO_ICMPV6);
		identifier[i] = word(icmp + 4);
	}
	ck_assert_uint_ne(identifier[0], identifier[1]);
	for (unsigned i = 0; i < 2; i++) {
		icmp = between(
		    fixture_ipv6_pass(
		        WAN, fixture_ipv6_echo(SERVER6, WAN_SHARED6, ICMPV6_ECHO_REPLY, identifier[i]), LAN),
		    SERVER6, clients[i], IPPROTO_ICMPV6);
		ck_assert_uint_eq(word(icmp + 4), 7);
	}
	between(fixture_ipv6_pass(LAN, fixture_ipv6(CLIENT6, SERVER6, IPPROTO_ESP, 40), WAN), WAN_SHARED6,
	        SERVER6, IPPROTO_ESP);
	between(fixture_ipv6_pass(WAN, fixture_ipv6(SERVER6, WAN_SHARED6, IPPROTO_ESP, 40), LAN), SERVER6,
	        CLIENT6, IPPROTO_ESP);
	ck_assert_ptr_null(fixture_ipv6_pass(LAN, fixture_ipv6(OTHER6, SERVER6, IPPROTO_ESP, 40), WAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_NAT_PORTS), 1);
}
END_TEST

/* An ICMPv6 error from there to there with a packet (at its IPv6 header) in it. Frees that. */
static struct rte_mbuf *error_about(const char *source, const char *destination, struct rte_mbuf *original)
{
	uint16_t length = rte_pktmbuf_data_len(original);
	struct rte_mbuf *mbuf = fixture_ipv6(source, destination, IPPROTO_ICMPV6, 8 + length);
	uint8_t *icmp = (uint8_t *)(fixture_ipv6_header(mbuf) + 1);
	uint16_t checksum;

	icmp[0] = ICMPV6_UNREACHABLE;
	memcpy(icmp + 8, fixture_ipv6_header(original), length);
	rte_pktmbuf_free(original);
	checksum = ipv6_checksum(fixture_ipv6_header(mbuf), icmp, 8 + length, IPPROTO_ICMPV6);
	memcpy(icmp + 2, &checksum, sizeof(checksum));
	return mbuf;
}

/* The packet within an error, whose own checksum is judged. */
static uint8_t *within(uint8_t *icmp, const char *source, const char *destination, uint16_t length)
{
	struct ip_address from = fixture_ipv6_address(source), to = fixture_ipv6_address(destination);
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(icmp + 8);

	ck_assert_mem_eq(ip->src_addr, from.bytes, 16);
	ck_assert_mem_eq(ip->dst_addr, to.bytes, 16);
	ck_assert_uint_eq(ipv6_checksum(ip, ip + 1, length - sizeof(*ip), ip->proto), 0);
	return (uint8_t *)(ip + 1);
}

/* feature: C09-008 C09-009 */
START_TEST(errors_are_translated_with_the_packet_in_them)
{
	struct rte_mbuf *mbuf;
	uint8_t *transport;
	uint16_t port, length;

	translate();
	port = word(between(fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 1038, SERVER6, 80), WAN),
	                    WAN_SHARED6, SERVER6, IPPROTO_UDP));
	/* A router on the way tells of what the client sent. */
	mbuf = fixture_ipv6_udp(WAN_SHARED6, port, SERVER6, 80);
	length = rte_pktmbuf_data_len(mbuf);
	transport = between(fixture_ipv6_pass(WAN, error_about(BEHIND6, WAN_SHARED6, mbuf), LAN), BEHIND6,
	                    CLIENT6, IPPROTO_ICMPV6);
	transport = within(transport, CLIENT6, SERVER6, length);
	ck_assert_uint_eq(word(transport), 1038);
	ck_assert_uint_eq(word(transport + 2), 80);
	/* The client tells of an answer. */
	transport = between(
	    fixture_ipv6_pass(
	        LAN, error_about(CLIENT6, SERVER6, fixture_ipv6_udp(SERVER6, 80, CLIENT6, 1038)), WAN),
	    WAN_SHARED6, SERVER6, IPPROTO_ICMPV6);
	transport = within(transport, SERVER6, WAN_SHARED6, length);
	ck_assert_uint_eq(word(transport + 2), port);
	/* What was damaged on its way is not made good. */
	mbuf = error_about(BEHIND6, WAN_SHARED6, fixture_ipv6_udp(WAN_SHARED6, port, SERVER6, 80));
	((uint8_t *)fixture_ipv6_header(mbuf))[40 + 8 + 40 + 8] ^= 1;
	ck_assert_ptr_null(fixture_ipv6_pass(WAN, mbuf, LAN));
	ck_assert_uint_eq(fixture_counter(COUNTER_DROP_ICMP_CHECKSUM), 1);
}
END_TEST

/* feature: C09-009 */
START_TEST(another_policy_ends_the_flow_whose_translation_it_changes)
{
	struct policy_builder *builder = fixture_ipv6_policy();

	translate();
	ck_assert_ptr_nonnull(fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 1038, SERVER6, 80), WAN));
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
	between(fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 1038, SERVER6, 80), WAN), CLIENT6, SERVER6,
	        IPPROTO_UDP);
}
END_TEST

/* feature: C09-009 C22-006 */
START_TEST(a_translated_flow_lives_on_at_the_peer)
{
	struct fake_record upsert, deletion;
	uint8_t *transport;
	uint16_t port;

	translate();
	atomic_store(&datapath.mirroring, true);
	port = word(between(fixture_ipv6_pass(LAN, fixture_ipv6_udp(CLIENT6, 1038, SERVER6, 80), WAN),
	                    WAN_SHARED6, SERVER6, IPPROTO_UDP));
	upsert = fake_records[0];
	ck_assert_uint_eq(upsert.header.version, 3);
	flow_close(fixture_worker(), 1);
	deletion = fake_records[1];
	ck_assert_int_eq(flow_apply(&upsert.header, upsert.payload), 0);
	flow_apply_end();
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 1);
	/* Only an answer comes, as after a takeover. */
	transport = between(fixture_ipv6_pass(WAN, fixture_ipv6_udp(SERVER6, 80, WAN_SHARED6, port), LAN),
	                    SERVER6, CLIENT6, IPPROTO_UDP);
	ck_assert_uint_eq(word(transport + 2), 1038);
	ck_assert_uint_eq(fixture_counter(COUNTER_FLOW_CREATED), 1);
	ck_assert_int_eq(flow_apply(&deletion.header, deletion.payload), 0);
	flow_apply_end();
	fixture_walk();
	ck_assert_uint_eq(flow_count(), 0);
	/* A reader of version 2 refuses it rather than forward it as it is. */
	upsert.header.length = FLOW_RECORD_LENGTH_2;
	ck_assert_int_eq(flow_apply(&upsert.header, upsert.payload), -EBADMSG);
}
END_TEST

/* feature: C09-003 C09-009 */
START_TEST(both_directions_are_of_one_share)
{
	struct ip_address client = fixture_ipv6_address(CLIENT6), server = fixture_ipv6_address(SERVER6),
	                  wan = fixture_ipv6_address(WAN_SHARED6);
	struct flow_table *table = flow_table_create(2048, SOCKET_ID_ANY);
	struct flow_addresses addresses, answers;
	struct flow_key keys[2];
	int error;

	memcpy(addresses.source, client.bytes, 16);
	memcpy(addresses.destination, server.bytes, 16);
	answers = flow_addresses_reversed(&addresses);
	memcpy(answers.destination, wan.bytes, 16);
	for (unsigned i = 0; i < 1500; i++) {
		keys[0] = (struct flow_key){.source_port = rte_cpu_to_be_16(2000 + i),
		                            .destination_port = RTE_BE16(80),
		                            .interface = LAN,
		                            .protocol = IPPROTO_TCP};
		flow_key_set_ipv6(&keys[0], &addresses);
		ck_assert(nat_ipv6_allocate(table, &keys[0], &addresses, WAN, wan.bytes, &keys[1]));
		ck_assert_uint_eq(flow_share(flow_symmetric_hash_ipv6(&keys[0], &addresses)),
		                  flow_share(flow_symmetric_hash_ipv6(&keys[1], &answers)));
		ck_assert_uint_ne(flow_table_insert(table, keys, &error), FLOW_NONE);
	}
	flow_table_destroy(table);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, fixture_ipv6_setup, NULL);
	tcase_add_test(tests, udp_and_tcp_get_the_interface_s_address);
	tcase_add_test(tests, pings_are_told_apart_and_protocols_without_ports_are_one);
	tcase_add_test(tests, errors_are_translated_with_the_packet_in_them);
	tcase_add_test(tests, another_policy_ends_the_flow_whose_translation_it_changes);
	tcase_add_test(tests, a_translated_flow_lives_on_at_the_peer);
	tcase_add_test(tests, both_directions_are_of_one_share);
}
TEST_MAIN("nat_ipv6", add_tests)
