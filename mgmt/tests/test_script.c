/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/mgmtd/script/script_text.h"
#include "mgmt/tests/console.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct console console;
static char scripts[] = "/tmp/hadrian-scripts-XXXXXX";

static void set_up(void)
{
	strcpy(scripts + strlen(scripts) - 6, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(scripts));
	console_open(&console);
	console.engine.script_directory = scripts;
}

static void tear_down(void)
{
	char command[128];

	console_close(&console);
	snprintf(command, sizeof(command), "rm -r %s", scripts);
	ck_assert_int_eq(system(command), 0);
}

static void write_script(const char *name, const char *text)
{
	char reason[128];

	ck_assert_msg(script_write(scripts, name, text, strlen(text), reason) == 0, "%s", reason);
}

static void contains(const char *text)
{
	ck_assert_msg(strstr(console.text, text) != NULL, "'%s' is not in: %s", text, console.text);
}

static void shows(const char *line, const char *text)
{
	console_ok(&console, line);
	contains(text);
}

/* feature: C02-054 C02-055 C02-062 */
START_TEST(variables)
{
	static const struct {
		const char *line, *expected;
	} cases[] = {
	    {"add Address IPAddress if1_ip Address=$1 Comments=$2",
	     "add Address IPAddress if1_ip Address=126.12.11.01 Comments=\"if1 address\""},
	    {"set System Comments=\"$0: $2\"", "set System Comments=\"s.sgs: if1 address\""},
	    {"set User a Password=te\\$t", "set User a Password=te\\$t"},
	    {"set System Comments=$3", "set System Comments=\"\\\"q\\\" \\\\\""},
	    {"# not $9", "# not $9"},
	};
	const char *arguments[] = {"s.sgs", "126.12.11.01", "if1 address", "\"q\" \\"};
	char reason[128], *expanded;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		ck_assert_int_eq(script_expand(cases[i].line, arguments, 4, &expanded, reason), 0);
		ck_assert_str_eq(expanded, cases[i].expected);
		free(expanded);
	}
	ck_assert_int_lt(script_expand("set System Name=$4", arguments, 4, &expanded, reason), 0);
	ck_assert_str_eq(reason, "there is no value for $4: the script was given 3");
	ck_assert_int_lt(script_expand("set System Name=a$b", arguments, 4, &expanded, reason), 0);
	ck_assert_ptr_nonnull(strstr(reason, "\\$"));
}
END_TEST

/* feature: C02-053 C02-054 C02-055 C02-058 C02-062 */
START_TEST(a_script_runs)
{
	write_script("s.sgs", "# The address of if1\n\nadd Address IPAddress my_ip Address=$1 Comments=$2\r\n"
	                      "set IPAddress my_ip Comments=\"te\\$t $2\"\nshow IPAddress my_ip");
	console_ok(&console, "script -run s.sgs 126.12.11.01 \"if1 address\"");
	ck_assert_ptr_null(strstr(console.text, "Added"));
	contains("te$t if1 address");
	console_ok(&console, "delete IPAddress my_ip");
	shows("script -run s.sgs 10.0.0.1 b -verbose", "Added IPAddress my_ip.\n");
	contains("Modified IPAddress my_ip.\n");
	console_refused(&console, "script -run s.sgs 10.0.0.1", "s.sgs:3: there is no value for $2");
	console_refused(&console, "script -run none.sgs", "there is no script of that name");
	console_refused(&console, "script -run ../s.sgs", "letters, digits");
	console_refused(&console, "script -run", "needs a script's name");
	ck_assert_ptr_null(console.session.script);
}
END_TEST

/* feature: C02-056 */
START_TEST(commands_stand_in_any_order)
{
	write_script("s.sgs", "add IPAddress group Address=later\nadd IPAddress later Address=10.0.0.1\n");
	console_ok(&console, "script -run s.sgs");
	ck_assert_str_eq(console.text, "");
	shows("show -errors", "No errors.");
}
END_TEST

/* feature: C02-057 */
START_TEST(errors_stop_a_script_unless_forced)
{
	write_script("s.sgs", "add IPAddress a Address=10.0.0.1\nadd IPAddress b Address=x y\n"
	                      "add IPAddress c Address=10.0.0.3\n");
	ck_assert_int_lt(console_run(&console, "script -run s.sgs"), 0);
	contains("s.sgs:2: ");
	contains("s.sgs ends here");
	ck_assert_int_lt(console_run(&console, "show IPAddress c"), 0);
	console_ok(&console, "delete IPAddress a");
	ck_assert_int_lt(console_run(&console, "script -run s.sgs -force"), 0);
	contains("s.sgs:2: ");
	console_ok(&console, "show IPAddress c");
}
END_TEST

