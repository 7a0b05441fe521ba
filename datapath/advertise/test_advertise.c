/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertisement.h"
#include "datapath/advertise/schedule.h"
#include "datapath/nd/packet.h"
#include "lib/testing.h"

#include <string.h>

#define SECOND 1000000000ULL

static const uint8_t mac[6] = {0x10, 0, 0, 1, 0, 1};

static struct policy_advertisement prefix(const char *text)
{
	struct policy_advertisement out = {.interface = 1,
	                                   .prefix_length = 64,
	                                   .flags = POLICY_ADVERTISE_ON_LINK | POLICY_ADVERTISE_AUTONOMOUS |
	                                            POLICY_ADVERTISE_OTHER,
	                                   .hop_limit = 64,
	                                   .lifetime_s = 1800,
	                                   .mtu = 1400,
	                                   .valid_s = 2592000,
	                                   .preferred_s = 604800};

	ck_assert_int_eq(ip_address_parse(text, &out.prefix), 0);
	return out;
}

/* feature: C05-017 */
START_TEST(the_link_local_address_is_the_mac_s)
{
	struct ip_address expected;
	uint8_t address[16];

	ip_address_parse("fe80::1200:ff:fe01:1", &expected);
	advertisement_link_local(mac, address);
	ck_assert_mem_eq(address, expected.bytes, 16);
}
END_TEST

/* feature: C05-017 C05-018 */
START_TEST(an_advertisement_as_bytes)
{
	static const uint8_t message[] = {134, 0, 0, 0,    64,   0x40, 0x07, 0x08, 0,  0,    0, 0,    0,
	                                  0,   0, 0, 1,    1,    0x10, 0,    0,    1,  0,    1, 5,    1,
	                                  0,   0, 0, 0,    0x05, 0x78, 3,    4,    64, 0xc0, 0, 0x27, 0x8d,
	                                  0,   0, 9, 0x3a, 0x80, 0,    0,    0,    0,  0x20, 1, 0x0d, 0xb8,
	                                  0,   1, 0, 0,    0,    0,    0,    0,    0,  0,    0, 0};
	struct policy_advertisement prefixes[2] = {prefix("2001:db8:1::"), prefix("2001:db8:9::")};
	uint8_t frame[ADVERTISEMENT_FRAME_MAX], source[16], *ip = frame + 14;

	advertisement_link_local(mac, source);
	ck_assert_uint_eq(advertisement_build(prefixes, 1, false, mac, source, frame), 14 + 40 + 64);
	ck_assert_mem_eq(frame, "\x33\x33\0\0\0\x01\x10\0\0\x01\0\x01\x86\xdd", 14);
	ck_assert_uint_eq(ip[7], 255);
	ck_assert_uint_eq(ip[5], 64);
	ck_assert_mem_eq(ip + 8, source, 16);
	ck_assert_mem_eq(ip + 24, nd_all_nodes, 16);
	ck_assert(nd_checksum_valid(ip, 64));
	memset(ip + 42, 0, 2);
	ck_assert_mem_eq(ip + 40, message, sizeof(message));
	/* Two prefixes, and the end of it. */
	ck_assert_uint_eq(advertisement_build(prefixes, 2, true, mac, source, frame), 14 + 40 + 96);
	ck_assert_mem_eq(ip + 46, "\0", 2);
	ck_assert_uint_eq(ip[40 + 64 + 16 + 5], 9);
}
END_TEST

static uint8_t packet[80];

static size_t solicitation(const char *from, bool with_mac)
{
	struct ip_address source;
	size_t length = with_mac ? 16 : 8;

	memset(packet, 0, sizeof(packet));
	packet[0] = 0x60;
	packet[5] = (uint8_t)length;
	packet[6] = 58;
	packet[7] = 255;
	ip_address_parse(from, &source);
	memcpy(packet + 8, source.bytes, 16);
	packet[24] = 0xff;
	packet[25] = packet[39] = 2;
	packet[40] = ROUTER_SOLICITATION;
	packet[48] = 1;
	packet[49] = 1;
	packet[50] = 2;
	nd_checksum_put(packet, length);
	return 40 + length;
}

/* feature: C05-017 */
START_TEST(which_solicitations_are_heeded)
{
	size_t length = solicitation("fe80::10", true);

	ck_assert(solicitation_valid(packet, length));
	for (size_t i = 0; i < length; i++)
		ck_assert(!solicitation_valid(packet, i));
	packet[7] = 254;
	ck_assert(!solicitation_valid(packet, length));
	solicitation("fe80::10", true);
	packet[49] = 0;
	nd_checksum_put(packet, 16);
	ck_assert(!solicitation_valid(packet, length));
	packet[49] = 2;
	nd_checksum_put(packet, 16);
	ck_assert(!solicitation_valid(packet, length));
	solicitation("fe80::10", true);
	packet[42] ^= 1;
	ck_assert(!solicitation_valid(packet, length));
	ck_assert(solicitation_valid(packet, solicitation("::", false)));
	ck_assert(!solicitation_valid(packet, solicitation("::", true)));
	ck_assert(!solicitation_valid(packet, solicitation("ff02::1", false)));
}
END_TEST

/* feature: C05-017 */
START_TEST(when_the_next_is_due)
{
	struct advertise_schedule schedule = {0};
	uint64_t now = 1000 * SECOND;

	/* The first at once, three sooner than usual, then at random. */
	for (unsigned i = 0; i < 8; i++) {
		ck_assert(advertise_due(&schedule, 200, 600, now));
		ck_assert(!advertise_due(&schedule, 200, 600, now));
		ck_assert_uint_ge(schedule.due, now + (i < 3 ? 16 : 200) * SECOND);
		ck_assert_uint_le(schedule.due, now + (i < 3 ? 16 : 600) * SECOND);
		now = schedule.due;
	}
	ck_assert(advertise_due(&schedule, 200, 600, now));
	/* Who asks gets one within half a second, but not two within three. */
	advertise_hasten(&schedule, now + SECOND);
	ck_assert_uint_eq(schedule.due, now + 3 * SECOND);
	advertise_hasten(&schedule, now + 10 * SECOND);
	ck_assert_uint_eq(schedule.due, now + 3 * SECOND);
	ck_assert(advertise_due(&schedule, 200, 600, now + 3 * SECOND));
	advertise_hasten(&schedule, now + 100 * SECOND);
	ck_assert_uint_ge(schedule.due, now + 100 * SECOND);
	ck_assert_uint_lt(schedule.due, now + 100 * SECOND + SECOND / 2);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, the_link_local_address_is_the_mac_s);
	tcase_add_test(tests, an_advertisement_as_bytes);
	tcase_add_test(tests, which_solicitations_are_heeded);
	tcase_add_test(tests, when_the_next_is_due);
}
TEST_MAIN("advertise", add_tests)
