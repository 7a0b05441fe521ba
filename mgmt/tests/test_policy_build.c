/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/cluster.h"
#include "lib/spare_link.h"
#include "lib/testing.h"
#include "mgmt/mgmtd/https/https_render.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/tests/built_policy.h"

#include <string.h>

static struct console console;

/* The cluster of configs/examples, with devices that exist nowhere but here. */
static void set_up(void)
{
	static const char *const lines[] = {
	    "set InterfaceSettings PacketBufferSize=9kB",
	    "add IPAddress if1_ip Address=10.1.0.1",
	    "add IPAddress if1_net Address=10.1.0.0/24",
	    "add EthernetDevice port1 Device=port1",
	    "add EthernetDevice port2 Device=0000:01:00.0 Driver=PCI",
	    "add EthernetDevice port3 Device=port3",
	    "add EthernetInterface if1 EthernetDevice:0=port1 EthernetDevice:1=other1 IPAddress=if1_ip "
	    "PrivateIP:0=10.1.0.2 PrivateIP:1=10.1.0.3",
	    "add EthernetInterface if2 EthernetDevice:0=port2 EthernetDevice:1=other2 IPAddress=198.51.100.1 "
	    "Network=198.51.100.0/24 PrivateIP:0=198.51.100.2 PrivateIP:1=198.51.100.3 HAType=NonCritical "
	    "MTU=9000",
	    "add EthernetInterface if3 EthernetDevice:0=port3 EthernetDevice:1=other3 PrivateIP:0=192.0.2.1 "
	    "PrivateIP:1=192.0.2.2 HAType=Sync Network=192.0.2.0/30",
	    "cc RoutingTable main",
	    "add Route Interface=if2 Network=all-nets-ip4 Gateway=198.51.100.254 Metric=7",
	    "add Route Interface=if2 Network=192.168.0.5-192.168.0.17",
	    "cc RuleSet IPRuleSet main",
	    "add IPRule Name=off Action=Allow SourceInterface=any SourceNetwork=all-nets "
	    "DestinationInterface=any DestinationNetwork=all-nets Service=all_services -disable",
	    "add IPRule Name=web Action=Allow SourceInterface=if1 SourceNetwork=if1_net "
	    "DestinationInterface=if2 "
	    "DestinationNetwork=all-nets-ip4 Service=http,https,ping-inbound,dns-all",
	    "add IPRule Name=rest Action=Deny SourceInterface=any SourceNetwork=all-nets "
	    "DestinationInterface=any "
	    "DestinationNetwork=all-nets Service=all_services OnDeny=SendReject LogEnabled=No",
	    "cc",
	    "add RemoteMgmtHTTP https SourceInterface=if1 SourceNetwork=if1_net",
	    NULL};

	console_open(&console);
	console_lines(&console, lines);
}

static void tear_down(void)
{
	console_close(&console);
}

static bool has_address(const struct policy *policy, uint16_t interface, unsigned kind, const char *text,
                        unsigned length)
{
	struct ip_address address;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	for (uint32_t i = 0; i < policy->address_count; i++)
		if (policy->addresses[i].interface == interface && policy->addresses[i].kind == kind &&
		    policy->addresses[i].prefix_length == length &&
		    !ip_address_compare(&policy->addresses[i].address, &address))
			return true;
	return false;
}

static bool has_route(const struct policy *policy, uint16_t interface, const char *network)
{
	struct ip_range range;

	ck_assert_int_eq(ip_range_parse(network, &range), 0);
	for (uint32_t i = 0; i < policy->route_count; i++)
		if (policy->routes[i].interface == interface &&
		    !ip_address_compare(&policy->routes[i].network.first, &range.first) &&
		    !ip_address_compare(&policy->routes[i].network.last, &range.last))
			return true;
	return false;
}