/* feature: C02-063 */
START_TEST(scripts_run_scripts_five_deep)
{
	write_script("1.sgs", "cc RuleSet IPRuleSet main\nscript -run 2.sgs $1\nset IPRule 1 Comments=$1\n");
	write_script("2.sgs", "script -run 3.sgs $1");
	write_script("3.sgs", "script -run 4.sgs $1");
	write_script("4.sgs", "script -run 5.sgs $1");
	write_script("5.sgs", "cc\nset System Comments=\"$1 of $0\"");
	console_ok(&console, "script -run 5.sgs deep");
	write_script("6.sgs", "script -run 1.sgs x");
	ck_assert_int_lt(console_run(&console, "script -run 6.sgs"), 0);
	contains("at most 5 deep");
	write_script("loop.sgs", "script -run loop.sgs -force");
	ck_assert_int_lt(console_run(&console, "script -run loop.sgs -force"), 0);
	contains("at most 5 deep");
	ck_assert_ptr_null(console.session.script);
	ck_assert_ptr_null(console.session.context_type);
}
END_TEST

/* feature: C02-059 */
START_TEST(scripts_are_listed_shown_and_removed)
{
	write_script("my_script.sgs", "cc RuleSet\n");
	write_script("b.sgs", "");
	console_ok(&console, "script");
	ck_assert_str_eq(console.text, "Name           Size\n-------------  ----\nb.sgs          0\n"
	                               "my_script.sgs  11\n");
	console_ok(&console, "script -show my_script.sgs");
	ck_assert_str_eq(console.text, "cc RuleSet\n");
	console_ok(&console, "script -remove b.sgs");
	console_refused(&console, "script -show b.sgs", "there is no script of that name");
	console_refused(&console, "script my_script.sgs", "-run or -show");
	console_refused(&console, "script -run -show b.sgs", "exclude each other");
	console.session.may_write = false;
	console_refused(&console, "script -remove my_script.sgs", "may look");
	console_refused(&console, "script -create IPAddress -filename=x.sgs", "may look");
	write_script("w.sgs", "set System Name=x");
	console_refused(&console, "script -run w.sgs", "may look");
}
END_TEST

/* feature: C02-060 C02-061 */
START_TEST(scripts_are_made_of_objects)
{
	console_ok(&console, "add IPAddress z9 Address=10.6.60.10 Comments=\"a \\\"b\\\" \\$1, c\"");
	console_ok(&console, "add IPAddress net Address=10.6.60.0/24,z9");
	console_ok(&console, "script -create Address IPAddress");
	contains("add IPAddress z9 ");
	contains("add IPAddress net Address=10.6.60.0/24,z9\n");
	ck_assert_ptr_null(strstr(console.text, "all-nets"));
	console_ok(&console, "script -create Address IPAddress -filename=new.sgs");
	ck_assert_str_eq(console.text, "Created new.sgs: 2 objects.\n");
	console_ok(&console, "delete IPAddress z9");
	console_ok(&console, "delete IPAddress net");
	console_ok(&console, "script -run new.sgs");
	shows("show IPAddress z9", "a \"b\" $1, c");
	console_ok(&console, "script -create EthernetDevice");
	ck_assert_str_eq(console.text, "No objects of selected category or type.\n");
	console_refused(&console, "script -create", "needs a category");
}
END_TEST

/* feature: C02-060 */
START_TEST(what_objects_hold_goes_into_scripts_too)
{
	console_ok(&console, "add RuleSet IPRuleSet more");
	console_ok(&console, "cc RuleSet IPRuleSet more");
	console_ok(&console, "add IPRule Name=one Action=Allow Service=all_services SourceInterface=any "
	                     "SourceNetwork=all-nets DestinationInterface=any DestinationNetwork=all-nets");
	console_ok(&console, "script -create IPRule");
	contains("cc IPRuleSet more\nadd IPRule ");
	contains("Name=one");
	console_ok(&console, "cc");
	console_ok(&console, "script -create RuleSet -filename=rules.sgs");
	console_ok(&console, "delete IPRuleSet more");
	console_ok(&console, "script -run rules.sgs");
	console_ok(&console, "cc RuleSet IPRuleSet more");
	shows("show IPRule 1", "one");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, variables);
	tcase_add_test(tests, a_script_runs);
	tcase_add_test(tests, commands_stand_in_any_order);
	tcase_add_test(tests, errors_stop_a_script_unless_forced);
	tcase_add_test(tests, scripts_run_scripts_five_deep);
	tcase_add_test(tests, scripts_are_listed_shown_and_removed);
	tcase_add_test(tests, scripts_are_made_of_objects);
	tcase_add_test(tests, what_objects_hold_goes_into_scripts_too);
}

TEST_MAIN("mgmt_script", add_tests)
