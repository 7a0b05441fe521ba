/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/configuration/merge.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/script/script_create.h"
#include "mgmt/tests/console.h"

#include <stdio.h>
#include <string.h>

/* Objects within objects within objects: those of threshold rules. */

static struct console console;

static const char rule[] = "add ThresholdRule Name=%s SourceNetwork=all-nets SourceInterface=any "
                           "DestinationNetwork=all-nets DestinationInterface=any Service=http";

static void add_rule(const char *name)
{
	char line[256];

	snprintf(line, sizeof(line), rule, name);
	console_ok(&console, line);
}

static void set_up(void)
{
	console_open(&console);
	console_ok(&console, "cc ThresholdRules");
	add_rule("my_rule");
	console_ok(&console, "cc ThresholdRule my_rule");
	console_ok(&console, "add ThresholdSet Action=Drop Name=my_set");
	console_ok(&console, "cc ThresholdSet my_set");
	console_ok(&console, "add ThresholdDefinition Type=ConcurrentFlows Limit=1000 Name=my_def");
	console_ok(&console, "cc");
}

static void tear_down(void)
{
	console_close(&console);
}

static void prompts(const char *expected)
{
	char prompt[256];

	session_prompt(&console.session, prompt, sizeof(prompt));
	ck_assert_ptr_nonnull(strstr(prompt, expected));
}

static void go_to_the_set(void)
{
	console_ok(&console, "cc");
	console_ok(&console, "cc ThresholdRules");
	console_ok(&console, "cc ThresholdRule 1");
	console_ok(&console, "cc ThresholdSet 1");
}

/* feature: C24-002 C24-019 */
START_TEST(contexts_lie_in_each_other)
{
	console_refused(&console, "cc ThresholdSet 1", "ThresholdSet objects are in a ThresholdRule");
	console_ok(&console, "cc ThresholdRules");
	prompts(":/ThresholdRules> ");
	console_ok(&console, "cc ThresholdRule my_rule");
	prompts(":/ThresholdRules/ThresholdRule/1(my_rule)> ");
	console_ok(&console, "cc ThresholdSet my_set");
	prompts(":/ThresholdRules/ThresholdRule/1(my_rule)/ThresholdSet/1(my_set)> ");
	console_says(&console, "show ThresholdDefinition my_def", "1000");
	console_ok(&console, "cc..");
	prompts(":/ThresholdRules/ThresholdRule/1(my_rule)> ");
	console_says(&console, "show", "my_set");
	console_ok(&console, "cc..");
	prompts(":/ThresholdRules> ");
	console_ok(&console, "cc..");
	prompts(":/> ");
	console_ok(&console, "cc..");
	prompts(":/> ");
	console_ok(&console, "cc RoutingTable main");
	prompts(":/RoutingTable/main> ");
	console_ok(&console, "cc..");
	prompts(":/> ");
}
END_TEST

/* feature: C24-019 */
START_TEST(a_context_that_is_deleted_is_left)
{
	go_to_the_set();
	console_ok(&console, "cc ThresholdRules");
	console_ok(&console, "delete ThresholdRule my_rule");
	console_ok(&console, "add ThresholdRule Name=second SourceNetwork=all-nets SourceInterface=any "
	                     "DestinationNetwork=all-nets DestinationInterface=any Service=http");
	prompts(":/ThresholdRules> ");
	console_ok(&console, "cc ThresholdRule second");
	console_ok(&console, "show ThresholdSet");
	ck_assert_ptr_null(strstr(console.text, "my_set"));
}
END_TEST

/* What is in one rule's set is not in another's. */
START_TEST(equal_names_are_apart)
{
	console_ok(&console, "cc ThresholdRules");
	add_rule("other");
	console_ok(&console, "cc ThresholdRule other");
	console_ok(&console, "add ThresholdSet Action=None Name=my_set");
	console_ok(&console, "cc ThresholdSet my_set");
	console_ok(&console, "add ThresholdDefinition Type=FlowRate Limit=7 Name=my_def");
	console_says(&console, "show ThresholdDefinition my_def", "FlowRate");
	go_to_the_set();
	console_says(&console, "show ThresholdDefinition my_def", "ConcurrentFlows");
	console_ok(&console, "set ThresholdDefinition my_def Limit=5");
	console_ok(&console, "cc");
	console_says(&console, "show -json ThresholdRules", "\"Limit\": \"7\"");
	ck_assert_ptr_nonnull(strstr(console.text, "\"Limit\": \"5\""));
}
END_TEST

