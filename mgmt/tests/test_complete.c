/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/complete/complete.h"
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/tests/console.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct console console;
static char line[1024], *text; /* after Tab */

static void set_up(void)
{
	console_open(&console);
	console_ok(&console, "add IPAddress web1 Address=10.1.0.11 Comments=\"the \\\"first\\\" one\"");
	console_ok(&console, "add IPAddress web2 Address=10.1.0.12,10.1.0.13");
	console_ok(&console, "add IPAddress mail Address=10.1.0.14");
}

static void tear_down(void)
{
	free(text);
	text = NULL;
	console_close(&console);
}

static void tab(const char *typed)
{
	struct complete_scene scene;
	struct completion completion;

	complete_scene(&console.session, 0, &scene);
	ck_assert_int_eq(complete_line(&scene, typed, &completion), 0);
	ck_assert_uint_le(completion.replace, strlen(typed));
	snprintf(line, sizeof(line), "%.*s%s",
	         (int)(strlen(typed) - (completion.insert ? completion.replace : 0)), typed,
	         completion.insert ? completion.insert : "");
	free(text);
	text = strdup(completion.text);
	complete_free(&completion);
}

/* The line becomes another, and nothing is printed. */
static void becomes(const char *typed, const char *expected)
{
	tab(typed);
	ck_assert_msg(!strcmp(line, expected), "'%s' became '%s', not '%s'", typed, line, expected);
	ck_assert_msg(!*text, "'%s' printed: %s", typed, text);
}

/* The line stays, and this is printed. */
static void lists(const char *typed, const char *expected)
{
	tab(typed);
	ck_assert_msg(!strcmp(line, typed), "'%s' became '%s'", typed, line);
	ck_assert_msg(!strcmp(text, expected), "'%s' printed: %s", typed, text);
}

static void lists_also(const char *typed, const char *expected)
{
	char whole[128];

	tab(typed);
	snprintf(whole, sizeof(whole), "%s\n", expected);
	ck_assert_msg(strstr(text, whole) != NULL, "'%s' printed: %s", typed, text);
}

static void lists_never(const char *typed, const char *name)
{
	tab(typed);
	ck_assert_msg(strstr(text, name) == NULL, "'%s' printed: %s", typed, text);
}

/* feature: C02-027 */
START_TEST(commands_and_what_help_explains)
{
	becomes("sh", "show ");
	becomes("help sh", "help show ");
	lists("help", "help\nhelpconfig\n");
	becomes("ac", "activate ");
	lists_also("", "show");
	lists_never("", "ruledb\n");
	becomes("ru", "ru");
	console.session.views = VIEW_ADVANCED;
	becomes("ruled", "ruledb ");
	becomes("frob", "frob");
	becomes("frob ", "frob ");
	becomes("# sh", "# sh");
	becomes("cmdview ad", "cmdview advanced ");
}
END_TEST

/* feature: C02-005 C02-027 */
START_TEST(an_auditor_sees_what_he_may_type)
{
	console.session.may_write = false;
	lists_never("", "activate");
	lists_also("", "show");
	becomes("ad", "ad");
	becomes("set Address IPA", "set Address IPA");
	lists("ha -", "-status\n-module\n");
	becomes("script -rem", "script -rem");
	becomes("arp -f", "arp -f");
}
END_TEST

/* feature: C02-027 */
START_TEST(options_of_each_command)
{
	becomes("show -ref", "show -references ");
	lists_also("show -", "-errors\n-changes\n-references");
	lists_never("show -errors -", "-errors");
	becomes("flow -n", "flow -num=");
	lists("flow -num=", "-num=N  As many flows at most, or all; 20 without it.\n");
	becomes("set IPRule -ra", "set IPRule -Range=");
	becomes("FLOW -VER", "FLOW -verbose ");
	lists_also("flow ", "-verbose");
	lists("about ", "");
}
END_TEST

/* feature: C02-021 C02-030 C02-031 */
START_TEST(categories_and_types)
{
	lists_also("add ", "Address");
	lists_also("add ", "RoutingTable/");
	lists_never("add ", "IPAddress");
	lists_also("add Address ", "IPAddress\nEthernetAddress");
	becomes("add Addr", "add Address ");
	becomes("add Address IP", "add Address IPAddress ");
	becomes("show RuleSet ", "show RuleSet IPRuleSet ");
	becomes("cc RoutingT", "cc RoutingTable ");
	becomes("cc RoutingTable ", "cc RoutingTable main ");
	becomes("helpconfig IPRu", "helpconfig IPRule ");
	/* The category was left out. */
	becomes("show IPAdd", "show IPAddress ");
	lists("show IPAddress web", "web1\nweb2\n");
	lists_never("add ", "System");
	lists_also("set ", "System");
	lists("cc Address ", "");
}
END_TEST

