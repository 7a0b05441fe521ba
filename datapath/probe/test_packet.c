/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/packet.h"
#include "lib/testing.h"

#include <netinet/in.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <stdlib.h>
#include <string.h>

static uint8_t bytes[1600];
static struct probe_packet packet;
static struct probe_answer answer;

static void make(uint8_t protocol, const char *source, const char *destination)
{
	packet = (struct probe_packet){.protocol = protocol,
	                               .port = {61001, 80},
	                               .sequence = 3,
	                               .tcp_flags = RTE_TCP_SYN_FLAG,
	                               .tcp_sequence = 0xfffffff0,
	                               .payload = (const uint8_t *)"hello",
	                               .length = 5};
	ck_assert_int_eq(ip_address_parse(source, &packet.address[0]), 0);
	ck_assert_int_eq(ip_address_parse(destination, &packet.address[1]), 0);
}

/* feature: C02-122 C02-124 */
START_TEST(packets_are_whole_and_their_checksums_right)
{
	struct rte_ipv4_hdr ipv4;
	size_t length;

	make(IPPROTO_UDP, "10.1.0.1", "10.1.0.10");
	length = probe_packet_write(&packet, bytes);
	ck_assert_uint_eq(length, 33);
	memcpy(&ipv4, bytes, sizeof(ipv4));
	ck_assert_uint_eq(rte_raw_cksum(&ipv4, sizeof(ipv4)), 0xffff);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify((const void *)bytes, bytes + 20), 0);
	make(IPPROTO_TCP, "10.1.0.1", "10.1.0.10");
	ck_assert_uint_eq(probe_packet_write(&packet, bytes), 45);
	ck_assert_int_eq(rte_ipv4_udptcp_cksum_verify((const void *)bytes, bytes + 20), 0);
	make(IPPROTO_ICMP, "10.1.0.1", "10.1.0.10");
	ck_assert_uint_eq(probe_packet_write(&packet, bytes), 33);
	bytes[33] = 0;
	ck_assert_uint_eq(rte_raw_cksum(bytes + 20, 14), 0xffff);
	make(IPPROTO_TCP, "2001:db8::1", "2001:db8::2");
	ck_assert_uint_eq(probe_packet_write(&packet, bytes), 65);
	ck_assert_int_eq(rte_ipv6_udptcp_cksum_verify((const void *)bytes, bytes + 40), 0);
	make(IPPROTO_ICMPV6, "2001:db8::1", "2001:db8::2");
	ck_assert_uint_eq(probe_packet_write(&packet, bytes), 53);
	ck_assert_int_eq(rte_ipv6_udptcp_cksum_verify((const void *)bytes, bytes + 40), 0);
	packet.length = 0;
	ck_assert_uint_eq(probe_packet_write(&packet, bytes), 48);
}
END_TEST

static void is_answer(size_t length, uint16_t port, uint16_t own_port)
{
	ck_assert_int_eq(probe_packet_read(bytes, length, &answer), PROBE_FOUND_ANSWER);
	ck_assert_uint_eq(answer.packet.port[0], port);
	ck_assert_uint_eq(answer.packet.port[1], own_port);
	ck_assert_uint_eq(answer.packet.length, 5);
	ck_assert_int_eq(memcmp(answer.packet.payload, "hello", 5), 0);
	ck_assert_uint_eq(answer.hops, PROBE_HOPS);
}

/* feature: C02-122 C02-124 */
START_TEST(what_was_written_can_be_read)
{
	make(IPPROTO_UDP, "10.1.0.1", "10.1.0.10");
	is_answer(probe_packet_write(&packet, bytes), 61001, 80);
	make(IPPROTO_TCP, "2001:db8::1", "2001:db8::2");
	is_answer(probe_packet_write(&packet, bytes), 61001, 80);
	ck_assert_uint_eq(answer.packet.tcp_sequence, 0xfffffff0);
	make(IPPROTO_ICMP, "10.1.0.1", "10.1.0.10");
	probe_packet_write(&packet, bytes);
	ck_assert_int_eq(probe_packet_read(bytes, 33, &answer), PROBE_FOUND_NOTHING);
	bytes[20] = 0;
	is_answer(33, 61001, 61001);
	ck_assert_uint_eq(answer.packet.sequence, 3);
	/* Padding is no payload. */
	is_answer(60, 61001, 61001);
}
END_TEST

/* feature: C02-122 */
START_TEST(errors_name_the_probe)
{
	make(IPPROTO_UDP, "10.1.0.1", "10.1.0.10");
	memset(bytes, 0, sizeof(bytes));
	probe_packet_write(&packet, bytes + 28);
	make(IPPROTO_ICMP, "10.9.9.9", "10.1.0.1");
	packet.length = 33;
	packet.payload = bytes + 28;
	probe_packet_write(&packet, bytes);
	bytes[20] = 3;
	bytes[21] = 1;
	ck_assert_int_eq(probe_packet_read(bytes, 61, &answer), PROBE_FOUND_ERROR);
	ck_assert_uint_eq(answer.icmp_type, 3);
	ck_assert_uint_eq(answer.icmp_code, 1);
	ck_assert_uint_eq(answer.from.bytes[1], 9);
	ck_assert_uint_eq(answer.packet.protocol, IPPROTO_UDP);
	ck_assert_uint_eq(answer.packet.port[0], 80);
	ck_assert_uint_eq(answer.packet.port[1], 61001);
	ck_assert_uint_eq(answer.packet.address[0].bytes[3], 10);
	ck_assert_int_eq(probe_packet_read(bytes, 40, &answer), PROBE_FOUND_NOTHING);
}
END_TEST

/* Cut anywhere, nothing is read beyond the end (the sanitizer looks on). */
START_TEST(packets_that_are_cut_off)
{
	static const uint8_t protocols[] = {IPPROTO_UDP, IPPROTO_TCP, IPPROTO_ICMP};

	for (unsigned i = 0; i < 3; i++) {
		uint8_t *exact;
		size_t length;

		make(protocols[i], "10.1.0.1", "10.1.0.10");
		length = probe_packet_write(&packet, bytes);
		for (size_t cut = 0; cut < length; cut++) {
			exact = malloc(cut ? cut : 1);
			memcpy(exact, bytes, cut);
			(void)probe_packet_read(exact, cut, &answer);
			free(exact);
		}
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, packets_are_whole_and_their_checksums_right);
	tcase_add_test(tests, what_was_written_can_be_read);
	tcase_add_test(tests, errors_name_the_probe);
	tcase_add_test(tests, packets_that_are_cut_off);
}

TEST_MAIN("probe_packet", add_tests)
