/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/capture_filter.h"
#include "lib/testing.h"

#include <string.h>

/* 10.1.0.10:4000 -> 198.51.100.10:53 by UDP, from 02:..:03 to 02:..:02 */
static const uint8_t udp[] = {2,    0,    0,   0,  0,   2,  2, 0, 0,  0,  0, 3, 8,  0, /* Ethernet */
                              0x45, 0,    0,   28, 0,   0,  0, 0, 64, 17, 0, 0, 10, 1,
                              0,    10,   198, 51, 100, 10, /* IPv4 */
                              0x0f, 0xa0, 0,   53, 0,   8,  0, 0};

static struct capture_filter filter;

static void setup(void)
{
	memset(&filter, 0, sizeof(filter));
}

static bool matches(const void *frame, size_t length)
{
	ck_assert(capture_filter_is_valid(&filter));
	return capture_filter_matches(&filter, frame, length);
}

static void only_port(enum capture_side side, uint16_t first, uint16_t last)
{
	filter.port[side].count = 1;
	filter.port[side].range[0].first = first;
	filter.port[side].range[0].last = last;
}

static void only_address(enum capture_side side, const char *range)
{
	filter.address[side].count = 1;
	ck_assert_int_eq(ip_range_parse(range, &filter.address[side].range[0]), 0);
}

/* feature: C02-140 */
START_TEST(ports_of_either_side_and_of_one)
{
	ck_assert(capture_filter_is_empty(&filter) && matches(udp, sizeof(udp)));
	only_port(CAPTURE_EITHER, 53, 95);
	ck_assert(!capture_filter_is_empty(&filter) && matches(udp, sizeof(udp)));
	only_port(CAPTURE_EITHER, 54, 95);
	ck_assert(!matches(udp, sizeof(udp)));
	only_port(CAPTURE_EITHER, 4000, 4000);
	ck_assert(matches(udp, sizeof(udp)));
	only_port(CAPTURE_DESTINATION, 4000, 4000);
	ck_assert(!matches(udp, sizeof(udp)));
	only_port(CAPTURE_DESTINATION, 53, 53);
	only_port(CAPTURE_SOURCE, 4000, 4000);
	ck_assert(matches(udp, sizeof(udp)));
	/* The ports are not there. */
	ck_assert(!matches(udp, 37));
}
END_TEST

/* feature: C02-140 */
START_TEST(all_kinds_must_match)
{
	only_address(CAPTURE_EITHER, "10.1.0.0/24");
	ck_assert(matches(udp, sizeof(udp)));
	only_address(CAPTURE_DESTINATION, "198.51.100.9-198.51.100.11");
	ck_assert(matches(udp, sizeof(udp)));
	only_address(CAPTURE_SOURCE, "198.51.100.10");
	ck_assert(!matches(udp, sizeof(udp)));
	only_address(CAPTURE_SOURCE, "10.1.0.10");
	filter.protocol.count = 2;
	filter.protocol.range[0].first = filter.protocol.range[0].last = 1;
	filter.protocol.range[1].first = 7;
	filter.protocol.range[1].last = 17;
	ck_assert(matches(udp, sizeof(udp)));
	filter.mac[CAPTURE_SOURCE] = (struct capture_macs){1, {{{2, 0, 0, 0, 0, 3}}}};
	ck_assert(matches(udp, sizeof(udp)));
	filter.mac[CAPTURE_DESTINATION] = filter.mac[CAPTURE_SOURCE];
	ck_assert(!matches(udp, sizeof(udp)));
	filter.mac[CAPTURE_DESTINATION].count = 0;
	filter.protocol.count = 1;
	ck_assert(!matches(udp, sizeof(udp)));
}
END_TEST

/* feature: C02-140 */
START_TEST(vlan_tags_extension_headers_and_fragments)
{
	uint8_t frame[128] = {0};
	struct capture_headers headers;

	/* Q tag, IPv6 2001:db8::1 -> ::, destination options, TCP 80 -> 1025 */
	memcpy(frame + 12, (uint8_t[]){0x81, 0, 0, 5, 0x86, 0xdd, 0x60}, 7);
	frame[18 + 6] = 60;
	memcpy(frame + 18 + 8, (uint8_t[]){0x20, 1, 0x0d, 0xb8}, 4);
	frame[18 + 8 + 15] = 1;
	frame[58] = 6;
	memcpy(frame + 66, (uint8_t[]){0, 80, 4, 1}, 4);
	only_port(CAPTURE_SOURCE, 80, 80);
	only_address(CAPTURE_SOURCE, "2001:db8::1");
	ck_assert(matches(frame, sizeof(frame)));
	for (size_t length = 0; length < sizeof(frame); length++)
		ck_assert(matches(frame, length) == (length >= 70));
	/* A later fragment has an address and no ports. */
	memcpy(frame, udp, sizeof(udp));
	frame[21] = 1;
	ck_assert(capture_headers_read(frame, sizeof(udp), &headers));
	ck_assert(headers.later_fragment && !headers.has_ports && headers.is_ip && headers.protocol == 17);
}
END_TEST

START_TEST(what_another_process_sent_is_checked)
{
	filter.port[CAPTURE_SOURCE].count = CAPTURE_NUMBERS_MAX + 1;
	ck_assert(!capture_filter_is_valid(&filter));
	only_port(CAPTURE_SOURCE, 2, 1);
	ck_assert(!capture_filter_is_valid(&filter));
	setup();
	filter.mac[CAPTURE_EITHER].count = CAPTURE_MACS_MAX + 1;
	ck_assert(!capture_filter_is_valid(&filter));
	setup();
	filter.address[CAPTURE_EITHER].count = 1;
	ck_assert(!capture_filter_is_valid(&filter));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, ports_of_either_side_and_of_one);
	tcase_add_test(tests, all_kinds_must_match);
	tcase_add_test(tests, vlan_tags_extension_headers_and_fragments);
	tcase_add_test(tests, what_another_process_sent_is_checked);
}

TEST_MAIN("capture_filter", add_tests)
