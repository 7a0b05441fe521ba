/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/tests/console.h"

#include <net/if.h>
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

static void has_problem(const char *text)
{
	console_says(&console, "show -errors", text);
}

/* feature: C05-001 C05-002 C05-024 */
START_TEST(every_kind_of_item)
{
	console_ok(&console,
	           "add Address IPAddress all_kinds Address=192.168.0.14,10.49.02.01,0.0.0.0/0,10.0.0.0/32,"
	           "192.168.0.10-192.168.0.15,2001:db8::1,2001:db8::/32,2001:DB8::1-2001:DB8::6,"
	           "2001:db8::203.0.113.10,2001:db8::203.0.113.0/120,all-nets-ip6");
	console_says(&console, "netobjects all_kinds",
	             "192.168.0.14, 10.49.2.1, 0.0.0.0/0, 10.0.0.0, 192.168.0.10-192.168.0.15, "
	             "2001:db8::1, 2001:db8::/32, 2001:db8::1-2001:db8::6, 2001:db8::cb00:710a, "
	             "2001:db8::cb00:7100/120, ::/0\n");
	has_problem("No errors");
	console_refused(&console, "add IPAddress bad Address=10.0.0.0/33", "Address cannot be '10.0.0.0/33'");
	console_refused(&console, "add IPAddress bad Address=2001:db8::/129", "Address cannot be");
	console_refused(&console, "add IPAddress bad Address=10.0.0.1/24",
	                "bits set behind its prefix length");
	console_refused(&console, "add IPAddress bad Address=2001:db8::1/64",
	                "bits set behind its prefix length");
	console_refused(&console, "add IPAddress bad Address=10.0.0.9-10.0.0.1", "ends before it starts");
	console_refused(&console, "add IPAddress bad Address=2001:db8::9-2001:db8::1",
	                "ends before it starts");
	console_refused(&console, "add IPAddress bad Address=10.0.0.1-2001:db8::1", "Address cannot be");
	console_ok(&console, "add IPAddress none");
	has_problem("IPAddress none: Address must be set");
}
END_TEST

/* feature: C05-002 */
START_TEST(an_object_holds_256_items)
{
	char line[8192];
	size_t length = (size_t)snprintf(line, sizeof(line), "add IPAddress many Address=10.0.0.0/24");

	for (unsigned i = 1; i < 256; i++)
		length += (size_t)snprintf(line + length, sizeof(line) - length, ",10.1.0.%u-10.1.1.0", i);
	console_ok(&console, line);
	console_ok(&console, "delete IPAddress many");
	snprintf(line + length, sizeof(line) - length, ",10.2.0.1");
	console_refused(&console, line, "Address holds at most 256 values, not 257");
}
END_TEST

/* feature: C05-001 C05-004 C05-014 */
START_TEST(a_change_changes_all_that_refer_to_it)
{
	console_ok(&console, "add IPAddress a Address=10.0.0.1");
	console_ok(&console, "add IPAddress b Address=a,10.0.1.0/24");
	console_ok(&console, "add IPAddress c Address=b,a");
	console_says(&console, "netobjects c", "c  10.0.0.1, 10.0.1.0/24, 10.0.0.1\n");
	console_ok(&console, "set IPAddress a Address=10.9.9.9");
	console_says(&console, "netobjects c", "c  10.9.9.9, 10.0.1.0/24, 10.9.9.9\n");
	console_ok(&console, "netobjects");
	ck_assert(strstr(console.text, "all-nets      0.0.0.0/0, ::/0\n") != NULL);
	ck_assert(strstr(console.text, "Name") == NULL);
	console_refused(&console, "netobjects nobody", "no IPAddress 'nobody'");
}
END_TEST

/* feature: C05-014 */
START_TEST(a_loop_is_named)
{
	console_ok(&console, "add IPAddress a Address=b");
	console_ok(&console, "add IPAddress b Address=10.0.0.1,c");
	console_ok(&console, "add IPAddress c Address=a");
	console_ok(&console, "add IPAddress outside Address=a");
	has_problem(
	    "IPAddress a: Address leads back to where it began: a -> b -> c -> a. Take one of them out");
	has_problem("IPAddress outside: Address leads back to where it began: a -> b -> c -> a");
	ck_assert_int_ne(console_run(&console, "activate"), 0);
	console_ok(&console, "set IPAddress c Address=c");
	has_problem("IPAddress c: Address leads back to where it began: c -> c");
	console_ok(&console, "set IPAddress c Address=10.0.0.2");
	has_problem("No errors");
	console_ok(&console, "add EthernetAddressGroup g Members=h");
	console_ok(&console, "add EthernetAddressGroup h Members=g");
	has_problem("EthernetAddressGroup g: Members leads back to where it began: g -> h -> g");
	console_ok(&console, "add ServiceGroup s Members=s");
	has_problem("ServiceGroup s: Members leads back to where it began: s -> s");
}
END_TEST

