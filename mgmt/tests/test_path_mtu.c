/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/tests/built_policy.h"

#include <string.h>

static struct console console;

static void set_up(void)
{
	static const char *const lines[] = {
	    "add EthernetDevice port2 Device=port2",
	    "add EthernetInterface if2 EthernetDevice:0=port2 IPAddress=198.51.100.1 Network=198.51.100.0/24",
	    "set InterfaceSettings PacketBufferSize=9kB",
	    "set EthernetInterface if2 MTU=9000",
	    "cc RoutingTable main",
	    "add Route Interface=if2 Network=all-nets-ip4 Gateway=198.51.100.254 Metric=7",
	    "cc",
	    NULL};

	console_open(&console);
	console_lines(&console, lines);
}

static void tear_down(void)
{
	console_close(&console);
}

static void check_service(const struct policy *policy, const struct policy_rule *rule, uint32_t index,
                          const struct policy_service *expected)
{
	const struct policy_service *service = &policy->services[rule->services.first + index];

	ck_assert_uint_lt(index, rule->services.count);
	ck_assert_uint_eq(service->protocol_first, expected->protocol_first);
	ck_assert_uint_eq(service->protocol_last, expected->protocol_last);
	ck_assert_uint_eq(service->icmp_type_first, expected->icmp_type_first);
	ck_assert_uint_eq(service->icmp_type_last, expected->icmp_type_last);
	ck_assert_uint_eq(service->icmp_code_first, expected->icmp_code_first);
	ck_assert_uint_eq(service->icmp_code_last, expected->icmp_code_last);
	ck_assert_uint_eq(service->pass_icmp_return, expected->pass_icmp_return);
}

/* feature: C08-023 C08-024 C08-025 C08-026 C28-031 */
START_TEST(icmp_and_protocol_services)
{
	static const char *const lines[] = {
	    "add ServiceICMP errors MessageTypes=DestinationUnreachable:0-3,Redirect:Host,13-14 "
	    "PassICMPReturn=Yes",
	    "add ServiceICMPv6 big MessageTypes=PacketTooBig,DestinationUnreachable:NoRoute,128:0",
	    "add ServiceIPProto early IPProto=1-4,7",
	    "add ServiceGroup inner Members=big,early",
	    "add ServiceGroup outer Members=errors,inner",
	    "cc RuleSet IPRuleSet main",
	    "add IPRule Name=many Action=Allow SourceInterface=any SourceNetwork=all-nets "
	    "DestinationInterface=any DestinationNetwork=all-nets Service=outer,all_icmpv6",
	    "cc",
	    NULL};
	static const struct policy_service expected[] = {
	    {1, 1, 3, 3, 0, 3, 1, 0, {0}, {0}},      {1, 1, 5, 5, 1, 1, 1, 0, {0}, {0}},
	    {1, 1, 13, 14, 0, 255, 1, 0, {0}, {0}},  {58, 58, 2, 2, 0, 255, 0, 0, {0}, {0}},
	    {58, 58, 1, 1, 0, 0, 0, 0, {0}, {0}},    {58, 58, 128, 128, 0, 0, 0, 0, {0}, {0}},
	    {1, 4, 0, 255, 0, 255, 0, 0, {0}, {0}},  {7, 7, 0, 255, 0, 255, 0, 0, {0}, {0}},
	    {58, 58, 0, 255, 0, 255, 0, 0, {0}, {0}}};
	static const char *const wrong[] = {"Redirect:NetUnreachable", "PacketTooBig", "3:256", "256", "3:",
	                                    "EchoRequest:0:1",         "Nonsense",     "3-1:0", ":3"};
	const struct policy_rule *rule;
	struct policy policy;
	char line[96];
	void *blob;

	console_lines(&console, lines);
	/* A code by name belongs to a type by name. */
	console_refused(&console, "set ServiceICMPv6 big MessageTypes=PacketTooBig,1:NoRoute", "1:NoRoute");
	build_policy(&console, &policy, &blob);
	rule = rule_named(&policy, "many");
	ck_assert_uint_eq(rule->services.count, sizeof(expected) / sizeof(expected[0]));
	for (uint32_t i = 0; i < rule->services.count; i++)
		check_service(&policy, rule, i, &expected[i]);
	free(blob);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(line, sizeof(line), "set ServiceICMP errors MessageTypes=%s", wrong[i]);
		console_refused(&console, line, wrong[i]);
	}
}
END_TEST