/* feature: C02-042 */
START_TEST(changes_are_told_at_every_depth)
{
	ck_assert_int_eq(configuration_replace(&console.engine.committed, &console.engine.candidate), 0);
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
	console_says(&console, "show -changes", "No changes.");
	go_to_the_set();
	console_ok(&console, "set ThresholdDefinition my_def Limit=2K");
	console_ok(&console, "add ThresholdDefinition Type=FlowRate Limit=7 Name=more");
	console_says(&console, "show -changes", "*  ThresholdDefinition/1");
	ck_assert_ptr_nonnull(strstr(console.text, "Limit: 1000 -> 2K"));
	ck_assert_ptr_nonnull(strstr(console.text, "+  ThresholdDefinition/2"));
	console_says(&console, "show ThresholdDefinition", "+");
	console_ok(&console, "reject ThresholdDefinition 1");
	console_ok(&console, "delete ThresholdDefinition more");
	console_says(&console, "show -changes", "No changes.");
	console_ok(&console, "delete ThresholdDefinition my_def");
	console_says(&console, "show -changes", "-  ThresholdDefinition/1");
	console_ok(&console, "undelete ThresholdDefinition my_def");
	console_says(&console, "show -changes", "No changes.");
}
END_TEST

/* A script makes the same again. */
START_TEST(scripts_go_into_every_depth)
{
	struct target target = {.type = schema_type(console.engine.schema, NULL, "ThresholdRules")};
	char *script = NULL, *line, *saved, reason[256] = "";
	size_t length;
	FILE *out;
	int written;

	console_ok(&console, "cc ThresholdRules");
	add_rule("second");
	console_ok(&console, "cc ThresholdRule second");
	console_ok(&console, "add ThresholdSet Action=RandomDrop Probability=20");
	console_ok(&console, "cc");
	ck_assert_int_eq(configuration_replace(&console.engine.committed, &console.engine.candidate), 0);
	out = open_memstream(&script, &length);
	written = script_create(&console.engine, &target, out, reason);
	fclose(out);
	ck_assert_msg(written > 0, "%s", reason);
	console_ok(&console, "cc ThresholdRules");
	console_ok(&console, "delete ThresholdRule 2");
	console_ok(&console, "delete ThresholdRule 1");
	console_ok(&console, "cc");
	for (line = strtok_r(script, "\n", &saved); line; line = strtok_r(NULL, "\n", &saved))
		if (*line && *line != '#')
			console_ok(&console, line);
	prompts(":/> ");
	free(script);
	console_says(&console, "show -json ThresholdRules", "\"Probability\": 20");
	go_to_the_set();
	console_says(&console, "show ThresholdDefinition my_def", "1000");
}
END_TEST

/* feature: C22-007 */
START_TEST(edits_at_every_depth_outlive_the_peers_commit)
{
	struct configuration base, theirs;
	char *conflicts = NULL;
	size_t length;
	FILE *out;

	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &base), 0);
	go_to_the_set();
	console_ok(&console, "set ThresholdDefinition my_def Duration=5s");
	console_ok(&console, "add ThresholdDefinition Type=FlowRate Limit=7 Name=theirs");
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &theirs), 0);
	ck_assert_int_eq(configuration_replace(&console.engine.candidate, &base), 0);
	go_to_the_set();
	console_ok(&console, "set ThresholdDefinition my_def Limit=5");
	console_ok(&console, "add ThresholdDefinition Type=FlowRate Limit=8 Name=mine");
	out = open_memstream(&conflicts, &length);
	ck_assert_int_eq(configuration_merge(&base, &console.engine.candidate, &theirs, out), 0);
	fclose(out);
	ck_assert_int_eq(configuration_replace(&console.engine.candidate, &theirs), 0);
	go_to_the_set();
	console_says(&console, "show ThresholdDefinition my_def", "5s");
	console_says(&console, "show ThresholdDefinition my_def", "Limit:  5");
	console_says(&console, "show ThresholdDefinition", "mine");
	console_says(&console, "show ThresholdDefinition", "theirs");
	free(conflicts);
	configuration_clear(&base);
	configuration_clear(&theirs);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, contexts_lie_in_each_other);
	tcase_add_test(tests, a_context_that_is_deleted_is_left);
	tcase_add_test(tests, equal_names_are_apart);
	tcase_add_test(tests, changes_are_told_at_every_depth);
	tcase_add_test(tests, scripts_go_into_every_depth);
	tcase_add_test(tests, edits_at_every_depth_outlive_the_peers_commit);
}

TEST_MAIN("nested", add_tests)
