/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/configuration/merge.h"
#include "mgmt/tests/console.h"

#include <stdio.h>
#include <string.h>

static struct console console;
static char *conflicts;
static struct configuration base, theirs;

static void set_up(void)
{
	console_open(&console);
	console_ok(&console, "add IPAddress a Address=10.0.0.1");
	console_ok(&console, "add IPAddress b Address=10.0.0.2 Comments=first");
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "add IPRule Name=r1 Action=Allow SourceInterface=any SourceNetwork=all-nets-ip4 "
	                     "DestinationInterface=any DestinationNetwork=all-nets-ip4 Service=all_services");
	console_ok(&console, "add IPRule Name=r2 Action=Allow SourceInterface=any SourceNetwork=all-nets-ip4 "
	                     "DestinationInterface=any DestinationNetwork=all-nets-ip4 Service=all_services");
	console_ok(&console, "cc");
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &base), 0);
}

static void tear_down(void)
{
	free(conflicts);
	configuration_clear(&base);
	configuration_clear(&theirs);
	console_close(&console);
}

/* What was typed so far is what the other node committed; the candidate begins at base again. */
static void that_was_the_other_node(void)
{
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &theirs), 0);
	ck_assert_int_eq(configuration_replace(&console.engine.candidate, &base), 0);
	console_ok(&console, "cc");
}

/* The candidate is merged into theirs, and is the result. */
static int merge(void)
{
	size_t length;
	FILE *out = open_memstream(&conflicts, &length);
	int count = configuration_merge(&base, &console.engine.candidate, &theirs, out);

	fclose(out);
	ck_assert_int_eq(configuration_replace(&console.engine.candidate, &theirs), 0);
	return count;
}

static void shows(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_msg(strstr(console.text, text) != NULL, "%s: '%s' is not in: %s", line, text, console.text);
}

/* feature: C02-046 */
START_TEST(edits_of_different_objects_are_all_kept)
{
	console_ok(&console, "set IPAddress a Address=10.0.0.11");
	console_ok(&console, "add IPAddress theirs Address=10.0.0.3");
	that_was_the_other_node();
	console_ok(&console, "delete IPAddress b");
	console_ok(&console, "add IPAddress mine Address=10.0.0.4");
	console_ok(&console, "set HASettings PeerDead=500");
	ck_assert_int_eq(merge(), 0);
	shows("show IPAddress a", "10.0.0.11");
	shows("show IPAddress theirs", "10.0.0.3");
	shows("show IPAddress mine", "10.0.0.4");
	shows("show HASettings", "500");
	ck_assert(console_run(&console, "show IPAddress b") < 0);
}
END_TEST

START_TEST(properties_of_one_object_are_merged)
{
	console_ok(&console, "set IPAddress b Address=10.0.0.22");
	that_was_the_other_node();
	console_ok(&console, "set IPAddress b Comments=mine");
	ck_assert_int_eq(merge(), 0);
	shows("show IPAddress b", "10.0.0.22");
	shows("show IPAddress b", "mine");
}
END_TEST

START_TEST(what_both_changed_is_named_and_theirs)
{
	console_ok(&console, "set IPAddress a Address=10.0.0.11");
	console_ok(&console, "delete IPAddress b");
	console_ok(&console, "add IPAddress new Address=10.0.0.5");
	that_was_the_other_node();
	console_ok(&console, "set IPAddress a Address=10.0.0.12 Comments=mine");
	console_ok(&console, "set IPAddress b Address=10.0.0.23");
	console_ok(&console, "add IPAddress new Address=10.0.0.6");
	ck_assert_int_eq(merge(), 3);
	ck_assert_str_eq(conflicts,
	                 "IPAddress a (Address); IPAddress b (deleted); IPAddress new (added at both)");
	shows("show IPAddress a", "10.0.0.11");
	shows("show IPAddress a", "mine");
	shows("show IPAddress new", "10.0.0.5");
}
END_TEST

