/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/backup/signature_lines.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void splits(const char *text, size_t body, size_t signature)
{
	static uint8_t der[SIGNATURE_MAX];
	size_t found = 0, length = 0;
	char reason[128] = "";

	ck_assert_msg(!signature_split(text, strlen(text), &found, der, &length, reason), "%s: %s", text,
	              reason);
	ck_assert_uint_eq(found, body);
	ck_assert_uint_eq(length, signature);
}

static void splits_not(const char *text, const char *why)
{
	static uint8_t der[SIGNATURE_MAX];
	size_t found, length;
	char reason[128] = "";

	ck_assert_int_eq(signature_split(text, strlen(text), &found, der, &length, reason), -EBADMSG);
	ck_assert_msg(strstr(reason, why) != NULL, "%s: %s", text, reason);
}

/* feature: MA-037 */
START_TEST(signature_lines)
{
	static char many[3 * SIGNATURE_MAX];

	splits("", 0, 0);
	splits("body\n", 5, 0);
	splits("body\n#sig QUJD\n", 5, 3);
	splits("body\n#sig QUJD\n#sig QUI=", 5, 5);
	splits("#sig QQ==\n", 0, 1);
	/* Only the last lines are a signature, and only where the body ends with a newline. */
	splits("#sig QUJD\nbody\n", 15, 0);
	splits("body#sig QUJD\n", 14, 0);
	splits_not("body\n#sig QUJD\r\n", "CR LF");
	splits_not("body\n#sig QUJ\n", "no Base64");
	splits_not("body\n#sig QU=D\n", "no Base64");
	splits_not("body\n#sig QQ==\n#sig QQ==\n", "no Base64");
	splits_not("body\n#sig \n", "1 to 76");
	splits_not(
	    "body\n#sig QUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJDQUJD\n",
	    "1 to 76");
	for (size_t at = 0; at + 10 < sizeof(many); at += 10)
		snprintf(many + at, 11, "#sig QUJD\n");
	splits_not(many, "too long");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, signature_lines);
}

TEST_MAIN("mgmt_signed_profile", add_tests)