/* feature: C06-002 C06-003 C06-014 C28-002 C28-003 */
START_TEST(a_standalone_node)
{
	struct policy policy;
	void *blob;

	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.header->generation, 7);
	ck_assert_uint_eq(policy.settings->cluster_enabled, 0);
	ck_assert_uint_eq(policy.settings->flow_lifetime_tcp_open, 262144);
	ck_assert_uint_eq(policy.settings->peer_dead_ms, 200);
	ck_assert_uint_eq(policy.interface_count, 3);
	ck_assert_str_eq(policy.interfaces[1].device, "0000:01:00.0");
	ck_assert_uint_eq(policy.interfaces[1].driver, POLICY_DRIVER_PCI);
	ck_assert_uint_eq(policy.interfaces[1].mtu, 9000);
	ck_assert_uint_eq(policy.interfaces[2].ha_type, POLICY_HA_SYNC);
	ck_assert(has_address(&policy, 1, POLICY_ADDRESS_PRIVATE, "10.1.0.1", 24));
	ck_assert(!has_address(&policy, 1, POLICY_ADDRESS_PRIVATE, "10.1.0.2", 24));
	ck_assert(has_route(&policy, 1, "10.1.0.0/24"));
	ck_assert(has_route(&policy, POLICY_INTERFACE_CORE, "10.1.0.1"));
	ck_assert(has_route(&policy, POLICY_INTERFACE_CORE, "224.0.0.0/4"));
	ck_assert(has_route(&policy, 2, "0.0.0.0/0"));
	ck_assert(has_route(&policy, 2, "192.168.0.5"));
	ck_assert(has_route(&policy, 2, "192.168.0.8/29"));
	ck_assert(has_route(&policy, 2, "192.168.0.16/31"));
	ck_assert(!has_route(&policy, 3, "192.0.2.0/30"));
	free(blob);
}
END_TEST

START_TEST(routes_behind_a_disabled_interface_do_not_count)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "set EthernetInterface if2 -disable");
	build_policy(&console, &policy, &blob);
	ck_assert(policy.interfaces[1].disabled);
	ck_assert(!has_route(&policy, 2, "0.0.0.0/0"));
	ck_assert(!has_route(&policy, 2, "198.51.100.0/24"));
	ck_assert(has_route(&policy, 1, "10.1.0.0/24"));
	free(blob);
}
END_TEST

/* feature: C22-033 C22-040 C22-041 C22-043 C22-044 */
START_TEST(both_nodes_of_a_cluster)
{
	static const char *const roles[] = {"set HighAvailability Role=Master ClusterID=9 Enabled=Yes",
	                                    "set HighAvailability Role=Slave ClusterID=9 Enabled=Yes"};
	static const char *const own[] = {"10.1.0.2", "10.1.0.3"};
	struct message_cluster_configuration cluster;
	struct ip_address spare;
	struct policy policy;
	void *blob;

	console_ok(&console, "add EthernetDevice other1 Device=other1");
	console_ok(&console, "add EthernetDevice other2 Device=other2");
	console_ok(&console, "add EthernetDevice other3 Device=other3");
	for (unsigned node = 0; node < 2; node++) {
		console_ok(&console, roles[node]);
		build_policy(&console, &policy, &blob);
		ck_assert_uint_eq(policy.settings->cluster_enabled, 1);
		ck_assert_uint_eq(policy.settings->cluster_id, 9);
		ck_assert_uint_eq(policy.settings->cluster_role, node);
		ck_assert_str_eq(policy.interfaces[0].device, node ? "other1" : "port1");
		ck_assert_uint_eq(policy.interfaces[0].id, 1);
		ck_assert(has_address(&policy, 1, POLICY_ADDRESS_SHARED, "10.1.0.1", 24));
		ck_assert(has_address(&policy, 1, POLICY_ADDRESS_PRIVATE, own[node], 24));
		ck_assert(!has_address(&policy, 1, POLICY_ADDRESS_PRIVATE, own[1 - node], 24));
		ck_assert(
		    has_address(&policy, 3, POLICY_ADDRESS_PRIVATE, node ? "192.0.2.2" : "192.0.2.1", 30));
		free(blob);
		cluster_configuration_build(&console.engine.candidate, &cluster);
		ck_assert_uint_eq(cluster.enabled, 1);
		ck_assert_uint_eq(cluster.role, node);
		ck_assert_uint_eq(cluster.link_count, 2);
		ck_assert_uint_eq(ip_address_to_ip4(&cluster.links[0].address[1]), 0xc0000202);
		ck_assert_str_eq(cluster.links[0].interface, "if3");
		ck_assert(!cluster.links[0].spare);
		/* A spare one over each Critical interface, whose ends both nodes know. */
		spare = spare_link_address(1, ROLE_SLAVE);
		ck_assert_str_eq(cluster.links[1].interface, "if1");
		ck_assert(cluster.links[1].spare);
		ck_assert_int_eq(ip_address_compare(&cluster.links[1].address[1], &spare), 0);
	}
}
END_TEST

