/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/policy/policy_thresholds.h"
#include "mgmt/tests/built_policy.h"

#include <stdlib.h>

static struct console console;

static const char rule[] = "add ThresholdRule Name=my_rule SourceNetwork=10.1.0.0/24 SourceInterface=if1 "
                           "DestinationNetwork=all-nets DestinationInterface=any Service=http";

static void set_up(void)
{
	static const char *const lines[] = {
	    "add EthernetDevice port1 Device=port1",
	    "add EthernetInterface if1 EthernetDevice:0=port1 IPAddress=10.1.0.1 Network=10.1.0.0/24",
	    "cc ThresholdRules",
	    rule,
	    "cc ThresholdRule my_rule",
	    "add ThresholdSet Action=Drop Name=my_set",
	    "cc ThresholdSet my_set",
	    "add ThresholdDefinition Type=ConcurrentFlows Limit=1000 Name=my_def",
	    NULL};

	console_open(&console);
	console_lines(&console, lines);
}

static void tear_down(void)
{
	console_close(&console);
}

/* feature: C24-002 C24-003 C24-004 C24-018 */
START_TEST(the_guides_example)
{
	struct policy policy;
	void *blob;

	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.threshold_rule_count, 1);
	ck_assert_str_eq(policy.threshold_rules[0].filter.name, "my_rule");
	ck_assert_uint_eq(policy.threshold_rules[0].filter.index, 1);
	ck_assert_uint_eq(policy.threshold_rules[0].sets.count, 1);
	ck_assert_uint_eq(policy.interface_ids[policy.threshold_rules[0].filter.source_interfaces.first],
	                  interface_named(&policy, "if1")->id);
	ck_assert_uint_eq(policy.threshold_sets[0].action, POLICY_THRESHOLD_DROP);
	ck_assert_uint_eq(policy.threshold_sets[0].log, POLICY_THRESHOLD_LOG_OBEY_RULE);
	ck_assert_uint_eq(policy.threshold_sets[0].definitions.count, 1);
	ck_assert_uint_eq(policy.threshold_definitions[0].type, POLICY_THRESHOLD_CONCURRENT);
	ck_assert_uint_eq(policy.threshold_definitions[0].limit, 1000);
	ck_assert_uint_eq(policy.threshold_definitions[0].grouping, POLICY_GROUP_NONE);
	ck_assert_uint_eq(policy.threshold_definitions[0].prefix_ip4, 16);
	ck_assert_uint_eq(policy.threshold_definitions[0].prefix_ip6, 64);
	ck_assert_uint_eq(policy.threshold_definitions[0].interval_ms, 1000);
	ck_assert(policy.threshold_definitions[0].log);
	ck_assert_uint_eq(policy.settings->threshold_memory, 10);
	free(blob);
}
END_TEST

/* feature: C24-005 C24-007 C24-010 C24-012 C24-013 C24-015 C24-016 */
START_TEST(every_property_arrives)
{
	struct policy policy;
	void *blob;

	console_ok(&console,
	           "set ThresholdDefinition my_def Type=FlowRate Limit=2.5K Interval=2.5s Duration=1d "
	           "Grouping=DestinationNetwork GroupingIP4NetworkSize=24 "
	           "GroupingIP6NetworkSize=48 Scope=Shared ThresholdLog=No");
	console_ok(&console, "add ThresholdDefinition Type=FlowRate Limit=1 -disable");
	console_ok(&console, "cc..");
	console_ok(&console, "set ThresholdSet my_set Action=RandomDrop Probability=30 ActionLog=AlwaysLog");
	console_ok(&console, "add ThresholdSet Action=None ActionLog=NeverLog");
	console_ok(&console, "cc ThresholdSet 2");
	console_ok(&console, "add ThresholdDefinition Type=ConcurrentFlows Limit=2G Grouping=SourceIP");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.threshold_definition_count, 2);
	ck_assert_uint_eq(policy.threshold_definitions[0].type, POLICY_THRESHOLD_FLOW_RATE);
	ck_assert_uint_eq(policy.threshold_definitions[0].limit, 2500);
	ck_assert_uint_eq(policy.threshold_definitions[0].interval_ms, 2500);
	ck_assert_uint_eq(policy.threshold_definitions[0].duration_ms, 86400000);
	ck_assert_uint_eq(policy.threshold_definitions[0].grouping, POLICY_GROUP_DESTINATION_NETWORK);
	ck_assert_uint_eq(policy.threshold_definitions[0].prefix_ip4, 24);
	ck_assert_uint_eq(policy.threshold_definitions[0].prefix_ip6, 48);
	ck_assert_uint_eq(policy.threshold_definitions[0].shared, 1);
	ck_assert_uint_eq(policy.threshold_definitions[0].log, 0);
	ck_assert_uint_eq(policy.threshold_sets[0].action, POLICY_THRESHOLD_RANDOM_DROP);
	ck_assert_uint_eq(policy.threshold_sets[0].probability, 30);
	ck_assert_uint_eq(policy.threshold_sets[0].log, POLICY_THRESHOLD_LOG_ALWAYS);
	ck_assert_uint_eq(policy.threshold_sets[0].definitions.count, 1);
	ck_assert_uint_eq(policy.threshold_sets[1].definitions.first, 1);
	ck_assert_uint_eq(policy.threshold_sets[1].log, POLICY_THRESHOLD_LOG_NEVER);
	ck_assert_uint_eq(policy.threshold_definitions[1].limit, 2000000000);
	ck_assert_uint_eq(policy.threshold_definitions[1].grouping, POLICY_GROUP_SOURCE_IP);
	free(blob);
}
END_TEST