START_TEST(what_the_other_changed_is_not_deleted)
{
	console_ok(&console, "set IPAddress a Address=10.0.0.11");
	that_was_the_other_node();
	console_ok(&console, "delete IPAddress a");
	ck_assert_int_eq(merge(), 1);
	ck_assert_str_eq(conflicts, "IPAddress a (changed, and deleted here)");
	shows("show IPAddress a", "10.0.0.11");
}
END_TEST

START_TEST(the_same_at_both_is_no_conflict)
{
	for (int i = 0; i < 2; i++) {
		console_ok(&console, "set IPAddress a Address=10.0.0.11");
		console_ok(&console, "delete IPAddress b");
		console_ok(&console, "add IPAddress new Address=10.0.0.5");
		if (!i)
			that_was_the_other_node();
	}
	ck_assert_int_eq(merge(), 0);
	ck_assert(configuration_equal(&console.engine.candidate, &theirs));
}
END_TEST

/* Their numbers are the same, and they are two rules. */
START_TEST(rules_added_at_both_are_two)
{
	static const char rule[] =
	    "Action=Deny SourceInterface=any SourceNetwork=all-nets-ip4 DestinationInterface=any "
	    "DestinationNetwork=all-nets-ip4 Service=all_services";
	char line[300];

	console_ok(&console, "cc IPRuleSet main");
	snprintf(line, sizeof(line), "add IPRule Name=theirs Index=1 %s", rule);
	console_ok(&console, line);
	that_was_the_other_node();
	console_ok(&console, "cc IPRuleSet main");
	snprintf(line, sizeof(line), "add IPRule Name=mine Index=2 %s", rule);
	console_ok(&console, line);
	ck_assert_int_eq(merge(), 0);
	shows("show IPRule 1", "theirs");
	shows("show IPRule 2", "mine");
	shows("show IPRule 3", "r1");
	shows("show IPRule 4", "r2");
}
END_TEST

START_TEST(a_move_is_kept_where_nothing_else_moved)
{
	console_ok(&console, "set IPAddress a Address=10.0.0.11");
	that_was_the_other_node();
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "set IPRule r2 Index=1");
	ck_assert_int_eq(merge(), 0);
	shows("show IPRule 1", "r2");
}
END_TEST

START_TEST(moves_at_both_are_named)
{
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "add IPRule Name=r3 Action=Deny SourceInterface=any SourceNetwork=all-nets-ip4 "
	                     "DestinationInterface=any DestinationNetwork=all-nets-ip4 Service=all_services");
	ck_assert_int_eq(configuration_replace(&base, &console.engine.candidate), 0);
	console_ok(&console, "set IPRule r3 Index=1");
	that_was_the_other_node();
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "set IPRule r2 Index=1");
	ck_assert_int_eq(merge(), 1);
	ck_assert_str_eq(conflicts, "IPRule main (order)");
	shows("show IPRule 1", "r3");
}
END_TEST

/* feature: C02-045 */
START_TEST(differences_are_listed_without_values)
{
	char *text;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	console_ok(&console, "set IPAddress a Address=10.0.0.11");
	console_ok(&console, "delete IPAddress b");
	console_ok(&console, "add IPAddress c Address=10.0.0.5");
	ck_assert_uint_eq(configuration_differences(&base, &console.engine.candidate, 2, out), 3);
	fclose(out);
	ck_assert_str_eq(text, "*IPAddress a, +IPAddress c and 1 more");
	free(text);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, edits_of_different_objects_are_all_kept);
	tcase_add_test(tests, properties_of_one_object_are_merged);
	tcase_add_test(tests, what_both_changed_is_named_and_theirs);
	tcase_add_test(tests, what_the_other_changed_is_not_deleted);
	tcase_add_test(tests, the_same_at_both_is_no_conflict);
	tcase_add_test(tests, rules_added_at_both_are_two);
	tcase_add_test(tests, a_move_is_kept_where_nothing_else_moved);
	tcase_add_test(tests, moves_at_both_are_named);
	tcase_add_test(tests, differences_are_listed_without_values);
}

TEST_MAIN("merge", add_tests)
