/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
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

/* feature: C02-020 C02-021 C05-001 C05-002 C05-003 */
START_TEST(addresses)
{
	console_ok(&console, "add Address IPAddress www_srv1 Address=192.168.10.16");
	ck_assert_str_eq(console.text, "Added IPAddress www_srv1.\n");
	console_ok(&console,
	           "add IPAddress group Address=www_srv1,10.0.0.0/8,10.49.02.01,192.168.1.1-192.168.1.9");
	console_says(&console, "show IPAddress group", "www_srv1, 10.0.0.0/8");
	console_says(&console, "netobjects group",
	             "192.168.10.16, 10.0.0.0/8, 10.49.2.1, 192.168.1.1-192.168.1.9");
	console_says(&console, "netobjects all-nets", "0.0.0.0/0, ::/0");
	console_says(&console, "show IPAddress www_srv1 -references", "IPAddress group  Address");
	console_refused(&console, "add IPAddress bad Address=10.0.0.1/24", "prefix length");
	console_refused(&console, "add IPAddress bad Address=10.0.0.9-10.0.0.1", "ends before");
	console_refused(&console, "add IPAddress bad Address=10.0.0.256", "Address cannot be '10.0.0.256'");
	console_refused(&console, "add IPAddress bad Address=10.0.0.1,10.0.0.1", "twice");
	console_refused(&console, "add IPAddress 1bad Address=10.0.0.1", "Name cannot be '1bad'");
	console_refused(&console, "add IPAddress", "name is missing");
	console_refused(&console, "add Address IPAddress www_srv1 Address=1.1.1.1", "already");
	console_ok(&console, "delete Address IPAddress www_srv1");
	console_says(&console, "show -errors", "IPAddress group: Address refers to 'www_srv1'");
}
END_TEST

START_TEST(every_word_that_is_not_known_is_named)
{
	console_refused(&console, "add Adress IPAddress a Address=1.1.1.1", "Did you mean 'Address'");
	console_refused(&console, "add Address IPAdress a Address=1.1.1.1", "Did you mean 'IPAddress'");
	console_refused(&console, "add IPAddress a Addres=1.1.1.1", "Did you mean 'Address'");
	console_refused(&console, "set HighAvailability Role=Boss", "Allowed: Master, Slave");
	console_refused(&console, "set HighAvailability Role=master", "Did you mean Master");
	console_refused(&console, "set HighAvailability ClusterID=64", "1..63");
	console_refused(&console, "set Settings HASettings PeerDead=49", "50..60000");
	console_refused(&console, "add IPAddress bad Address=10.0.0.256",
	                "IPAddress bad: Address cannot be '10.0.0.256'. Allowed: ");
	console_refused(&console, "set IPAddress all-nets Address=10.0.0.1,10.0.0.1",
	                "IPAddress all-nets: Address has '10.0.0.1' twice.");
	console_refused(&console, "set EthernetInterface if1 PrivateIP=10.0.0.1",
	                "EthernetInterface if1: PrivateIP has a value for each node");
	console_refused(&console, "set Settings HASettings PeerDead=1e3", "50..60000");
	console_refused(&console, "set Interface EthernetInterface if9 HAType=Sync",
	                "no EthernetInterface 'if9'");
	console_refused(&console, "show -erors", "Did you mean -errors");
	console_refused(&console, "$", "There is no command '$'. 'help'");
	console_refused(&console, "delete RoutingTable main", "cannot be deleted");
	console_refused(&console, "set System", "Properties are missing");
}
END_TEST

