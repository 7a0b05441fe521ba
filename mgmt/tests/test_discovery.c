/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/discovery/decode.h"
#include "mgmt/tests/console.h"

#include <stdlib.h>
#include <string.h>

/* 10.1.0.10 asks who has 10.1.0.1. */
static const uint8_t request[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,  3, 8, 6,
                                    0,    1,    8,    0,    6,    4,    0, 1, 2, 0, 0,  0, 0, 3,
                                    10,   1,    0,    10,   0,    0,    0, 0, 0, 0, 10, 1, 0, 1};
static char text[4096];

static const char *decoded(const uint8_t *frame, size_t length)
{
	FILE *out = fmemopen(text, sizeof(text), "w");

	ck_assert_ptr_nonnull(out);
	arp_decode(frame, length, out);
	fclose(out);
	return text;
}

/* feature: C04-013 */
START_TEST(arp_in_words)
{
	static const uint8_t asker[6] = {0x12, 0, 0, 0, 0, 1};
	uint8_t frame[42];

	memcpy(frame, request, sizeof(frame));
	ck_assert_str_eq(decoded(frame, 42),
	                 "ARP Request who has 10.1.0.1 tell 10.1.0.10 at 02:00:00:00:00:03\n");
	frame[21] = 2;
	memcpy(frame + 32, asker, sizeof(asker));
	ck_assert_str_eq(decoded(frame, 42),
	                 "ARP Reply 10.1.0.10 is at 02:00:00:00:00:03, to 10.1.0.1 at 12:00:00:00:00:01\n");
	frame[21] = 1;
	memcpy(frame + 38, frame + 28, 4);
	ck_assert_str_eq(decoded(frame, 42), "ARP Announcement 10.1.0.10 is at 02:00:00:00:00:03\n");
	frame[20] = 1;
	ck_assert_str_eq(decoded(frame, 42), "ARP operation 257 from 10.1.0.10 at 02:00:00:00:00:03\n");
	for (size_t length = 0; length < 42; length++)
		ck_assert_str_eq(decoded(frame, length), "ARP (cut short)\n");
}
END_TEST

/* feature: C04-012 */
START_TEST(states_in_words)
{
	struct discovery_state state = {.before = NEIGHBOUR_RESOLVING, .after = NEIGHBOUR_UNKNOWN};
	FILE *out = fmemopen(text, sizeof(text), "w");

	ck_assert_ptr_nonnull(out);
	state.address = ip_address_from_ip4(0x0a010001);
	arp_print_state(&state, out);
	state.before = 77;
	state.after = NEIGHBOUR_DYNAMIC;
	state.mac.bytes[5] = 9;
	arp_print_state(&state, out);
	fclose(out);
	ck_assert_str_eq(text, "10.1.0.1 Reslvng -> Unknown\n10.1.0.1 ? -> Dynamic (00:00:00:00:00:09)\n");
}
END_TEST

/* feature: C04-003 C05-020 */
START_TEST(addresses_of_the_other_version_are_refused)
{
	struct console console;

	console_open(&console);
	console_ok(&console, "add IPAddress lan Address=10.1.0.0/24");
	console_ok(&console, "add IPAddress lan6 Address=2001:db8:1::/64");
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
	console_refused(&console, "arp -ip=2001:db8::1",
	                "-ip=2001:db8::1: it has no IPv4 address; 'ndp' shows neighbors of IPv6.");
	console_refused(&console, "arp -show -ip=lan6", "-ip=lan6: it has no IPv4 address; 'ndp' shows");
	console_refused(&console, "ndp -ip=10.1.0.1",
	                "-ip=10.1.0.1: it has no IPv6 address; 'arp' shows neighbors of IPv4.");
	console_refused(&console, "ndp -ip=lan", "-ip=lan: it has no IPv6 address; 'arp' shows");
	console_close(&console);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, arp_in_words);
	tcase_add_test(tests, states_in_words);
	tcase_add_test(tests, addresses_of_the_other_version_are_refused);
}

TEST_MAIN("discovery", add_tests)