/* feature: C02-021 C02-031 */
START_TEST(what_a_context_holds)
{
	becomes("set IPRule ", "set IPRule ");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	lists_also("add ", "IPRule");
	for (unsigned i = 0; i < 11; i++)
		console_ok(&console,
		           "add IPRule Action=Allow SourceInterface=any SourceNetwork=all-nets "
		           "DestinationInterface=any DestinationNetwork=all-nets Service=all_services");
	console_ok(&console, "set IPRule 2 Name=second");
	lists("show IPRule 1", "1\n10\n11\n");
	becomes("show IPRule s", "show IPRule second ");
	lists("set IPRule 2 Index=", "       Type:  Integer\nDescription:  Position of the object, from 1.\n"
	                             "    Allowed:  a number 1..11\n");
	becomes("set IPRule second Index=.", "set IPRule second Index=2");
}
END_TEST

/* feature: C02-008 */
START_TEST(letter_case_is_corrected)
{
	becomes("SET ADDRESS ipaddress WEB1 address=mai", "SET ADDRESS ipaddress WEB1 Address=mail");
	becomes("show address", "show Address ");
	becomes("set Address IPAddress MAI", "set Address IPAddress mail ");
	becomes("set rem", "set RemoteManagement ");
	becomes("set RemoteManagement RemoteMgmtSSH x logenabled=y",
	        "set RemoteManagement RemoteMgmtSSH x LogEnabled=Yes ");
	/* Names that differ by it alone are the administrator's. */
	console_ok(&console, "add IPAddress Web1 Address=10.1.0.15");
	becomes("show Address IPAddress Web", "show Address IPAddress Web1 ");
	becomes("show Address IPAddress WEB", "show Address IPAddress web");
}
END_TEST

/* feature: C02-028 */
START_TEST(properties_that_can_be_typed)
{
	lists("add Address IPAddress ", "Name of the new IPAddress\n");
	becomes("add Address IPAddress new ", "add Address IPAddress new Address=");
	becomes("add Address IPAddress new Comm", "add Address IPAddress new Comm");
	becomes("add Address IPAddress new Address=10.0.0.1 Com",
	        "add Address IPAddress new Address=10.0.0.1 Comments=");
	becomes("set Address IPAddress web1 Com", "set Address IPAddress web1 Comments=");
	becomes("set Address IPAddress web1 Comments=x Com", "set Address IPAddress web1 Comments=x Com");
	lists_never("set Address IPAddress web1 ", "Name=");
	lists_never("set Address IPAddress web1 ", "Disabled");
	lists_also("set HighAvailability ", "ClusterID=");
}
END_TEST

/* feature: C02-028 */
START_TEST(properties_that_depend_on_another)
{
	static const char needed[] = "SourceInterface=any SourceNetwork=all-nets DestinationInterface=any "
	                             "DestinationNetwork=all-nets Service=all_services";
	char typed[256];

	console_ok(&console, "cc RuleSet IPRuleSet main");
	snprintf(typed, sizeof(typed), "add IPRule %s ", needed);
	becomes(typed, strcat(strcpy(line, typed), "Action="));
	snprintf(typed, sizeof(typed), "add IPRule %s Action=Deny ", needed);
	lists_also(typed, "OnDeny=");
	lists_never(typed, "Stateless");
	snprintf(typed, sizeof(typed), "add IPRule %s Action=Drop On", needed);
	lists_never(typed, "Stateless");
	snprintf(typed, sizeof(typed), "add IPRule %s Action=Allow ", needed);
	lists_never(typed, "OnDeny");
	/* What the object has counts as what is typed. */
	snprintf(typed, sizeof(typed), "add IPRule %s Action=Deny", needed);
	console_ok(&console, typed);
	lists_also("set IPRule 1 ", "OnDeny=");
	lists_never("set IPRule 1 Action=Allow ", "OnDeny");
}
END_TEST

/* feature: C02-027 */
START_TEST(values)
{
	lists("set RemoteManagement RemoteMgmtSSH x LogEnabled=",
	      "       Type:  Boolean\nDescription:  Log logins, also those that fail.\n    Default:  Yes\n\n"
	      "List of all valid choices:\n\nName\n-----------\n<empty>\nYes\nNo\n");
	lists(
	    "add LogReceiver LogReceiverSyslog my_receiver IPAddress=web1 LogSeverity=",
	    "       Type:  String\nDescription:  Specifies with what severity log events will be sent to the "
	    "specified log receivers.\n"
	    "    Default:  Emergency,Alert,Critical,Error,Warning,Notice,Information\n\n"
	    "List of all valid choices:\n\nName\n-----------\n<empty>\nDebug\nInformation\nNotice\n"
	    "Warning\nError\nCritical\nAlert\nEmergency\n");
	becomes("set Address IPAddress web2 Address=web1,ma", "set Address IPAddress web2 Address=web1,mail");
	becomes("set Address IPAddress web2 Address=web1,mail",
	        "set Address IPAddress web2 Address=web1,mail ");
	becomes("set Address IPAddress mail Address=we", "set Address IPAddress mail Address=web");
	/* Not twice, and not itself. */
	becomes("set Address IPAddress mail Address=web1,web",
	        "set Address IPAddress mail Address=web1,web2");
	lists_also("set Address IPAddress mail Address=mai",
	           "Description:  Hosts, networks (a/n), ranges (a-b) and names of other IPAddress objects.");
	becomes("set Address IPAddress mail Address=10.0.0.1",
	        "set Address IPAddress mail Address=10.0.0.1 ");
	/* What stands already can be ended. */
	becomes("set Address IPAddress mail Comments=x", "set Address IPAddress mail Comments=x ");
	becomes("set Address IPAddress mail Address=\"web1", "set Address IPAddress mail Address=\"web1\" ");
	lists_also("set Address IPAddress mail Address=?x", "    Default:  <empty>");
	lists_also("set Settings ARPTableSettings ARPExpire=", "       Type:  Integer");
}
END_TEST