/* feature: C22-038 C22-039 C22-040 C22-041 C22-012 */
START_TEST(values_by_node)
{
	console_ok(&console, "add Interface EthernetInterface if1 EthernetDevice:0=if1 EthernetDevice:1=if1 "
	                     "PrivateIP:0=10.6.12.10 PrivateIP:1=10.6.12.11 IPAddress=10.6.12.1 HAType=Sync");
	console_says(&console, "show Interface EthernetInterface if1", "0:10.6.12.10  1:10.6.12.11");
	console_says(&console, "show EthernetInterface if1", "EthernetAddress:  0:<empty>  1:<empty>");
	console_ok(&console, "set Interface EthernetInterface if1 PrivateIP:1=<empty> HAType=<empty>");
	console_says(&console, "show EthernetInterface if1", "0:10.6.12.10  1:<empty>");
	console_says(&console, "show EthernetInterface if1", "HAType:  Critical");
	console_refused(&console, "set EthernetInterface if1 PrivateIP=10.1.1.1", "PrivateIP:0=");
	console_refused(&console, "set EthernetInterface if1 MTU:0=1500", "one value for both nodes");
	console_refused(&console, "set EthernetInterface if1 MTU=1400 HAType=Wrong", "HAType");
}
END_TEST

START_TEST(what_this_release_does_not_provide_cannot_be_set)
{
	static const char *const refused[] = {"Backplane=Yes", "RoutingTableMembership=main"};
	char line[128], text[128];

	console_ok(&console, "add EthernetInterface if1 Backplane=No Zone=<empty>");
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		const char *value = strchr(refused[i], '=') + 1;

		snprintf(line, sizeof(line), "set EthernetInterface if1 MTU=1400 %s", refused[i]);
		snprintf(text, sizeof(text),
		         "EthernetInterface if1: %.*s cannot be '%s': this release does not provide it",
		         (int)(value - refused[i] - 1), refused[i], value);
		console_refused(&console, line, text);
		snprintf(line, sizeof(line), "add EthernetInterface if2 %s", refused[i]);
		console_refused(&console, line, "this release does not provide it. Leave it at");
	}
	console_says(&console, "show EthernetInterface if1", "Backplane:  No");
	console_says(&console, "show EthernetInterface if1", "Zone:  <empty>");
	console_says(&console, "show EthernetInterface if1", "RoutingTableMembership:  <all>");
	console_says(&console, "show EthernetInterface if1", "MTU:  1500");
	console_says(&console, "helpconfig EthernetInterface", "only No; this release does not provide it");
	console_ok(&console, "add VLAN v BaseInterface=if1 VLANID=7");
	console_refused(&console, "set VLAN v MTU=1400 Broadcast=10.6.12.255",
	                "VLAN v: Broadcast cannot be '10.6.12.255': this release does not provide it. "
	                "Leave it at <highest of Network>.");
	console_refused(&console, "set VLAN v MTU=1400 RoutingTableMembership=main",
	                "VLAN v: RoutingTableMembership cannot be 'main': this release does not provide it. "
	                "Leave it at <all>.");
	console_says(&console, "show VLAN v", "MTU:  <BaseInterface's>");
	console_says(&console, "helpconfig VLAN",
	             "only <highest of Network>; this release does not provide it");
}
END_TEST

/* feature: C02-025 C02-031 C02-034 C02-035 C07-002 C07-016 C01-016 */
START_TEST(rules)
{
	static const char any[] = "Service=all_services SourceInterface=any SourceNetwork=all-nets "
	                          "DestinationInterface=any DestinationNetwork=all-nets";
	char line[512];

	console_refused(&console, "add IPRule Action=Allow", "cc RuleSet IPRuleSet NAME");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	snprintf(line, sizeof(line), "add IPRule Action=Drop %s OnDeny=SendReject LogEnabled=No Name=last",
	         any);
	console_ok(&console, line);
	ck_assert_str_eq(console.text, "Added IPRule/1.\n");
	console_says(&console, "show IPRule 1", "OnDeny:  SendReject (Send Reject)");
	console_says(&console, "show IPRule last", "Action:  Deny");
	snprintf(line, sizeof(line), "add IPRule Index=1 Action=Allow %s Name=first", any);
	console_ok(&console, line);
	console_says(&console, "show IPRule 1", "Name:  first");
	console_says(&console, "show IPRule 2", "Name:  last");
	console_refused(&console, "set IPRule 1 Index=3", "Index cannot be 3");
	console_refused(&console, "add IPRule Index=9 Action=Allow", "Allowed: 1..3");
	console_ok(&console, "set IPRule -Range=1-2 LogEnabled=No");
	console_says(&console, "show IPRule first", "LogEnabled:  No");
	console_refused(&console, "set IPRule -Range=7 LogEnabled=No", "no IPRule at these positions");
	console_ok(&console, "delete IPRule -Range=1,2");
	console_refused(&console, "show IPRule 1", "no IPRule '1'");
	console_ok(&console, "cc");
}
END_TEST

