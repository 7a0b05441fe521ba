/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/session/json.h"
#include "mgmt/tests/console.h"

#include <string.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
}

static void tear_down(void)
{
	console_close(&console);
}

static void prints(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_str_eq(console.text, text);
}

static void says_not(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_msg(strstr(console.text, text) == NULL, "%s: '%s' is in: %s", line, text, console.text);
}

static void text_becomes(const char *text, const char *expected)
{
	char *written = NULL;
	size_t length;
	FILE *out = open_memstream(&written, &length);
	struct json json = {.out = out};

	json_text(&json, NULL, text);
	fclose(out);
	ck_assert_str_eq(written, expected);
	free(written);
}

START_TEST(every_string_is_escaped)
{
	text_becomes("", "\"\"");
	text_becomes("a \"b\" \\ /", "\"a \\\"b\\\" \\\\ /\"");
	text_becomes("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
	text_becomes("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
	text_becomes("\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91", "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x94\x91\"");
	/* Cut short, too long, a surrogate, beyond the last character, a stray byte. */
	text_becomes("\xe2\x82", "\"\\ufffd\\ufffd\"");
	text_becomes("\xc0\xaf", "\"\\ufffd\\ufffd\"");
	text_becomes("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
	text_becomes("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	text_becomes("a\xffz", "\"a\\ufffdz\"");
}
END_TEST

/* feature: C02-021 C05-003 */
START_TEST(an_object_is_shown_with_its_names)
{
	console_ok(&console, "add IPAddress a Address=10.0.0.1,10.1.0.0/16 Comments=\"say \\\"hi\\\"\\n\"");
	prints("show -json Address IPAddress a",
	       "{\n  \"IPAddress\": [\n    {\n      \"Name\": \"a\",\n"
	       "      \"Address\": [\n        \"10.0.0.1\",\n"
	       "        \"10.1.0.0/16\"\n      ],\n"
	       "      \"Comments\": \"say \\\"hi\\\"\\n\"\n    }\n  ]\n}\n");
	prints("show -json HASettings", "{\n  \"HASettings\": {}\n}\n");
	console_ok(&console, "set HASettings PeerDead=300");
	prints("show -json HASettings", "{\n  \"HASettings\": {\n    \"PeerDead\": 300\n  }\n}\n");
	prints("show -json HASettings -all",
	       "{\n  \"HASettings\": {\n    \"PeerDead\": 300,\n"
	       "    \"HeartbeatInterval\": 5,\n    \"GratuitousARPInterval\": 10\n"
	       "  }\n}\n");
	console_refused(&console, "show -json IPAddress nothing", "no IPAddress 'nothing'");
	console_refused(&console, "show IPAddress -all", "type -json");
	console_refused(&console, "show IPAddress a -references -json", "no JSON form");
}
END_TEST

START_TEST(holders_show_what_they_hold)
{
	console_ok(&console, "add EthernetInterface if1 PrivateIP:0=10.0.0.2 PrivateIP:1=10.0.0.3");
	console_says(&console, "show -json EthernetInterface", "\"PrivateIP:1\": \"10.0.0.3\"");
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "add IPRule Name=r Action=Allow SourceInterface=if1 SourceNetwork=all-nets "
	                     "DestinationInterface=any DestinationNetwork=all-nets Service=all_tcp -disable");
	console_says(&console, "show -json",
	             "{\n  \"IPRule\": [\n    {\n      \"Index\": 1,\n      \"Name\": \"r\"");
	console_says(&console, "show -json IPRule 1", "\"Disabled\": \"Yes\"");
	console_ok(&console, "cc");
	console_says(&console, "show -json RuleSet", "\"IPRule\": [\n        {\n          \"Index\": 1");
	console_says(&console, "show -json", "\"IPRuleSet\": [");
	console_says(&console, "show -json", "\"RoutingTable\": [");
}
END_TEST

START_TEST(secrets_are_never_shown)
{
	console_says(&console, "show -json LocalUserDatabase", "\"Name\": \"admin\"");
	says_not("show -json LocalUserDatabase", "Password");
	says_not("show -json -all", "$y$");
	console_ok(&console, "cc LocalUserDatabase AdminUsers");
	console_ok(&console, "set User admin Password=another");
	console_says(&console, "show -changes -json", "\"Password\": {}");
	says_not("show -changes -json", "$y$");
	says_not("show -changes -json", "another");
}
END_TEST

/* feature: C02-043 C02-044 */
START_TEST(errors_and_changes)
{
	prints("show -errors -json", "[]\n");
	prints("show -changes -json", "[]\n");
	console_ok(&console, "add IPAddress a Address=nobody");
	prints("show -changes -json", "[\n  {\n    \"Change\": \"added\",\n    \"Type\": \"IPAddress\",\n"
	                              "    \"Name\": \"a\",\n    \"Properties\": {}\n  }\n]\n");
	console_says(&console, "show -errors -json",
	             "[\n  {\n    \"Type\": \"IPAddress\",\n    \"Name\": \"a\",\n    \"Message\": "
	             "\"Address refers to 'nobody'");
	console_ok(&console, "delete IPAddress a");
	console_ok(&console, "set IPAddress all-nets-ip4 Comments=Everything");
	console_says(&console, "show -changes -json",
	             "\"Comments\": {\n        \"From\": \"All IPv4 addresses\",\n"
	             "        \"To\": \"Everything\"\n      }");
	console_ok(&console, "delete IPAddress all-nets-ip6");
	console_says(&console, "show -changes -json", "\"Change\": \"deleted\"");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, every_string_is_escaped);
	tcase_add_test(tests, an_object_is_shown_with_its_names);
	tcase_add_test(tests, holders_show_what_they_hold);
	tcase_add_test(tests, secrets_are_never_shown);
	tcase_add_test(tests, errors_and_changes);
}

TEST_MAIN("mgmt_json", add_tests)
