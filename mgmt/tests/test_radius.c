/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/radius/packet.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#define SECRET "xyzzy5461"

static uint8_t packet[RADIUS_PACKET_MAX];
static const char *why;

/* An answer to identifier 7 with authenticator 0..15, made with the secret. Attributes: a hex string. */
static size_t make_answer(uint8_t code, const char *attributes, bool signed_too)
{
	uint8_t copy[RADIUS_PACKET_MAX], request[16];
	size_t length = 20;
	unsigned count = 16, byte;

	for (uint8_t i = 0; i < 16; i++)
		request[i] = i;
	memset(packet, 0, sizeof(packet));
	packet[0] = code;
	packet[1] = 7;
	if (signed_too) {
		packet[20] = 80;
		packet[21] = 18;
		length += 18;
	}
	for (; *attributes; attributes += 2) {
		ck_assert_int_eq(sscanf(attributes, "%2x", &byte), 1);
		packet[length++] = (uint8_t)byte;
	}
	packet[2] = (uint8_t)(length >> 8);
	packet[3] = (uint8_t)length;
	memcpy(packet + 4, request, 16);
	if (signed_too)
		HMAC(EVP_md5(), SECRET, (int)strlen(SECRET), packet, length, packet + 22, &count);
	memcpy(copy, packet, length);
	for (size_t i = 0; i < strlen(SECRET); i++)
		copy[length + i] = (uint8_t)SECRET[i];
	EVP_Digest(copy, length + strlen(SECRET), packet + 4, &count, EVP_md5(), NULL);
	return length;
}

static int read_answer(size_t length, bool require, struct radius_answer *answer)
{
	uint8_t request[16];

	for (uint8_t i = 0; i < 16; i++)
		request[i] = i;
	why = NULL;
	return radius_read(packet, length, 7, request, SECRET, require, answer, &why);
}

/* feature: C02-072 C17-015 */
START_TEST(an_answer_is_read)
{
	/* Reply-Message "Code:", State "ab", Prompt 1, vendor 5089 attribute 1 "Auditors", vendor 9 attribute 1 "x" */
	size_t length = make_answer(RADIUS_ACCESS_CHALLENGE,
	                            "1207436f64653a"
	                            "18046162"
	                            "4c0600000001"
	                            "1a10000013e1010a41756469746f7273"
	                            "1a0900000009010378",
	                            true);
	struct radius_answer answer;

	ck_assert_msg(!read_answer(length, true, &answer), "%s", why);
	ck_assert_int_eq(answer.code, RADIUS_ACCESS_CHALLENGE);
	ck_assert_str_eq(answer.text, "Code:");
	ck_assert_str_eq(answer.groups, "Auditors");
	ck_assert(answer.echo && answer.state_length == 2 && !memcmp(answer.state, "ab", 2));
}
END_TEST

static void ignored(size_t length, bool require, const char *reason)
{
	struct radius_answer answer;

	ck_assert_int_eq(read_answer(length, require, &answer), -EBADMSG);
	ck_assert_str_eq(why, reason);
}

START_TEST(what_the_secret_did_not_make_is_ignored)
{
	size_t length = make_answer(RADIUS_ACCESS_ACCEPT, "1207436f64653a", true);
	struct radius_answer answer;

	ck_assert_int_eq(read_answer(length + 10, true, &answer), 0); /* padding */
	ignored(length - 1, true, "malformed");
	ignored(0, true, "malformed");
	packet[length - 1]++;
	ignored(length, true, "not made with the shared secret");
	length = make_answer(RADIUS_ACCESS_ACCEPT, "", true);
	packet[1]++;
	ignored(length, true, "of another request");
	length = make_answer(5, "", true);
	ignored(length, true, "no answer to an Access-Request");
	length = make_answer(RADIUS_ACCESS_ACCEPT, "12", true);
	ignored(length, true, "malformed");
	length = make_answer(RADIUS_ACCESS_ACCEPT, "1201", true);
	ignored(length, true, "malformed");
	length = make_answer(RADIUS_ACCESS_ACCEPT, "5012000102030405060708090a0b0c0d0e0f", false);
	ignored(length, false, "its Message-Authenticator is wrong");
}
END_TEST

START_TEST(an_answer_without_a_message_authenticator_is_taken_only_where_told)
{
	size_t length = make_answer(RADIUS_ACCESS_ACCEPT, "", false);
	struct radius_answer answer;

	ignored(length, true, "without a Message-Authenticator");
	ck_assert_int_eq(read_answer(length, false, &answer), 0);
}
END_TEST

/* The packet of RFC 2865, 7.1: user nemo, password arctangent. */
START_TEST(a_password_is_hidden_as_in_the_rfc)
{
	static const uint8_t hidden[] = {0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce,
	                                 0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a, 0x0a, 0xee};
	struct radius_request request = {.user = "nemo",
	                                 .password = "arctangent",
	                                 .remote = "",
	                                 .nas_identifier = "",
	                                 .authenticator = {0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57,
	                                                   0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4, 0x22, 0x7a}};
	int length = radius_build(&request, SECRET, packet);

	ck_assert_int_gt(length, 0);
	ck_assert_int_eq(packet[20], 80); /* Message-Authenticator comes first */
	ck_assert_int_eq(packet[38], 1);  /* User-Name */
	ck_assert_int_eq(packet[44], 2);  /* User-Password */
	ck_assert_mem_eq(packet + 46, hidden, sizeof(hidden));
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
	char password[RADIUS_PASSWORD_MAX + 2];
	struct radius_request request = {
	    .user = "nemo", .password = password, .remote = "", .nas_identifier = ""};

	memset(password, 'p', sizeof(password));
	password[RADIUS_PASSWORD_MAX] = 0;
	ck_assert_int_gt(radius_build(&request, SECRET, packet), 0);
	password[RADIUS_PASSWORD_MAX] = 'p';
	password[RADIUS_PASSWORD_MAX + 1] = 0;
	ck_assert_int_eq(radius_build(&request, SECRET, packet), -E2BIG);
}
END_TEST

/* feature: C17-014 */
START_TEST(what_is_printed_holds_no_secrets)
{
	struct radius_request request = {.user = "nemo",
	                                 .password = "pass",
	                                 .remote = "10.1.0.10",
	                                 .nas_identifier = "fw\n1",
	                                 .chap = true};
	char text[4096] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	int length = radius_build(&request, SECRET, packet);

	radius_print(packet, (size_t)length, out);
	fclose(out);
	ck_assert(strstr(text, "User-Name = \"nemo\"\n") && strstr(text, "CHAP-Password = (17 bytes)\n"));
	ck_assert(strstr(text, "NAS-Identifier = \"fw?1\"\n"));
	ck_assert(!strstr(text, "pass"));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, an_answer_is_read);
	tcase_add_test(tests, what_the_secret_did_not_make_is_ignored);
	tcase_add_test(tests, an_answer_without_a_message_authenticator_is_taken_only_where_told);
	tcase_add_test(tests, a_password_is_hidden_as_in_the_rfc);
	tcase_add_test(tests, what_does_not_fit_is_refused);
	tcase_add_test(tests, what_is_printed_holds_no_secrets);
}

TEST_MAIN("mgmt_radius", add_tests)