/* feature: C02-042 C02-044 */
START_TEST(symbols_and_changes)
{
	console_ok(&console, "add IPAddress new Address=10.0.0.1");
	console_ok(&console, "set IPAddress localhost Comments=changed");
	console_ok(&console, "delete IPAddress all-nets-ip6");
	console_ok(&console, "add IPAddress broken Address=nothing");
	console_says(&console, "show IPAddress", "\n+  new ");
	console_says(&console, "show IPAddress", "\n*  localhost ");
	console_says(&console, "show IPAddress", "\n-  all-nets-ip6 ");
	console_says(&console, "show IPAddress", "\n+! broken ");
	console_says(&console, "show -changes", "+  IPAddress new\n");
	console_says(&console, "show -changes", "Comments: The firewall itself -> changed\n");
	console_says(&console, "show -changes", "-  IPAddress all-nets-ip6\n");
}
END_TEST

/* feature: C02-003 C02-004 C02-005 C02-039 */
START_TEST(users)
{
	console_says(&console, "show LocalUserDatabase", "   AdminUsers");
	console_ok(&console, "cc LocalUserDatabase AdminUsers");
	console_says(&console, "show", "   admin  Administrators  <empty>");
	console_ok(&console, "set User admin Password=\"my-password\"");
	console_says(&console, "show User admin", "********");
	ck_assert_ptr_null(strstr(console.text, "$y$"));
	console_ok(&console, "set User admin Password=");
	console_says(&console, "show -errors", "Password must be set");
	console.session.may_write = false;
	console_refused(&console, "add User audit Password=audit Groups=Auditors", "change nothing");
	console_ok(&console, "show");
}
END_TEST

START_TEST(help_names_every_command)
{
	console_says(&console, "help", "activate");
	console_says(&console, "help set", "set [CATEGORY] TYPE");
	console_says(&console, "helpconfig EthernetInterface", "HAEthernetAddressMode");
	console_says(&console, "helpconfig IPRule", "the name of an object of type EthernetInterface");
}
END_TEST

/* feature: C02-025 C07-008 */
START_TEST(ranges_act_on_several)
{
	char line[256];

	console_ok(&console, "cc RuleSet IPRuleSet main");
	for (int i = 1; i <= 12; i++) {
		snprintf(line, sizeof(line),
		         "add IPRule Name=r%d Action=Allow Service=all_services SourceInterface=any "
		         "SourceNetwork=all-nets DestinationInterface=any DestinationNetwork=all-nets",
		         i);
		console_ok(&console, line);
	}
	console_ok(&console, "set IPRule -Range=1,3-4,12-65 LogEnabled=No");
	for (int i = 1; i <= 12; i++) {
		bool inside = i == 1 || i == 3 || i == 4 || i == 12;

		snprintf(line, sizeof(line), "show IPRule %d", i);
		console_says(&console, line, inside ? "LogEnabled:  No" : "LogEnabled:  Yes");
	}
	console_ok(&console, "delete IPRule -Range=2,4-11");
	console_says(&console, "show IPRule 3", "r12");
	console_refused(&console, "show IPRule 4", "there is no IPRule '4'");
	console_refused(&console, "set IPRule -Range=90-100 LogEnabled=No", "no IPRule at these positions");
	console_refused(&console, "delete IPRule -Range=1,x", "'x' is no index");
	console_refused(&console, "delete IPRule r1 -Range=1", "without a name");
	console_ok(&console, "cc");
	console_refused(&console, "delete IPAddress -Range=1-2", "objects with an Index");
}
END_TEST