/* feature: C07-001 C07-004 C07-006 C07-020 C08-003 */
START_TEST(rules_in_order)
{
	const struct policy_rule *rule;
	struct policy policy;
	void *blob;

	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.rule_count, 3);
	rule = &policy.rules[0];
	ck_assert_uint_eq(rule->index, 0);
	ck_assert_str_eq(rule->name, "RemoteMgmtHTTP/https");
	ck_assert_uint_eq(policy.interface_ids[rule->source_interfaces.first], 1);
	ck_assert_uint_eq(policy.interface_ids[rule->destination_interfaces.first], POLICY_INTERFACE_CORE);
	ck_assert_uint_eq(policy.services[rule->services.first].destination_ports.first, 443);
	rule = &policy.rules[1];
	ck_assert_uint_eq(rule->index, 2); /* the disabled one keeps its place */
	ck_assert_str_eq(rule->name, "web");
	ck_assert_uint_eq(rule->log, 1);
	ck_assert_uint_eq(rule->services.count, 5);
	ck_assert_uint_eq(policy.services[rule->services.first + 2].icmp_type_first, 8);
	rule = &policy.rules[2];
	ck_assert_uint_eq(rule->action, POLICY_DENY);
	ck_assert_uint_eq(rule->send_reject, 1);
	ck_assert_uint_eq(rule->log, 0);
	ck_assert_uint_eq(policy.interface_ids[rule->source_interfaces.first], POLICY_INTERFACE_ANY);
	ck_assert_uint_eq(rule->source_networks.count, 2); /* both IP versions */
	ck_assert_uint_eq(policy.services[rule->services.first].protocol_last, 255);
	free(blob);
}
END_TEST

static void has_problem(const char *text)
{
	console_run(&console, "show -errors");
	ck_assert_msg(strstr(console.text, text) != NULL, "'%s' is not in: %s", text, console.text);
}

/* feature: C02-043 C05-005 C22-012 C22-042 C22-053 C22-062 */
START_TEST(what_cannot_be_activated)
{
	console_ok(&console, "set HighAvailability Enabled=Yes");
	has_problem("HighAvailability: Role must be Master or Slave");
	has_problem("HighAvailability: ClusterID must be 1..63");
	console_ok(&console, "set HighAvailability Role=Master ClusterID=1");
	console_ok(&console, "set EthernetInterface if3 HAType=Critical PrivateIP:1=<empty>");
	has_problem("at least one EthernetInterface must have HAType=Sync");
	has_problem("EthernetInterface if3: PrivateIP:1 must be one address");
	console_ok(&console, "set EthernetInterface if2 IPAddress=203.0.113.1 EthernetDevice:0=port1");
	has_problem("EthernetInterface if2: IPAddress 203.0.113.1 lies in none of the interface's networks");
	has_problem("EthernetInterface if1: EthernetDevice:0 port1 is also the device of if2");
	console_ok(&console, "set EthernetInterface if1 HAEthernetAddressMode=InterfaceMAC");
	console_ok(&console, "set EthernetInterface if3 HAEthernetAddressMode=InterfaceMAC");
	has_problem("at least one Critical interface must have HAEthernetAddressMode=PrivateSharedMAC");
	console_ok(&console, "set HASettings PeerDead=50 HeartbeatInterval=20");
	has_problem("PeerDead (50 ms) must be at least three times HeartbeatInterval (20 ms)");
	console_ok(&console, "add IPAddress a Address=b");
	console_ok(&console, "add IPAddress b Address=a");
	has_problem("IPAddress a: Address leads back to where it began: a -> b -> a");
	console_ok(&console, "add ServiceGroup empty");
	has_problem("ServiceGroup empty: Members must be set");
	ck_assert_int_lt(console_run(&console, "activate"), 0);
}
END_TEST

