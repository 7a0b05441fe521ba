/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/tests/console.h"

#include <string.h>

static struct console console;

static void set_up(void)
{
	console_open(&console);
	console_ok(&console, "add IPAddress old Address=10.0.0.1");
	console_ok(&console, "add IPAddress group Address=old,10.0.0.2");
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "add IPRule Name=r1 Action=Allow SourceInterface=any SourceNetwork=old "
	                     "DestinationInterface=any DestinationNetwork=all-nets-ip4 Service=all_services");
	console_ok(&console, "cc");
	/* All this is what was committed. */
	ck_assert_int_eq(configuration_replace(&console.engine.committed, &console.engine.candidate), 0);
	ck_assert_int_eq(configuration_replace(&console.engine.running, &console.engine.candidate), 0);
}

static void tear_down(void)
{
	console_close(&console);
}

static void shows(const char *line, const char *text)
{
	console_ok(&console, line);
	ck_assert_msg(strstr(console.text, text) != NULL, "%s: '%s' is not in: %s", line, text, console.text);
}

/* feature: C02-020 C02-042 C02-044 */
START_TEST(references_follow_a_new_name)
{
	console_ok(&console, "set IPAddress old Name=new Comments=renamed");
	shows("show IPAddress group", "new, 10.0.0.2");
	shows("show IPAddress new", "10.0.0.1");
	shows("show IPAddress new", "renamed");
	console_ok(&console, "cc IPRuleSet main");
	shows("show IPRule 1", "new");
	console_ok(&console, "cc");
	console_refused(&console, "set IPAddress old Address=10.0.0.9", "Invalid operation");
	shows("show -changes", "*  IPAddress new (renamed from old)");
	ck_assert_ptr_null(strstr(console.text, "-  "));
	ck_assert_ptr_null(strstr(console.text, "+  "));
	shows("show IPAddress", "*  new ");
	ck_assert_ptr_null(strstr(console.text, "-  old"));
	/* And back: nothing is left of it but the comment. */
	console_ok(&console, "set IPAddress new Name=old Comments=<empty>");
	shows("show -changes", "No changes.");
}
END_TEST

START_TEST(twice_renamed_is_renamed_from_the_first_name)
{
	console_ok(&console, "set IPAddress old Name=between");
	console_ok(&console, "set IPAddress between Name=new");
	shows("show -changes", "*  IPAddress new (renamed from old)");
	/* Another of the former name is new, and this one is then another too. */
	console_ok(&console, "add IPAddress old Address=10.0.0.7");
	shows("show -changes", "IPAddress new");
	shows("show IPAddress group", "new, 10.0.0.2");
}
END_TEST

START_TEST(what_cannot_be_a_name_is_refused)
{
	console_refused(&console, "set IPAddress old Name=group Address=10.0.0.5",
	                "IPAddress 'group' is already there");
	console_refused(&console, "set IPAddress old Name=1st", "Name cannot be '1st'");
	console_refused(&console, "set IPRuleSet main Name=other", "keeps its name");
	console_ok(&console, "set IPAddress old Name=old");
}
END_TEST

START_TEST(what_an_object_holds_moves_with_it)
{
	console_ok(&console, "add LocalUserDatabase people");
	console_ok(&console, "cc LocalUserDatabase people");
	console_ok(&console, "add User one Password=x Groups=Auditors");
	console_ok(&console, "cc");
	console_ok(&console, "set LocalUserDatabase people Name=others");
	console_ok(&console, "cc LocalUserDatabase others");
	shows("show User one", "Auditors");
}
END_TEST

START_TEST(back_to_the_default)
{
	console_ok(&console, "set HASettings PeerDead=500");
	shows("reset-to-default HASettings PeerDead", "Reset to default: HASettings.");
	shows("show HASettings", "200");
	console_ok(&console, "set IPAddress group Comments=x");
	console_ok(&console, "reset-to-default Address IPAddress group Comments");
	shows("show IPAddress group", "old, 10.0.0.2");
	console_ok(&console, "set ServiceTCPUDP http DestinationPorts=99 Comments=changed");
	console_ok(&console, "reset-to-default ServiceTCPUDP http");
	shows("show ServiceTCPUDP http", "80");
	shows("show -changes", "No changes.");
	console_refused(&console, "reset-to-default IPAddress nowhere", "Invalid operation");
	console_refused(&console, "reset-to-default IPAddress group Coments", "Did you mean 'Comments'?");
	console_refused(&console, "reset-to-default IPAddress group Name", "has no default");
	console_refused(&console, "reset-to-default", "reset-to-default what?");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, references_follow_a_new_name);
	tcase_add_test(tests, twice_renamed_is_renamed_from_the_first_name);
	tcase_add_test(tests, what_cannot_be_a_name_is_refused);
	tcase_add_test(tests, what_an_object_holds_moves_with_it);
	tcase_add_test(tests, back_to_the_default);
}

TEST_MAIN("rename", add_tests)