START_TEST(deep_groups_are_refused_without_a_loop)
{
	char line[128];

	console_ok(&console, "add IPAddress g0 Address=10.0.0.1");
	for (unsigned i = 1; i < 20; i++) {
		snprintf(line, sizeof(line), "add IPAddress g%u Address=g%u", i, i - 1);
		console_ok(&console, line);
	}
	has_problem("IPAddress g19: Address is nested more than 16 deep");
	has_problem("IPAddress g19");
}
END_TEST

/* feature: C05-005 C05-006 */
START_TEST(a_deleted_object_is_missed_at_activation)
{
	console_ok(&console, "add IPAddress web Address=192.168.10.16");
	console_ok(&console, "add IPAddress servers Address=web");
	console_says(&console, "show IPAddress web -references", "   IPAddress servers  Address\n");
	console_says(&console, "show IPAddress servers -references", "Nothing refers to it.");
	console_ok(&console, "delete Address IPAddress web");
	ck_assert_int_ne(console_run(&console, "activate"), 0);
	ck_assert_msg(strstr(console.text, "IPAddress servers: Address refers to 'web'") != NULL, "%s",
	              console.text);
	console_ok(&console, "add IPAddress web Address=192.168.10.17");
	has_problem("No errors");
}
END_TEST

/* feature: C05-007 */
START_TEST(ethernet_addresses)
{
	console_ok(&console, "add Address EthernetAddress wwwsrv1_mac Address=08-a3-67-bc-2e-f2");
	console_ok(&console, "add Address EthernetAddress other Address=08:A3:67:BC:2E:F3");
	console_says(&console, "show Address EthernetAddress", "wwwsrv1_mac  08-a3-67-bc-2e-f2  ");
	console_says(&console, "show Address EthernetAddress", "other        08-a3-67-bc-2e-f3  ");
	console_ok(&console, "add Address EthernetAddressGroup macs Members=wwwsrv1_mac,other");
	console_says(&console, "show Address EthernetAddressGroup", "macs  wwwsrv1_mac, other  ");
	console_says(&console, "show EthernetAddress wwwsrv1_mac -references",
	             "EthernetAddressGroup macs  Members");
	has_problem("No errors");
	console_refused(&console, "add EthernetAddress bad Address=08-a3-67-bc-2e", "an Ethernet address");
	console_refused(&console, "add EthernetAddress bad Address=08-a3-67-bc-2e-g2", "aa-bb-cc-dd-ee-ff");
	console_ok(&console, "add EthernetAddressGroup bad Members=nobody");
	has_problem("EthernetAddressGroup bad: Members refers to 'nobody'");
}
END_TEST

/* A named Ethernet address does what the address itself would. */
START_TEST(an_interface_takes_a_named_ethernet_address)
{
	struct mac_address address = {{0}};

	console_ok(&console, "add EthernetAddress wwwsrv1_mac Address=08-a3-67-bc-2e-f2");
	ck_assert_int_eq(resolve_mac(&console.engine.candidate, "wwwsrv1_mac", &address), 0);
	ck_assert_uint_eq(address.bytes[5], 0xf2);
	ck_assert_int_lt(resolve_mac(&console.engine.candidate, "nobody", &address), 0);
	console_ok(&console, "add EthernetInterface if1 EthernetAddress:0=nobody");
	has_problem("EthernetInterface if1: EthernetAddress refers to 'nobody'");
	console_ok(&console, "set EthernetInterface if1 EthernetAddress:0=wwwsrv1_mac");
	console_ok(&console, "show -errors");
	ck_assert(strstr(console.text, "EthernetAddress refers") == NULL);
}
END_TEST