/* feature: C28-024 C28-025 C28-026 C28-027 C28-028 C28-029 C28-030 C28-031 C28-032 */
START_TEST(path_mtu_settings)
{
	static const char *const lines[] = {
	    "set IPSettings IP4PathMTUMin=68 IP6PathMTUMin=0 IP4PathMTULifetime=0 IP6PathMTULifetime=3",
	    "set IPSettings IP4OnPktTooBigAndDFSet=StripDFAndFragment IP6OnPacketTooBig=Fragment",
	    "set IPSettings StripDFOnSmall=576",
	    "set ICMPSettings IP4FragmentationNeeded=AllowAlways IP6PacketTooBig=DropLog",
	    "cc RoutingTable main",
	    "set Route 1 MTU=1300",
	    "cc",
	    NULL};
	static const char *const wrong[] = {
	    "set IPSettings IP4PathMTUMin=67", "set IPSettings IP6PathMTUMin=95",
	    "set IPSettings StripDFOnSmall=65536", "set ICMPSettings IP4FragmentationNeeded=Maybe"};
	const struct policy_path_mtu *settings;
	struct policy policy;
	bool found = false;
	void *blob;

	build_policy(&console, &policy, &blob);
	settings = &policy.settings->path_mtu;
	ck_assert_uint_eq(settings->ip4_minimum, 576);
	ck_assert_uint_eq(settings->ip6_minimum, 1280);
	ck_assert_uint_eq(settings->ip4_lifetime, 10);
	ck_assert_uint_eq(settings->ip6_lifetime, 10);
	ck_assert_uint_eq(settings->strip_df_below, 65535);
	ck_assert_uint_eq(settings->ip4_fragment, 0);
	ck_assert_uint_eq(settings->ip6_fragment, 0);
	ck_assert_uint_eq(settings->ip4_fragmentation_needed, POLICY_ICMP_OBEY_SERVICE_LOG);
	ck_assert_uint_eq(settings->ip6_packet_too_big, POLICY_ICMP_ALWAYS_ALLOW_LOG);
	free(blob);
	console_lines(&console, lines);
	build_policy(&console, &policy, &blob);
	settings = &policy.settings->path_mtu;
	ck_assert_uint_eq(settings->ip4_minimum, 68);
	ck_assert_uint_eq(settings->ip6_minimum, 0);
	ck_assert_uint_eq(settings->ip4_lifetime, 0);
	ck_assert_uint_eq(settings->ip6_lifetime, 3);
	ck_assert_uint_eq(settings->strip_df_below, 576);
	ck_assert_uint_eq(settings->ip4_fragment, 1);
	ck_assert_uint_eq(settings->ip6_fragment, 1);
	ck_assert_uint_eq(settings->ip4_fragmentation_needed, POLICY_ICMP_ALWAYS_ALLOW);
	ck_assert_uint_eq(settings->ip6_packet_too_big, POLICY_ICMP_DROP_LOG);
	for (uint32_t i = 0; i < policy.route_count; i++)
		found |= policy.routes[i].mtu == 1300 && policy.routes[i].metric == 7;
	ck_assert(found);
	free(blob);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		console_refused(&console, wrong[i], "cannot be");
}
END_TEST

/* feature: C28-027 */
START_TEST(a_route_has_no_larger_mtu_than_its_interface)
{
	console_ok(&console, "cc RoutingTable main");
	console_ok(&console, "set Route 1 MTU=9001");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, stderr), 1);
	console_ok(&console, "set Route 1 MTU=9000");
	console_ok(&console, "add Route Interface=if2 Network=2001:db8::/32 MTU=1279");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, stderr), 1);
	console_ok(&console, "set Route 2 MTU=1280");
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, stderr), 0);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, icmp_and_protocol_services);
	tcase_add_test(tests, path_mtu_settings);
	tcase_add_test(tests, a_route_has_no_larger_mtu_than_its_interface);
}

TEST_MAIN("mgmt_path_mtu", add_tests)