/* feature: C02-029 */
START_TEST(dot_star_and_question_mark)
{
	becomes("set Address IPAddress web1 Address=.", "set Address IPAddress web1 Address=10.1.0.11");
	becomes("set Address IPAddress web2 Address=.",
	        "set Address IPAddress web2 Address=10.1.0.12,10.1.0.13");
	becomes("set Address IPAddress web1 Comments=.",
	        "set Address IPAddress web1 Comments=\"the \\\"first\\\" one\"");
	console_ok(&console, line);
	becomes("set Address IPAddress web1 comments=.", line);
	becomes("set Address IPAddress mail Comments=.", "set Address IPAddress mail Comments=<empty>");
	becomes("set RemoteManagement RemoteMgmtSSH x LogEnabled=*",
	        "set RemoteManagement RemoteMgmtSSH x LogEnabled=Yes");
	tab("set RemoteManagement RemoteMgmtSSH x LogEnabled=?");
	ck_assert_str_eq(line, "set RemoteManagement RemoteMgmtSSH x LogEnabled=");
	ck_assert_str_eq(text, "         Type:  Boolean\n  Description:  Log logins, also those that fail.\n"
	                       "      Default:  Yes\nCurrent Value:  Yes\n");
}
END_TEST

/* feature: C02-007 */
START_TEST(escapes_are_typed_back)
{
	console_ok(&console, "set IPAddress web1 Comments=\"a\\r\\n\\t\\\\ \\$1, b\"");
	becomes("set Address IPAddress web1 Comments=.",
	        "set Address IPAddress web1 Comments=\"a\\r\\n\\t\\\\ \\$1, b\"");
}
END_TEST

START_TEST(secrets_are_not_shown)
{
	console_ok(&console, "cc LocalUserDatabase AdminUsers");
	tab("set User admin Password=.");
	ck_assert_str_eq(line, "set User admin Password=");
	ck_assert_ptr_null(strstr(text, "$y$"));
	tab("set User admin Password=?");
	ck_assert_ptr_null(strstr(text, "$y$"));
}
END_TEST

START_TEST(scripts_and_deleted_objects)
{
	char scripts[] = "/tmp/hadrian-scripts-XXXXXX", reason[128], command[128];

	ck_assert_ptr_nonnull(mkdtemp(scripts));
	console.engine.script_directory = scripts;
	ck_assert_int_eq(script_write(scripts, "first.sgs", "", 0, reason), 0);
	becomes("script -run f", "script -run first.sgs ");
	lists("script f", "");
	becomes("script -create -filename=fi", "script -create -filename=first.sgs ");
	becomes("script -create Addr", "script -create Address ");
	snprintf(command, sizeof(command), "rm -r %s", scripts);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(configuration_replace(&console.engine.committed, &console.engine.candidate), 0);
	console_ok(&console, "delete IPAddress web1");
	becomes("undelete Address IPAddress we", "undelete Address IPAddress web1 ");
	becomes("show Address IPAddress we", "show Address IPAddress web2 ");
	becomes("netobjects m", "netobjects mail ");
}
END_TEST

START_TEST(long_lists_end)
{
	char command[96];

	for (unsigned i = 0; i < 300; i++) {
		snprintf(command, sizeof(command), "add IPAddress n%u Address=10.9.0.1", i);
		console_ok(&console, command);
	}
	tab("show Address IPAddress n");
	ck_assert_ptr_nonnull(strstr(text, "\nand 100 more\n"));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, commands_and_what_help_explains);
	tcase_add_test(tests, an_auditor_sees_what_he_may_type);
	tcase_add_test(tests, options_of_each_command);
	tcase_add_test(tests, categories_and_types);
	tcase_add_test(tests, what_a_context_holds);
	tcase_add_test(tests, letter_case_is_corrected);
	tcase_add_test(tests, properties_that_can_be_typed);
	tcase_add_test(tests, properties_that_depend_on_another);
	tcase_add_test(tests, values);
	tcase_add_test(tests, dot_star_and_question_mark);
	tcase_add_test(tests, escapes_are_typed_back);
	tcase_add_test(tests, secrets_are_not_shown);
	tcase_add_test(tests, scripts_and_deleted_objects);
	tcase_add_test(tests, long_lists_end);
}

TEST_MAIN("mgmt_complete", add_tests)
