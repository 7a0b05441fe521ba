/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/configuration/nearest.h"
#include "mgmt/mgmtd/session/line.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct line line;
static char reason[128];

static void parse(const char *text)
{
	ck_assert_msg(line_parse(text, &line, reason) == 0, "%s: %s", text, reason);
}

/* feature: C02-021 C22-039 */
START_TEST(words_options_and_properties_are_told_apart)
{
	parse("  set Interface EthernetInterface if1 -disable -Range=1,3-5 PrivateIP:1=10.6.12.11 MTU=1500 ");
	ck_assert_uint_eq(line_word_count(&line), 4);
	ck_assert_str_eq(line_word(&line, 3), "if1");
	ck_assert_ptr_null(line_word(&line, 4));
	ck_assert_ptr_nonnull(line_option(&line, "disable"));
	ck_assert_ptr_nonnull(line_option(&line, "RANGE"));
	ck_assert_uint_eq(line_option(&line, "range")->value_count, 2);
	ck_assert_str_eq(line_option(&line, "range")->text, "1,3-5");
	ck_assert_str_eq(line.argument[6].name, "PrivateIP");
	ck_assert_int_eq(line.argument[6].node, 1);
	ck_assert_str_eq(line.argument[6].text, "10.6.12.11");
	ck_assert_int_eq(line.argument[7].node, -1);
	line_free(&line);
}
END_TEST

/* feature: C02-007 */
START_TEST(quotes_and_escapes)
{
	parse("set User u Password=\"pass word\" Banner=\"Welcome!\\r\\n - Type \\\"help\\\"\" A=te\\$t "
	      "B=\\\\");
	ck_assert_str_eq(line.argument[3].text, "pass word");
	ck_assert_str_eq(line.argument[4].text, "Welcome!\r\n - Type \"help\"");
	ck_assert_str_eq(line.argument[5].text, "te$t");
	ck_assert_str_eq(line.argument[6].text, "\\");
	line_free(&line);
}
END_TEST

/* feature: C02-032 C02-033 */
START_TEST(lists_and_the_empty_value)
{
	parse("set A x L=a,\"b,c\",d E=<empty> Q=\"<empty>\" N=");
	ck_assert_uint_eq(line.argument[3].value_count, 3);
	ck_assert_str_eq(line.argument[3].values[1], "b,c");
	ck_assert_str_eq(line.argument[3].text, "a,b,c,d");
	ck_assert(line.argument[4].reset);
	ck_assert(!line.argument[5].reset);
	ck_assert_str_eq(line.argument[5].text, "<empty>");
	ck_assert_uint_eq(line.argument[6].value_count, 0);
	ck_assert(line.argument[6].has_value);
	line_free(&line);
}
END_TEST

START_TEST(comments_and_blank_lines_have_no_words)
{
	parse("   # add everything");
	ck_assert_uint_eq(line.count, 0);
	line_free(&line);
	parse("");
	ck_assert_uint_eq(line.count, 0);
	line_free(&line);
}
END_TEST

START_TEST(what_cannot_be_read_is_refused)
{
	static const char *const bad[] = {"add \"x", "add x=\"y", "add x\\", "add x\\q",
	                                  "add =y",  "add P:2=x", "add P:=x"};
	char *words = malloc(2 * LINE_ARGUMENTS_MAX + 8);

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ck_assert_msg(line_parse(bad[i], &line, reason) == -EINVAL && *reason, "%s", bad[i]);
	words[0] = 0;
	for (size_t i = 0; i <= LINE_ARGUMENTS_MAX; i++)
		strcpy(words + 2 * i, "w ");
	ck_assert_int_eq(line_parse(words, &line, reason), -E2BIG);
	free(words);
}
END_TEST

START_TEST(the_nearest_word_is_found)
{
	struct nearest nearest;

	nearest_start(&nearest, "sourceinterface");
	nearest_offer(&nearest, "DestinationInterface");
	nearest_offer(&nearest, "SourceInterface");
	nearest_offer(&nearest, "Service");
	ck_assert_str_eq(nearest.best, "SourceInterface");
	nearest_start(&nearest, "frobnicate");
	nearest_offer(&nearest, "add");
	nearest_offer(&nearest, "statistics");
	ck_assert_ptr_null(nearest.best);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_test(tests, words_options_and_properties_are_told_apart);
	tcase_add_test(tests, quotes_and_escapes);
	tcase_add_test(tests, lists_and_the_empty_value);
	tcase_add_test(tests, comments_and_blank_lines_have_no_words);
	tcase_add_test(tests, what_cannot_be_read_is_refused);
	tcase_add_test(tests, the_nearest_word_is_found);
}

TEST_MAIN("mgmt_line", add_tests)
