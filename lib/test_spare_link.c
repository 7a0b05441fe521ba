/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/spare_link.h"
#include "lib/testing.h"

#include <string.h>

#define IPV6_HEADER 40

/* A packet of the slave's over the link of interface 0x0102, with 4 bytes; returns its length. */
static size_t make_packet(uint8_t packet[64])
{
	static const uint8_t udp[] = {0x15, 0x1e, 0x15, 0x1e, 0, 12, 0, 0, 1, 2, 3, 4};
	struct ip_address source = spare_link_address(0x0102, ROLE_SLAVE);
	struct ip_address destination = spare_link_address(0x0102, ROLE_MASTER);

	memset(packet, 0, 64);
	packet[0] = 0x60;
	packet[5] = sizeof(udp);
	packet[6] = 17;
	packet[7] = 64;
	memcpy(packet + 8, source.bytes, 16);
	memcpy(packet + 24, destination.bytes, 16);
	memcpy(packet + IPV6_HEADER, udp, sizeof(udp));
	return IPV6_HEADER + sizeof(udp);
}

START_TEST(a_packet_names_its_link)
{
	uint8_t packet[64];
	size_t length = make_packet(packet), found = 0;

	ck_assert_uint_eq(spare_link_packet(packet, length, ROLE_SLAVE, &found), 0x0102);
	ck_assert_uint_eq(found, length);
	/* Short frames are padded. */
	ck_assert_uint_eq(spare_link_packet(packet, length + 8, ROLE_SLAVE, &found), 0x0102);
	ck_assert_uint_eq(found, length);
}
END_TEST

START_TEST(nothing_else_passes)
{
	/* Version, length, protocol, prefix, link, sender, receiver, ports, UDP's length. */
	static const size_t places[] = {0, 5, 6, 8, 14, 23, 39, 40, 42, 45};
	uint8_t packet[64];
	size_t length = make_packet(packet), found;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		make_packet(packet);
		packet[places[i]] ^= 0x80;
		ck_assert_msg(spare_link_packet(packet, length, ROLE_SLAVE, &found) == 0, "byte %zu",
		              places[i]);
	}
	make_packet(packet);
	for (size_t shorter = 0; shorter < length; shorter++)
		ck_assert_uint_eq(spare_link_packet(packet, shorter, ROLE_SLAVE, &found), 0);
	/* What this node itself sends does not come in. */
	ck_assert_uint_eq(spare_link_packet(packet, length, ROLE_MASTER, &found), 0);
}
END_TEST

START_TEST(both_ends_of_a_link_are_one_network)
{
	struct ip_address master = spare_link_address(7, ROLE_MASTER),
	                  slave = spare_link_address(7, ROLE_SLAVE),
	                  other = spare_link_address(8, ROLE_MASTER);

	ck_assert_mem_eq(master.bytes, slave.bytes, 15);
	ck_assert_uint_eq(master.bytes[15] ^ slave.bytes[15], 1);
	ck_assert_mem_ne(master.bytes, other.bytes, 16);
	ck_assert_uint_eq(master.version, 6);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_packet_names_its_link);
	tcase_add_test(tests, nothing_else_passes);
	tcase_add_test(tests, both_ends_of_a_link_are_one_network);
}

TEST_MAIN("spare_link", add_tests)