/* feature: C22-038 C22-041 C22-012 */
START_TEST(the_nodes_of_a_cluster_are_told_apart)
{
	console_ok(&console, "add EthernetDevice other1 Device=other1");
	console_ok(&console, "add EthernetDevice other2 Device=other2");
	console_ok(&console, "add EthernetDevice other3 Device=other3");
	console_ok(&console, "set HighAvailability Enabled=Yes Role=Master ClusterID=1");
	has_problem("No errors");
	console_ok(&console, "set EthernetInterface if1 EthernetDevice:1=<empty>");
	has_problem("EthernetInterface if1: EthernetDevice:1 must name the device of the slave");
	console_ok(&console, "set EthernetInterface if1 EthernetDevice:1=other2");
	has_problem("EthernetInterface if1: EthernetDevice:1 other2 is also the device of if2");
	console_ok(&console, "set EthernetInterface if1 EthernetDevice:1=other1 PrivateIP:1=10.1.0.2");
	has_problem("EthernetInterface if1: PrivateIP:1 10.1.0.2 is that of PrivateIP:0 too");
	console_ok(&console, "set EthernetInterface if1 PrivateIP:1=10.1.0.1");
	has_problem(
	    "EthernetInterface if1: PrivateIP:1 10.1.0.1 is an IPAddress too, which both nodes share");
	console_ok(&console, "set EthernetInterface if1 PrivateIP:0=localhost PrivateIP:1=localhost");
	has_problem("No errors");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:1=192.0.2.1");
	has_problem("EthernetInterface if3: PrivateIP:1 192.0.2.1 is that of PrivateIP:0 too");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:1=localhost");
	has_problem("EthernetInterface if3: PrivateIP:1 127.0.0.1 does not lead to the other node");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:1=fd00::2");
	has_problem("EthernetInterface if3: PrivateIP:1 fd00::2 is of another IP version than PrivateIP:0");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:1=192.0.2.2");
	console_ok(&console, "set HighAvailability Enabled=No");
	console_ok(&console, "set EthernetInterface if1 EthernetDevice:1=<empty>");
	has_problem("No errors");
}
END_TEST

START_TEST(what_would_have_no_effect)
{
	console_ok(&console, "add RoutingTable other");
	console_ok(&console, "cc RoutingTable other");
	console_ok(&console, "add Route Interface=if2 Network=203.0.113.0/24");
	has_problem("Route/1: is in RoutingTable 'other', but this release uses only RoutingTable main");
	console_ok(&console, "set Route 1 -disable");
	console_refused(&console, "set RoutingTable other -disable", "cannot be disabled");
	console_ok(&console, "cc");
	console_ok(&console, "add IPRuleSet web");
	console_ok(&console, "cc IPRuleSet web");
	console_ok(&console, "add IPRule Action=Allow SourceInterface=any SourceNetwork=all-nets "
	                     "DestinationInterface=any DestinationNetwork=all-nets Service=http");
	has_problem("IPRule/1: is in IPRuleSet 'web', but this release uses only IPRuleSet main");
	console_ok(&console, "delete IPRule 1");
	console_ok(&console, "cc");
	console_ok(&console, "set EthernetInterface if3 IPAddress=192.0.2.3 MTU=9000");
	has_problem("EthernetInterface if3: IPAddress '192.0.2.3' has no effect where HAType is Sync");
	has_problem("EthernetInterface if3: MTU '9000' has no effect where HAType is Sync");
	console_ok(&console, "set EthernetInterface if3 IPAddress=<empty> MTU=<empty>");
	console_ok(&console, "add LocalUserDatabase others");
	console_ok(&console, "add RemoteMgmtHTTP second SourceInterface=if2 SourceNetwork=10.0.0.0/8 "
	                     "LocalUserDB=others");
	has_problem("RemoteMgmtHTTP second: LocalUserDB 'others' is not that of https ('AdminUsers')");
	console_ok(&console, "delete RemoteMgmtHTTP second");
	console_ok(&console, "set IPAddress if1_net -disable");
	has_problem("RemoteMgmtHTTP https: SourceNetwork refers to 'if1_net', which is disabled");
	console_ok(&console, "set IPAddress if1_net -enable");
	console_ok(&console, "set EthernetInterface if2 -disable");
	has_problem("No errors");
}
END_TEST