/* feature: C05-008 */
START_TEST(a_first_start_makes_the_interfaces_objects)
{
	struct if_nameindex *devices = if_nameindex();
	bool found = false;

	console_says(&console, "netobjects all-nets-ip4", "all-nets-ip4  0.0.0.0/0\n");
	console_says(&console, "netobjects all-nets-ip6", "all-nets-ip6  ::/0\n");
	console_ok(&console, "show -json EthernetDevice");
	for (struct if_nameindex *device = devices; device && device->if_index; device++) {
		char line[128];

		snprintf(line, sizeof(line), "show EthernetDevice %s", device->if_name);
		if (console_run(&console, line))
			continue;
		found = true;
		snprintf(line, sizeof(line), "netobjects %s_ip", device->if_name);
		console_says(&console, line, "127.0.");
		snprintf(line, sizeof(line), "netobjects %s_net", device->if_name);
		console_says(&console, line, "/24");
	}
	ck_assert(found || !strstr(console.text, "Name"));
	if_freenameindex(devices);
}
END_TEST

/* feature: C03-005 */
START_TEST(an_interface_needs_an_address)
{
	console_ok(&console, "add EthernetDevice port1 Device=port1");
	console_ok(&console, "add EthernetInterface lan EthernetDevice:0=port1");
	has_problem(
	    "EthernetInterface lan: IPAddress has no value, and every interface needs an address; set "
	    "IPAddress=lan_ip");
	/* What a first start makes is an address too, and stands for nothing. */
	console_ok(&console, "add IPAddress lan_ip Address=127.0.7.1");
	console_ok(&console, "set EthernetInterface lan IPAddress=lan_ip");
	has_problem("No errors");
	console_ok(&console, "set EthernetInterface lan IPAddress=<empty> -disable");
	has_problem("No errors");
}
END_TEST

/* feature: C05-010 */
START_TEST(the_ip_version_that_is_allowed)
{
	console_says(&console, "show Settings IPSettings", "Any (IPv4 and IPv6)");
	console_ok(&console, "set Settings IPSettings AllowIPVersion=IPv4");
	console_ok(&console, "set Settings IPSettings AllowIPVersion=IPv6");
	console_says(&console, "show Settings IPSettings", "IPv6 (All IPv4 packets are dropped)");
	console_refused(&console, "set Settings IPSettings AllowIPVersion=IPv5", "Allowed: Any, IPv4, IPv6");
	console_ok(&console, "set Settings IPSettings AllowIPVersion=Any");
}
END_TEST

/* feature: C05-013 */
START_TEST(a_route_has_one_version_and_a_rule_may_have_both)
{
	console_ok(&console, "add IPAddress mixed Address=10.0.0.0/8,2001:db8::/32");
	console_ok(&console, "add EthernetInterface if1 -disable");
	console_ok(&console, "cc RoutingTable main");
	console_ok(&console, "add Route Interface=if1 Network=mixed");
	has_problem("Route/1: Network 'mixed' has IPv4 and IPv6 addresses, and a route has one version");
	console_ok(&console, "set Route 1 Network=10.0.0.0/8");
	console_ok(&console, "cc RuleSet IPRuleSet main");
	console_ok(&console, "add IPRule Action=Allow SourceInterface=any SourceNetwork=mixed "
	                     "DestinationInterface=any DestinationNetwork=mixed Service=all_services");
	has_problem("No errors");
}
END_TEST

/* Until they are, nobody may believe in a rule that names one. */
START_TEST(dns_names_are_refused_by_name)
{
	console_refused(
	    &console, "add IPAddress my_fqdn_ip Address=dns:server.example.com",
	    "Address cannot be 'dns:server.example.com': DNS names are not resolved in this release");
	console_ok(&console, "add IPAddress my_fqdn_ip Address=server.example.com");
	has_problem(
	    "IPAddress my_fqdn_ip: Address refers to 'server.example.com', but there is no IPAddress of that "
	    "name. DNS names are not resolved in this release: give addresses");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, every_kind_of_item);
	tcase_add_test(tests, an_object_holds_256_items);
	tcase_add_test(tests, a_change_changes_all_that_refer_to_it);
	tcase_add_test(tests, a_loop_is_named);
	tcase_add_test(tests, deep_groups_are_refused_without_a_loop);
	tcase_add_test(tests, a_deleted_object_is_missed_at_activation);
	tcase_add_test(tests, ethernet_addresses);
	tcase_add_test(tests, an_interface_takes_a_named_ethernet_address);
	tcase_add_test(tests, a_first_start_makes_the_interfaces_objects);
	tcase_add_test(tests, an_interface_needs_an_address);
	tcase_add_test(tests, the_ip_version_that_is_allowed);
	tcase_add_test(tests, a_route_has_one_version_and_a_rule_may_have_both);
	tcase_add_test(tests, dns_names_are_refused_by_name);
}

TEST_MAIN("mgmt_addresses", add_tests)
