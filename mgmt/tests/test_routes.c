/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/tests/built_policy.h"

#include <stdlib.h>
#include <string.h>

static struct console console;

static const char if2[] = "add EthernetInterface if2 EthernetDevice:0=port2 IPAddress=198.51.100.1 "
                          "Network=198.51.100.0/24";

static void set_up(void)
{
	static const char *const lines[] = {
	    "add EthernetDevice port1 Device=port1",
	    "add EthernetDevice port2 Device=port2",
	    "add EthernetInterface if1 EthernetDevice:0=port1 IPAddress=10.1.1.1 Network=10.1.1.0/24",
	    if2,
	    "cc RoutingTable main",
	    NULL};

	console_open(&console);
	console_lines(&console, lines);
}

static void tear_down(void)
{
	console_close(&console);
}

static void has_problem(const char *text)
{
	console_run(&console, "show -errors");
	ck_assert_msg(strstr(console.text, text) != NULL, "'%s' is not in: %s", text, console.text);
}

/* How many addresses of the policy are these. */
static unsigned addresses(const struct policy *policy, uint16_t interface, const char *text, unsigned length)
{
	struct ip_address address;
	unsigned found = 0;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	for (uint32_t i = 0; i < policy->address_count; i++)
		found += policy->addresses[i].interface == interface &&
		         policy->addresses[i].prefix_length == length &&
		         !ip_address_compare(&policy->addresses[i].address, &address);
	return found;
}

static bool has_core_route(const struct policy *policy, const char *text)
{
	struct ip_range network;

	ck_assert_int_eq(ip_range_parse(text, &network), 0);
	for (uint32_t i = 0; i < policy->route_count; i++)
		if (policy->routes[i].interface == POLICY_INTERFACE_CORE &&
		    !ip_address_compare(&policy->routes[i].network.first, &network.first) &&
		    !ip_address_compare(&policy->routes[i].network.last, &network.last))
			return true;
	return false;
}

/* feature: C06-008 */
START_TEST(local_ip_is_an_address_of_the_interface)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "add Route Interface=if1 Network=10.2.2.0/24 LocalIP=10.2.2.1");
	/* The same for what is behind a router there. */
	console_ok(&console,
	           "add Route Interface=if1 Network=all-nets-ip4 Gateway=10.2.2.9 LocalIP=10.2.2.1");
	console_ok(&console, "add Route Interface=if2 Network=10.7.0.0/16 LocalIP=198.51.100.1");
	console_ok(&console, "add Route Interface=if2 Network=10.8.0.0/16 LocalIP=10.8.9.9 -disable");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(addresses(&policy, 1, "10.2.2.1", 24), 1);
	ck_assert_uint_eq(addresses(&policy, 1, "10.2.2.1", 0), 0);
	ck_assert_uint_eq(addresses(&policy, 2, "198.51.100.1", 24), 1);
	ck_assert_uint_eq(policy.address_count, 3);
	ck_assert(has_core_route(&policy, "10.2.2.1"));
	free(blob);
}
END_TEST

/* feature: C06-008 */
START_TEST(a_local_ip_that_cannot_be_is_named)
{
	console_ok(&console, "add Route Interface=if1 Network=10.2.2.0/24 LocalIP=2001:db8::1");
	has_problem("LocalIP '2001:db8::1' must be one address of the IP version of Network");
	console_refused(&console, "set Route 1 LocalIP=10.2.2.0/24", "LocalIP cannot be '10.2.2.0/24'");
	console_ok(&console, "set Route 1 LocalIP=224.0.0.1");
	has_problem("LocalIP '224.0.0.1' is no address that a host can have");
	console_ok(&console, "set Route 1 LocalIP=<empty>");
}
END_TEST

/* feature: C09-019 */
START_TEST(what_is_proxied_is_published)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "add Address IPAddress nat_pool_range Address=198.51.100.64-198.51.100.70");
	console_ok(&console, "add Route Interface=core Network=nat_pool_range ProxyArpInterfaces=if2");
	build_policy(&console, &policy, &blob);
	/* .64/30, .68/31 and .70. */
	ck_assert_uint_eq(policy.arp_entry_count, 3);
	for (uint32_t i = 0; i < 3; i++) {
		ck_assert_uint_eq(policy.arp_entries[i].mode, POLICY_ARP_PUBLISH);
		ck_assert_uint_eq(policy.arp_entries[i].interface, 2);
		ck_assert_uint_eq(policy.arp_entries[i].host_bits, 2 - i);
		ck_assert(mac_address_is_zero(&policy.arp_entries[i].mac));
	}
	ck_assert(has_core_route(&policy, "198.51.100.64/30"));
	ck_assert(has_core_route(&policy, "198.51.100.70"));
	free(blob);
	console_ok(&console, "set Route 1 ProxyArpInterfaces=<empty> ProxyArpAllInterfaces=Yes "
	                     "Network=2001:db8::/64");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.arp_entry_count, 2);
	ck_assert_uint_eq(policy.arp_entries[0].host_bits, 64);
	free(blob);
	/* Not where the network itself is. */
	console_ok(&console, "set Route 1 Interface=if1");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.arp_entry_count, 1);
	ck_assert_uint_eq(policy.arp_entries[0].interface, 2);
	free(blob);
}
END_TEST

/* feature: C09-019 */
START_TEST(what_a_core_route_cannot_have_is_named)
{
	console_ok(&console,
	           "add Route Interface=core Network=192.0.2.0/28 Gateway=10.1.1.9 LocalIP=192.0.2.1 "
	           "MTU=1400");
	has_problem("Gateway has no effect where Interface is core");
	has_problem("LocalIP has no effect where Interface is core");
	has_problem("MTU has no effect where Interface is core");
	console_ok(&console, "set Route 1 Interface=if2 Gateway=<empty> LocalIP=<empty> MTU=0 "
	                     "ProxyArpInterfaces=if1,if2");
	has_problem("ProxyArpInterfaces has 'if2', behind which the network is");
	console_ok(&console, "set Route 1 ProxyArpInterfaces=if1,if9");
	has_problem("ProxyArpInterfaces refers to 'if9'");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, local_ip_is_an_address_of_the_interface);
	tcase_add_test(tests, a_local_ip_that_cannot_be_is_named);
	tcase_add_test(tests, what_is_proxied_is_published);
	tcase_add_test(tests, what_a_core_route_cannot_have_is_named);
}

TEST_MAIN("routes", add_tests)