/* feature: C05-011 C05-012 C05-013 */
START_TEST(ip_version_6_is_refused_where_it_has_no_effect)
{
	console_ok(&console, "cc RoutingTable main");
	console_ok(&console, "add Route Interface=if2 Network=2001:db8::/32");
	has_problem("No errors");
	console_ok(&console, "set Route 3 Network=all-nets");
	has_problem("No errors");
	console_ok(&console, "set Route 3 Gateway=2001:db8::1");
	has_problem("No errors");
	console_ok(&console, "set Route 3 Network=10.9.0.0/16");
	has_problem("Gateway '2001:db8::1' must be one address of the IP version of Network");
	console_ok(&console, "set Route 3 Gateway= Network=2001:db8::1-2001:db8::7");
	has_problem("Network has the range 2001:db8::1-2001:db8::7; of IPv6 give networks");
	console_ok(&console, "set Route 3 -disable");
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "set IPRule web DestinationNetwork=all-nets-ip6");
	has_problem("No errors");
	console_ok(&console, "set IPRule web DestinationInterface=core");
	has_problem("No errors");
	console_ok(&console, "set IPRule web DestinationInterface=if2");
	console_ok(&console, "set IPRule web DestinationNetwork=all-nets-ip6,10.0.0.1");
	console_ok(&console, "cc");
	has_problem("No errors");
	console_ok(&console, "set EthernetInterface if1 IPAddress=if1_ip,2001:db8::2");
	has_problem("No errors");
	console_ok(&console, "set EthernetInterface if1 IPv6Network=2001:db8:1::/64");
	has_problem(
	    "EthernetInterface if1: IPAddress 2001:db8::2 lies in none of the interface's networks; set "
	    "IPv6Network");
	console_ok(&console, "set EthernetInterface if1 IPv6Network=<empty>");
	console_ok(&console, "add IPAddress if1_ip6_net Address=2001:db8:2::/64");
	has_problem("IPAddress 2001:db8::2 lies in none of the interface's networks");
	console_ok(&console, "delete IPAddress if1_ip6_net");
	console_ok(&console, "set EthernetInterface if1 MTU=1279");
	has_problem(
	    "EthernetInterface if1: IPAddress '2001:db8::2' is an IPv6 address, which needs an MTU of 1280");
	console_ok(&console, "set EthernetInterface if1 MTU=1500 IPAddress=if1_ip,fe80::1");
	has_problem("IPAddress 'fe80::1' is no global or unique local IPv6 address");
	console_ok(&console, "set EthernetInterface if1 IPAddress=if1_ip");
	console_ok(&console, "set RemoteMgmtHTTP https SourceNetwork=all-nets-ip6");
	has_problem("No errors");
}
END_TEST

/* feature: C22-063 */
START_TEST(nat_to_one_node_s_own_address_is_warned_of)
{
	console_ok(&console, "set HighAvailability Enabled=Yes Role=Master ClusterID=1");
	console_ok(&console, "cc IPRuleSet main");
	console_ok(
	    &console,
	    "add IPRule Name=out SourceInterface=if1 SourceNetwork=all-nets-ip4 DestinationInterface=if2 "
	    "DestinationNetwork=all-nets-ip4 Service=all_services Action=Allow SourceTranslation=NAT "
	    "SetSourceAddress=AllToOne NewSourceIP4=10.1.0.3");
	console_ok(&console, "cc");
	has_problem("NewSourceIP4 '10.1.0.3' is a PrivateIP of EthernetInterface if1, of one node alone");
}
END_TEST

