/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cluster.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/tests/built_policy.h"

#include <string.h>

static struct console console;

/* The master; if1 and if2 are Critical, if3 is Sync. */
static void set_up(void)
{
	static const char *const lines[] = {
	    "add EthernetDevice port1 Device=port1",
	    "add EthernetDevice port2 Device=port2",
	    "add EthernetDevice port3 Device=port3",
	    "add EthernetAddress slaves Address=02-00-00-00-00-02",
	    "add EthernetInterface if1 EthernetDevice:0=port1 EthernetDevice:1=port1 IPAddress=10.1.0.1 "
	    "Network=10.1.0.0/24 PrivateIP:0=10.1.0.2 PrivateIP:1=10.1.0.3",
	    "add EthernetInterface if2 EthernetDevice:0=port2 EthernetDevice:1=port2 IPAddress=10.2.0.1 "
	    "Network=10.2.0.0/24 PrivateIP:0=10.2.0.2 PrivateIP:1=10.2.0.3",
	    "add EthernetInterface if3 EthernetDevice:0=port3 EthernetDevice:1=port3 PrivateIP:0=192.0.2.1 "
	    "PrivateIP:1=192.0.2.2 HAType=Sync Network=192.0.2.0/30",
	    "set HighAvailability Role=Master ClusterID=9 Enabled=Yes",
	    NULL};

	console_open(&console);
	console_lines(&console, lines);
}

static void tear_down(void)
{
	console_close(&console);
}

static bool has_problem(const char *text)
{
	console_run(&console, "show -errors");
	return strstr(console.text, text) != NULL;
}

/* feature: C22-050 C22-051 C22-053 */
START_TEST(each_node_knows_both_typed_addresses)
{
	static const char *const roles[] = {"set HighAvailability Role=Master",
	                                    "set HighAvailability Role=Slave"};
	static const struct mac_address macs[] = {{{2, 0, 0, 0, 0, 1}}, {{2, 0, 0, 0, 0, 2}}};
	struct message_cluster_configuration cluster;
	const struct policy_interface *interface;
	struct policy policy;
	void *blob;

	console_ok(&console, "set EthernetInterface if1 HAEthernetAddressMode=InterfaceMAC "
	                     "EthernetAddress:0=02:00:00:00:00:01 EthernetAddress:1=slaves");
	for (unsigned node = 0; node < 2; node++) {
		console_ok(&console, roles[node]);
		build_policy(&console, &policy, &blob);
		interface = interface_named(&policy, "if1");
		ck_assert_uint_eq(interface->mac_mode, POLICY_MAC_INTERFACE);
		ck_assert_mem_eq(&interface->mac, &macs[node], sizeof(*macs));
		ck_assert_mem_eq(&interface->peer_mac, &macs[1 - node], sizeof(*macs));
		interface = interface_named(&policy, "if2");
		ck_assert_uint_eq(interface->mac_mode, POLICY_MAC_PRIVATE_SHARED);
		ck_assert(mac_address_is_zero(&interface->peer_mac));
		free(blob);
	}
	/* Spare links go over it as over others. */
	cluster_configuration_build(&console.engine.candidate, &cluster);
	ck_assert_uint_eq(cluster.link_count, 3);
	ck_assert_str_eq(cluster.links[1].interface, "if1");
}
END_TEST

/* feature: C22-053 */
START_TEST(one_critical_interface_is_known_beforehand)
{
	static const char *const anchor = "HighAvailability: at least one Critical interface must have "
	                                  "HAEthernetAddressMode=PrivateSharedMAC, or "
	                                  "EthernetAddress:0 and EthernetAddress:1; set one of them";

	console_ok(&console, "set EthernetInterface if1 HAEthernetAddressMode=InterfaceMAC");
	ck_assert(!has_problem(anchor));
	console_ok(&console, "set EthernetInterface if2 HAEthernetAddressMode=InterfaceMAC");
	ck_assert(has_problem(anchor));
	console_ok(&console, "set EthernetInterface if1 EthernetAddress:0=02:00:00:00:00:01");
	ck_assert(has_problem(anchor));
	console_ok(&console, "set EthernetInterface if1 EthernetAddress:1=slaves");
	ck_assert(!has_problem(anchor));
	console_ok(&console, "set EthernetInterface if1 HAType=NonCritical");
	ck_assert(has_problem(anchor));
	console_ok(&console, "set HighAvailability Enabled=No");
	ck_assert(!has_problem(anchor));
}
END_TEST

/* feature: C22-053 C22-050 */
START_TEST(addresses_that_cannot_be)
{
	static const char *const same =
	    "EthernetInterface if1: EthernetAddress:1 '02-00-00-00-00-02' is that of EthernetAddress:0 too";

	console_ok(&console, "set EthernetInterface if1 EthernetAddress:0=01:00:00:00:00:01");
	ck_assert(has_problem(
	    "EthernetInterface if1: EthernetAddress:0 '01-00-00-00-00-01' is no address that one host "
	    "can have; give another"));
	console_ok(&console, "set EthernetInterface if1 EthernetAddress:0=slaves "
	                     "EthernetAddress:1=02:00:00:00:00:02");
	ck_assert(!has_problem(same));
	console_ok(&console, "set EthernetInterface if1 HAEthernetAddressMode=InterfaceMAC");
	ck_assert(has_problem(same));
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, each_node_knows_both_typed_addresses);
	tcase_add_test(tests, one_critical_interface_is_known_beforehand);
	tcase_add_test(tests, addresses_that_cannot_be);
}

TEST_MAIN("mgmt_policy_macs", add_tests)