/* feature: C24-006 C25-012 */
START_TEST(blacklist_and_whitelist_arrive)
{
	struct policy policy;
	const struct policy_rule *spared;
	void *blob;

	console_ok(&console, "cc..");
	console_ok(&console, "set ThresholdSet my_set Action=Blacklist Timeout=42");
	console_ok(&console, "cc Whitelist");
	console_ok(&console, "add WhitelistRule Name=never SourceInterface=any SourceIP=10.1.0.0/24 "
	                     "DestinationIP=10.1.0.1 Service=all_services");
	console_ok(&console, "add WhitelistRule SourceInterface=if1 SourceIP=10.1.0.7 DestinationIP=all-nets "
	                     "Service=http -disable");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.threshold_sets[0].action, POLICY_THRESHOLD_BLACKLIST);
	ck_assert_uint_eq(policy.threshold_sets[0].timeout_s, 42);
	ck_assert_uint_eq(policy.whitelist_rule_count, 1);
	spared = &policy.whitelist_rules[0];
	ck_assert_str_eq(spared->name, "never");
	ck_assert_uint_eq(policy.interface_ids[spared->source_interfaces.first], POLICY_INTERFACE_ANY);
	ck_assert_uint_eq(policy.interface_ids[spared->destination_interfaces.first], POLICY_INTERFACE_ANY);
	ck_assert_uint_eq(spared->source_networks.count, 1);
	ck_assert_uint_eq(policy.ranges[spared->destination_networks.first].first.bytes[3], 1);
	ck_assert_uint_gt(spared->services.count, 0);
	free(blob);
}
END_TEST

/* feature: C24-007 C24-016 */
START_TEST(severities_arrive)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "set ThresholdDefinition my_def ThresholdLogSeverity=Info");
	console_ok(&console, "cc..");
	console_ok(&console, "set ThresholdSet my_set ActionLogSeverity=Emergency");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.threshold_sets[0].severity, 1);
	ck_assert_uint_eq(policy.threshold_definitions[0].severity, 7);
	free(blob);
}
END_TEST

/* feature: C24-009 C24-011 */
START_TEST(numbers_with_units)
{
	ck_assert_uint_eq(threshold_limit("1000"), 1000);
	ck_assert_uint_eq(threshold_limit("2.5K"), 2500);
	ck_assert_uint_eq(threshold_limit("2.25M"), 2250000);
	ck_assert_uint_eq(threshold_limit("1.125G"), 1125000000);
	ck_assert_uint_eq(threshold_limit("0.5"), 0);
	ck_assert_uint_eq(threshold_limit("9999999999G"), UINT64_MAX);
	ck_assert_uint_eq(threshold_milliseconds("2.5s"), 2500);
	ck_assert_uint_eq(threshold_milliseconds("2.25m"), 135000);
	ck_assert_uint_eq(threshold_milliseconds("4.125h"), 14850000);
	ck_assert_uint_eq(threshold_milliseconds("3.5d"), 302400000);
	ck_assert_uint_eq(threshold_milliseconds("0"), 0);
	console_refused(&console, "set ThresholdDefinition my_def Limit=2K5M", "Limit");
	console_refused(&console, "set ThresholdDefinition my_def Limit=-1", "Limit");
	console_refused(&console, "set ThresholdDefinition my_def Interval=5", "Interval");
	console_refused(&console, "set ThresholdDefinition my_def Interval=5d", "Interval");
	console_refused(&console, "set ThresholdDefinition my_def Interval=1m30s", "Interval");
	console_refused(&console, "set ThresholdDefinition my_def Duration=5", "Duration");
	console_ok(&console, "set ThresholdDefinition my_def Duration=0");
	console_ok(&console, "set ThresholdDefinition my_def Duration=3.5d");
}
END_TEST

/* feature: C24-002 C24-005 C24-009 C24-010 */
START_TEST(what_makes_no_sense_is_named)
{
	console_ok(&console, "set ThresholdDefinition my_def Limit=3G");
	console_wrong(&console, "Limit '3G' must be 1 at least, and 2 billion (2G) at most");
	console_ok(&console, "set ThresholdDefinition my_def Limit=0");
	console_wrong(&console, "Limit '0' must be 1 at least");
	console_ok(&console, "set ThresholdDefinition my_def Limit=5 Interval=0.5s");
	console_wrong(&console, "Interval '0.5s' must be 1s at least");
	console_ok(&console, "set ThresholdDefinition my_def Interval=<empty> Duration=60d");
	console_wrong(&console, "Duration '60d' must be 49d at most");
	console_ok(&console, "set ThresholdDefinition my_def Duration=<empty>");
	console_ok(&console, "cc..");
	console_ok(&console, "set ThresholdSet my_set Action=RandomDrop");
	console_wrong(&console, "Probability must be set where Action is RandomDrop");
	console_ok(&console, "set ThresholdSet my_set Action=Blacklist");
	console_wrong(&console, "Timeout must be set where Action is Blacklist");
	console_ok(&console, "set ThresholdSet my_set Timeout=0");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
	console_ok(&console, "set ThresholdSet my_set Action=Drop");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 0);
	console_ok(&console, "cc ThresholdSet my_set");
	console_ok(&console, "delete ThresholdDefinition my_def");
	console_says(&console, "show -errors", "does nothing without a ThresholdDefinition");
	console_ok(&console, "cc..");
	console_ok(&console, "delete ThresholdSet my_set");
	console_says(&console, "show -errors", "does nothing without a ThresholdSet");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_guides_example);
	tcase_add_test(tests, every_property_arrives);
	tcase_add_test(tests, blacklist_and_whitelist_arrive);
	tcase_add_test(tests, severities_arrive);
	tcase_add_test(tests, numbers_with_units);
	tcase_add_test(tests, what_makes_no_sense_is_named);
}

TEST_MAIN("thresholds", add_tests)