/* feature: C22-017 C22-042 */
START_TEST(a_cluster_may_be_without_ipv4)
{
	console_ok(&console, "set HighAvailability Enabled=Yes Role=Master ClusterID=1");
	console_ok(&console, "set EthernetInterface if1 IPAddress=2001:db8:1::1 IPv6Network=2001:db8:1::/64 "
	                     "PrivateIP:0=2001:db8:1::2 PrivateIP:1=<empty>");
	has_problem(
	    "EthernetInterface if1: PrivateIP:1 must be one address (every interface of a cluster needs "
	    "one on each node");
	console_ok(&console, "set EthernetInterface if1 PrivateIP:1=2001:db8:1::3");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:0=fd00:3::1 PrivateIP:1=fd00:3::2 "
	                     "IPv6Network=fd00:3::/64");
	has_problem("No errors");
}
END_TEST

/* feature: C05-023 */
START_TEST(a_node_has_private_addresses_of_both_versions)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "set HighAvailability Enabled=Yes Role=Master ClusterID=1");
	console_ok(&console,
	           "set EthernetInterface if1 IPAddress=if1_ip,2001:db8:1::1 IPv6Network=2001:db8:1::/64");
	has_problem("Warning: EthernetInterface if1: PrivateIP:0 has no IPv6 address");
	console_ok(&console, "set EthernetInterface if1 PrivateIP:0=2001:db8:1::2");
	has_problem("EthernetInterface if1: PrivateIP:0 must be one address");
	console_ok(&console, "add IPAddress master Address=10.1.0.2,2001:db8:1::2,2001:db8:1::4");
	console_ok(&console, "add IPAddress slave Address=10.1.0.3,2001:db8:1::3");
	console_ok(&console, "set EthernetInterface if1 PrivateIP:0=master PrivateIP:1=slave");
	has_problem("No errors");
	console_ok(&console, "set IPAddress master Address=10.1.0.2,10.1.0.4");
	has_problem("EthernetInterface if1: PrivateIP:0 has 2 IPv4 addresses and may have one");
	console_ok(&console, "set IPAddress master Address=10.1.0.2,2001:db8:1::/64");
	has_problem("EthernetInterface if1: PrivateIP:0 must be single addresses");
	console_ok(&console, "set IPAddress master Address=10.1.0.2,2001:db8:2::2");
	has_problem(
	    "EthernetInterface if1: PrivateIP:0 2001:db8:2::2 lies in none of the interface's networks");
	console_ok(&console, "set IPAddress master Address=10.1.0.2,2001:db8:1::2,2001:db8:1::4");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:1=slave");
	has_problem("EthernetInterface if3: PrivateIP:1 must be one address where HAType is Sync");
	console_ok(&console, "set EthernetInterface if3 PrivateIP:1=192.0.2.2");
	build_policy(&console, &policy, &blob);
	ck_assert(has_address(&policy, policy.interfaces[0].id, POLICY_ADDRESS_SHARED, "2001:db8:1::1", 64));
	ck_assert(has_address(&policy, policy.interfaces[0].id, POLICY_ADDRESS_PRIVATE, "2001:db8:1::2", 64));
	ck_assert(has_address(&policy, policy.interfaces[0].id, POLICY_ADDRESS_PRIVATE, "2001:db8:1::4", 64));
	ck_assert(
	    !has_address(&policy, policy.interfaces[0].id, POLICY_ADDRESS_PRIVATE, "2001:db8:1::3", 64));
	for (uint32_t i = 0; i < policy.route_count; i++)
		ck_assert_uint_eq(policy.routes[i].network.first.version, 4);
	free(blob);
}
END_TEST