/* feature: C02-042 C05-006 */
START_TEST(objects_return_to_what_is_committed)
{
	struct engine *engine = &console.engine;

	console_ok(&console, "add IPAddress a Address=10.0.0.1");
	console_ok(&console, "add IPAddress b Address=a Comments=old");
	ck_assert_int_eq(configuration_replace(&engine->committed, &engine->candidate), 0);
	console_says(&console, "show IPAddress a -references", "IPAddress b  Address");
	console_ok(&console, "delete IPAddress a");
	console_says(&console, "show IPAddress", "-  a");
	console_ok(&console, "undelete Address IPAddress a");
	ck_assert_str_eq(console.text, "Undeleted IPAddress a.\n");
	console_says(&console, "show IPAddress b", "old");
	console_refused(&console, "undelete IPAddress a", "is not deleted");
	console_refused(&console, "undelete IPAddress never", "no committed IPAddress 'never'");
	console_ok(&console, "set IPAddress b Comments=new");
	console_ok(&console, "add IPAddress c Address=10.0.0.3");
	console_ok(&console, "reject IPAddress b");
	console_says(&console, "show IPAddress b", "old");
	console_ok(&console, "reject IPAddress c");
	console_refused(&console, "reject IPAddress c", "there is no IPAddress 'c'");
	console_ok(&console, "set System Name=x");
	console_ok(&console, "reject System");
	console_says(&console, "show System", "Name:  System");
	ck_assert_int_eq(configuration_equal(&engine->committed, &engine->candidate), true);
}
END_TEST

/* feature: C02-021 C02-031 C02-040 */
START_TEST(nothing_is_taken_and_then_ignored)
{
	console_refused(&console, "add IPAddress y Address=10.0.0.1 Address=10.0.0.2",
	                "IPAddress y: Address is given twice");
	console_refused(&console, "add IPAddress y Name=z Address=10.0.0.1",
	                "IPAddress y: Name is given twice, as 'y' and 'z'");
	console_ok(&console, "add IPAddress y Name=y Address=10.0.0.1");
	console_refused(&console, "activate IPAddress y", "activate stands alone");
	console_refused(&console, "commit Name=x", "commit stands alone");
	console_refused(&console, "show IPAddress -references", "which IPAddress?");
	console_refused(&console, "show -references", "show TYPE NAME");
	console_refused(&console, "show -errors -changes", "one at a time");
	console_refused(&console, "show IPAddress y -errors", "whole configuration");
	console_refused(&console, "arp -flush if1 if2", "one interface at a time");
	console_refused(&console, "ndp if1 if2", "one interface at a time");
	console_refused(&console, "arpsnoop -off if1", "-off stands alone");
	console_refused(&console, "ndpsnoop if1 if2", "one interface");
	console_refused(&console, "ndpsnoop -off if1", "one interface");
	console_refused(&console, "ifstat if1 if2", "one interface");
	console_refused(&console, "ifstat if1 -type=vlan", "one interface");
	console_refused(&console, "flow -num=1 -NUM=5", "flow: -NUM is given twice");
	console_refused(&console, "flow -srcip=10.0.0.1 -srcip=10.0.0.2", "with commas between");
	console_says(&console, "show -errors", "No errors.");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	console_ok(&console, "cc ..");
	ck_assert_ptr_null(console.session.context_type);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, addresses);
	tcase_add_test(tests, every_word_that_is_not_known_is_named);
	tcase_add_test(tests, values_by_node);
	tcase_add_test(tests, what_this_release_does_not_provide_cannot_be_set);
	tcase_add_test(tests, rules);
	tcase_add_test(tests, symbols_and_changes);
	tcase_add_test(tests, users);
	tcase_add_test(tests, ranges_act_on_several);
	tcase_add_test(tests, objects_return_to_what_is_committed);
	tcase_add_test(tests, nothing_is_taken_and_then_ignored);
	tcase_add_test(tests, help_names_every_command);
}

TEST_MAIN("mgmt_commands", add_tests)
