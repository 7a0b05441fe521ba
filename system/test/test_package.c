/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "system/package.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define SIGNED "hadrian-upgrade 1\nversion 0.2.0\narchitecture x86_64\npayload 123456\nsha256 " DIGEST "\n"
#define GOOD   SIGNED "signature 1200\n\n"

START_TEST(a_good_head_is_read)
{
	struct package package;
	char reason[128] = "";

	ck_assert_msg(package_parse(GOOD "DER", strlen(GOOD) + 3, &package, reason) == 0, "%s", reason);
	ck_assert_str_eq(package.version, "0.2.0");
	ck_assert_str_eq(package.architecture, "x86_64");
	ck_assert_uint_eq(package.payload, 123456);
	ck_assert_uint_eq(package.digest[1], 0x11);
	ck_assert_uint_eq(package.signed_length, strlen(SIGNED));
	ck_assert_uint_eq(package.signature, 1200);
	ck_assert_uint_eq(package.head_length, strlen(GOOD));
}
END_TEST

START_TEST(a_head_cut_anywhere_is_refused)
{
	for (size_t length = 0; length < strlen(GOOD); length++) {
		struct package package;
		char reason[128] = "";

		ck_assert_int_eq(package_parse(GOOD, length, &package, reason), -EBADMSG);
		ck_assert(reason[0]);
	}
}
END_TEST

/* feature: C02-110 */
START_TEST(a_head_with_nonsense_is_refused)
{
	static const struct {
		const char *from, *to, *reason;
	} changes[] = {
	    {"hadrian-upgrade 1", "hadrian-upgrade 2", "another version"},
	    {"hadrian-upgrade 1", "PK", "no upgrade package"},
	    {"version 0.2.0", "version ../../etc", "no version"},
	    {"version 0.2.0", "version current", "no version"},
	    {"payload 123456", "payload -1", "length"},
	    {"payload 123456", "payload 0", "length"},
	    {"payload 123456", "payload 0x10", "length"},
	    {"payload 123456", "payload 99999999999", "length"},
	    {"payload 123456", "payload 18446744073709551617", "length"},
	    {"00112233445566778899", "0011223344556677889", "checksum"},
	    {"00112233445566778899", "g0112233445566778899", "checksum"},
	    {"signature 1200", "signature 99999", "not signed"},
	    {"signature 1200\n\n", "signature 1200\nx", "not signed"},
	    {"architecture x86_64", "architecture x86_64\r", "architecture"},
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const char *at = strstr(GOOD, changes[i].from);
		struct package package;
		char text[1024], reason[128] = "";

		ck_assert_ptr_nonnull(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - GOOD), GOOD, changes[i].to,
		         at + strlen(changes[i].from));
		ck_assert_msg(package_parse(text, strlen(text), &package, reason) == -EBADMSG, "%s", text);
		ck_assert_msg(strstr(reason, changes[i].reason) != NULL, "%s: %s", changes[i].to, reason);
	}
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, a_good_head_is_read);
	tcase_add_test(tests, a_head_cut_anywhere_is_refused);
	tcase_add_test(tests, a_head_with_nonsense_is_refused);
}

TEST_MAIN("package", add_tests)