/* feature: C05-005 C02-043 */
START_TEST(all_mistakes_are_listed_at_once)
{
	struct configuration before;

	console_ok(&console, "set RemoteMgmtHTTP https SourceInterface=if9");
	console_ok(&console, "set EthernetInterface if1 IPAddress=no_such_ip");
	console_ok(&console, "cc IPRuleSet main");
	console_ok(&console, "set IPRule web Service=ping-inbund");
	ck_assert_int_eq(configuration_copy(&console.engine.running, &before), 0);
	console_refused(&console, "activate", "3 errors: nothing was activated");
	ck_assert_ptr_nonnull(strstr(console.text,
	                             "RemoteMgmtHTTP https: SourceInterface refers to 'if9', but there is no "
	                             "EthernetInterface or VLAN or InterfaceGroup or Zone of that name"));
	ck_assert_ptr_nonnull(
	    strstr(console.text, "EthernetInterface if1: IPAddress refers to 'no_such_ip', but there is no "
	                         "IPAddress of that name"));
	ck_assert_ptr_nonnull(
	    strstr(console.text, "IPRule/2: Service refers to 'ping-inbund', but there is no ServiceGroup"));
	ck_assert_ptr_nonnull(strstr(console.text, "Did you mean ping-inbound?"));
	ck_assert(configuration_equal(&before, &console.engine.running));
	configuration_clear(&before);
}
END_TEST

/* feature: MC-001 */
START_TEST(https_listens_on_the_addresses_of_its_interface)
{
	char *text = https_render(&console.engine.candidate, "/cgi");

	ck_assert_ptr_nonnull(strstr(text, "server.bind = \"10.1.0.1\""));
	ck_assert_ptr_null(strstr(text, "10.1.0.2"));
	free(text);
	console_ok(&console, "set HighAvailability Role=Master ClusterID=1 Enabled=Yes");
	text = https_render(&console.engine.candidate, "/cgi");
	ck_assert_ptr_nonnull(strstr(text, "\"10.1.0.2:443\""));
	ck_assert_ptr_null(strstr(text, "198.51.100"));
	free(text);
	console_ok(&console, "set RemoteMgmtHTTP https -disable");
	ck_assert_ptr_null(https_render(&console.engine.candidate, "/cgi"));
}
END_TEST

/* feature: C22-018 */
START_TEST(what_travels_to_the_peer)
{
	struct configuration received = {.schema = console.engine.schema};
	char *json, reason[256];

	console_ok(&console, "set System Name=mine");
	console_ok(&console, "set HighAvailability Role=Master ClusterID=1 Enabled=Yes");
	ck_assert_int_eq(configuration_print(&console.engine.candidate, true, &json), 0);
	ck_assert_ptr_null(strstr(json, "mine"));
	ck_assert_ptr_null(strstr(json, "Role"));
	ck_assert_ptr_null(strstr(json, "0000:01:00.0"));
	ck_assert_ptr_nonnull(strstr(json, "10.1.0.3"));
	ck_assert_int_eq(configuration_parse(&received, json, reason), 0);
	ck_assert_int_eq(configuration_keep_own(&received, &console.engine.candidate), 0);
	ck_assert(configuration_equal(&received, &console.engine.candidate));
	free(json);
	configuration_clear(&received);
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_standalone_node);
	tcase_add_test(tests, routes_behind_a_disabled_interface_do_not_count);
	tcase_add_test(tests, both_nodes_of_a_cluster);
	tcase_add_test(tests, rules_in_order);
	tcase_add_test(tests, what_cannot_be_activated);
	tcase_add_test(tests, the_nodes_of_a_cluster_are_told_apart);
	tcase_add_test(tests, what_would_have_no_effect);
	tcase_add_test(tests, ip_version_6_is_refused_where_it_has_no_effect);
	tcase_add_test(tests, nat_to_one_node_s_own_address_is_warned_of);
	tcase_add_test(tests, a_cluster_may_be_without_ipv4);
	tcase_add_test(tests, a_node_has_private_addresses_of_both_versions);
	tcase_add_test(tests, all_mistakes_are_listed_at_once);
	tcase_add_test(tests, https_listens_on_the_addresses_of_its_interface);
	tcase_add_test(tests, what_travels_to_the_peer);
}

TEST_MAIN("mgmt_policy_build", add_tests)
