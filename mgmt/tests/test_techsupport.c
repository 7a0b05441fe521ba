/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/tests/console.h"

#include <stdlib.h>
#include <string.h>

static struct console console;
static char root[32];

static void set_up(void)
{
	console_open(&console);
	strcpy(root, "/tmp/hadrian-files-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
	console.engine.files.directory[FILE_ROOT] = root;
	console.engine.script_directory = root;
}

static void tear_down(void)
{
	char command[64];

	console_close(&console);
	snprintf(command, sizeof(command), "rm -r %s", root);
	ck_assert_int_eq(system(command), 0);
}

static void contains(const char *text)
{
	ck_assert_msg(strstr(console.text, text) != NULL, "'%s' is not in: %s", text, console.text);
}

/* feature: C02-142 */
START_TEST(it_collects_what_commands_print)
{
	console_refused(&console, "techsupport -show", "'techsupport' makes it");
	console_ok(&console, "add IPAddress of_the_candidate Address=192.0.2.1");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	console_says(&console, "techsupport", "Created techsupport.txt");
	ck_assert_ptr_null(console.session.script);
	console_ok(&console, "techsupport -show -nopages");
	ck_assert_ptr_eq(strstr(console.text,
	                        "Technical Support Information\n"
	                        "Please verify the contents before sending to Technical Support.\n"
	                        "System Time: 20"),
	                 console.text);
	contains(" (UTC+00:00)\n\n==== cc ====\n");
	contains("==== about ====\n\nHadrian");
	contains("techsupport:");
	contains("+  IPAddress of_the_candidate\n");
	contains("\"AdminUsers\"");
	ck_assert_ptr_null(strstr(console.text, "$y$"));
	/* The context is the administrator's again. */
	console_ok(&console, "cc..");
}
END_TEST

/* feature: C02-142 */
START_TEST(a_page_at_a_time)
{
	unsigned lines = 0;

	console_ok(&console, "techsupport");
	console_ok(&console, "techsupport -show");
	for (const char *at = console.text; *at; at++)
		lines += *at == '\n';
	ck_assert_uint_eq(lines, 22);
	contains("Technical Support Information");
	ck_assert_ptr_nonnull(console.session.answer);
	console_ok(&console, "");
	ck_assert_ptr_null(strstr(console.text, "Technical Support Information"));
	ck_assert_ptr_nonnull(console.session.answer);
	console_ok(&console, "q");
	ck_assert_str_eq(console.text, "");
	ck_assert_ptr_null(console.session.answer);
	console_refused(&console, "techsupport -nopages", "-show");
	console_refused(&console, "techsupport now", "-show");
}
END_TEST

/* feature: C02-142 C02-053 */
START_TEST(in_a_script)
{
	char reason[128];
	static const char text[] = "techsupport\ntechsupport -show\nset System Comments=after\n";

	ck_assert_int_eq(script_write(root, "s.sgs", text, strlen(text), reason), 0);
	console_ok(&console, "script -run s.sgs");
	contains("Created techsupport.txt");
	contains("==== cfglog -all ====");
	console_says(&console, "show System", "after");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, it_collects_what_commands_print);
	tcase_add_test(tests, a_page_at_a_time);
	tcase_add_test(tests, in_a_script);
}

TEST_MAIN("mgmt_techsupport", add_tests)
