/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/testing.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/tests/built_policy.h"

#include <arpa/inet.h>
#include <string.h>

static struct console console;

static void set_up(void)
{
	static const char *const lines[] = {
	    "add EthernetDevice p1 Device=p1",
	    "add EthernetDevice p2 Device=p2",
	    "add EthernetDevice p3 Device=p3",
	    "add EthernetInterface if1 EthernetDevice:0=p1 IPAddress=10.1.0.1 Network=10.1.0.0/24",
	    "add EthernetInterface if2 EthernetDevice:0=p2 IPAddress=10.2.0.1 Network=10.2.0.0/24",
	    "add EthernetInterface if3 EthernetDevice:0=p3 IPAddress=10.3.0.1 Network=10.3.0.0/24",
	    "add Address IPAddress vlan1_ip Address=10.9.0.1",
	    NULL};

	console_open(&console);
	console_lines(&console, lines);
}

static void tear_down(void)
{
	console_close(&console);
}

/* The configuration has one thing wrong, and this is said of it. */
static void is_wrong(const char *text)
{
	ck_assert_uint_eq(check_configuration(&console.engine.candidate, NULL), 1);
	console_run(&console, "show -errors");
	ck_assert_msg(strstr(console.text, text) != NULL, "no '%s' in:\n%s", text, console.text);
}

/* feature: C03-014 C03-016 */
START_TEST(vlans_reach_the_policy)
{
	/* The inner one first: the policy has it behind what carries it all the same. */
	static const char *const lines[] = {
	    "add Interface VLAN inner BaseInterface=svlan_A VLANID=1 MTU=1400",
	    "add Interface VLAN vlan_1 BaseInterface=if3 IPAddress=vlan1_ip VLANID=1",
	    "add Interface VLAN svlan_A Type=0x88a8 BaseInterface=if3 VLANID=100", NULL};
	const struct policy_interface *vlan, *service, *inner;
	struct policy policy;
	bool own = false;
	void *blob;

	console_lines(&console, lines);
	console_says(&console, "show VLAN svlan_A", "Type:  88a8");
	build_policy(&console, &policy, &blob);
	vlan = interface_named(&policy, "vlan_1");
	service = interface_named(&policy, "svlan_A");
	inner = interface_named(&policy, "inner");
	ck_assert_uint_eq(vlan->carrier, interface_named(&policy, "if3")->id);
	ck_assert_uint_eq(vlan->vlan_id, 1);
	ck_assert_uint_eq(vlan->vlan_type, 0x8100);
	ck_assert_uint_eq(vlan->mtu, 1500);
	ck_assert_uint_eq(service->vlan_type, 0x88a8);
	ck_assert_uint_eq(inner->carrier, service->id);
	ck_assert_uint_eq(inner->mtu, 1400);
	/* A service VLAN's frame of 1500 bytes has a tag that Linux makes no room for. */
	ck_assert_uint_eq(interface_named(&policy, "if3")->tag_room, 4);
	ck_assert_uint_eq(interface_named(&policy, "if1")->tag_room, 0);
	/* Without addresses of its own it has those of what carries it. */
	for (uint32_t i = 0; i < policy.address_count; i++)
		own |=
		    policy.addresses[i].interface == inner->id && policy.addresses[i].address.bytes[1] == 3;
	ck_assert(own);
	free(blob);
}
END_TEST

/* feature: C03-014 C03-017 */
START_TEST(vlans_that_cannot_be)
{
	char line[128];

	console_refused(&console, "add VLAN v BaseInterface=if1 VLANID=4095", "VLANID");
	console_refused(&console, "add VLAN v BaseInterface=if1 VLANID=1 Type=8200", "Type");
	console_refused(&console, "add VLAN a_name_too_long BaseInterface=if1 VLANID=1", "too long");
	console_ok(&console, "add VLAN a BaseInterface=if1 VLANID=5");
	console_ok(&console, "add VLAN b BaseInterface=if2 VLANID=5");
	console_ok(&console, "add VLAN c BaseInterface=if1 VLANID=5 Type=88a8");
	is_wrong("VLANID 5 is that of VLAN a on if1 too");
	console_ok(&console, "set VLAN c VLANID=6 MTU=1500");
	console_ok(&console, "set EthernetInterface if1 MTU=1400");
	is_wrong("MTU 1500 is larger than that of BaseInterface 'if1'");
	console_ok(&console, "set VLAN c MTU=<empty> BaseInterface=c");
	is_wrong("does not lead to an EthernetInterface");
	console_ok(&console, "delete VLAN c");
	console_ok(&console, "add Zone a");
	is_wrong("the name 'a' is that of VLAN a too");
	console_ok(&console, "delete Zone a");
	console_ok(&console, "add VLAN l1 BaseInterface=if3 VLANID=1 Type=88a8");
	for (unsigned level = 2; level <= 17; level++) {
		ck_assert_uint_eq(check_configuration(&console.engine.candidate, stderr), 0);
		snprintf(line, sizeof(line), "add VLAN l%u BaseInterface=l%u VLANID=1 Type=88a8", level,
		         level - 1);
		console_ok(&console, line);
	}
	is_wrong("at most 16 may be nested");
}
END_TEST

/* feature: C03-022 C03-023 */
START_TEST(equivalence_is_kept_on_both_sides)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "set Interface EthernetInterface if1 SecurityEquivalentInterfaces=if2,if3");
	console_says(&console, "show EthernetInterface if2", "SecurityEquivalentInterfaces:  if1, if3");
	console_says(&console, "show EthernetInterface if3", "SecurityEquivalentInterfaces:  if1, if2");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_ne(interface_named(&policy, "if1")->equivalence, 0);
	ck_assert_uint_eq(interface_named(&policy, "if1")->equivalence,
	                  interface_named(&policy, "if3")->equivalence);
	free(blob);
	console_ok(&console, "set Interface EthernetInterface if1 SecurityEquivalentInterfaces=<empty>");
	console_says(&console, "show EthernetInterface if2", "SecurityEquivalentInterfaces:  if3");
	console_says(&console, "show EthernetInterface if3", "SecurityEquivalentInterfaces:  if2");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(interface_named(&policy, "if1")->equivalence, 0);
	ck_assert_uint_eq(interface_named(&policy, "if2")->equivalence,
	                  interface_named(&policy, "if3")->equivalence);
	free(blob);
	/* Of two one is none. */
	console_ok(&console, "set EthernetInterface if3 SecurityEquivalentInterfaces=<empty>");
	console_says(&console, "show EthernetInterface if2", "SecurityEquivalentInterfaces:  <empty>");
	/* A member of one group that another takes leaves the first. */
	console_ok(&console, "set EthernetInterface if1 SecurityEquivalentInterfaces=if2");
	console_ok(&console, "add VLAN v1 BaseInterface=if3 VLANID=1 SecurityEquivalentInterfaces=if2");
	console_says(&console, "show EthernetInterface if1", "SecurityEquivalentInterfaces:  <empty>");
	console_says(&console, "show EthernetInterface if2", "SecurityEquivalentInterfaces:  v1");
	console_ok(&console, "delete VLAN v1");
	console_says(&console, "show EthernetInterface if2", "SecurityEquivalentInterfaces:  <empty>");
}
END_TEST

static bool rule_has(const struct policy *policy, const struct policy_slice *slice, const char *name)
{
	for (uint32_t i = 0; i < slice->count; i++)
		if (policy->interface_ids[slice->first + i] == interface_named(policy, name)->id)
			return true;
	return false;
}

/* feature: C03-018 C03-019 */
START_TEST(groups_and_zones_are_their_interfaces)
{
	static const char *const lines[] = {
	    "add Interface VLAN vlan_1 BaseInterface=if3 VLANID=1 Zone=my_zone2",
	    "add Interface Zone my_zone1",
	    "add Interface Zone my_zone2",
	    "add Interface InterfaceGroup my_if_group Members=if1,vlan_1",
	    "add InterfaceGroup outer Members=my_if_group,if2",
	    "set Interface EthernetInterface if1 Zone=my_zone1",
	    "set Interface EthernetInterface if2 Zone=my_zone1",
	    "cc RuleSet IPRuleSet main",
	    NULL};
	const struct policy_rule *rules;
	struct policy policy;
	void *blob;

	console_lines(&console, lines);
	console_ok(&console,
	           "add IPRule Action=Allow Service=all_services SourceInterface=my_zone1 "
	           "SourceNetwork=all-nets DestinationInterface=my_zone2 DestinationNetwork=all-nets "
	           "Name=allow_zone1_to_zone2");
	console_ok(&console, "add IPRule Action=Allow Service=all_services SourceInterface=outer "
	                     "SourceNetwork=all-nets DestinationInterface=core DestinationNetwork=all-nets "
	                     "Name=group");
	console_ok(&console, "cc");
	build_policy(&console, &policy, &blob);
	rules = policy.rules;
	ck_assert_uint_eq(rules[0].source_interfaces.count, 2);
	ck_assert(rule_has(&policy, &rules[0].source_interfaces, "if1"));
	ck_assert(rule_has(&policy, &rules[0].source_interfaces, "if2"));
	ck_assert_uint_eq(rules[0].destination_interfaces.count, 1);
	ck_assert(rule_has(&policy, &rules[0].destination_interfaces, "vlan_1"));
	ck_assert_uint_eq(rules[1].source_interfaces.count, 3);
	ck_assert_str_eq(interface_named(&policy, "vlan_1")->zone, "my_zone2");
	free(blob);
	console_ok(&console, "set InterfaceGroup my_if_group Members=outer");
	console_run(&console, "show -errors");
	ck_assert_msg(strstr(console.text, "leads back to where it began") != NULL, "%s", console.text);
}
END_TEST

/* feature: C03-013 */
START_TEST(a_null_interface_keeps_its_references)
{
	struct policy policy;
	bool route = false;
	void *blob;

	console_ok(&console, "set EthernetInterface if3 Type=Null EthernetDevice:0=<empty>");
	build_policy(&console, &policy, &blob);
	ck_assert(interface_named(&policy, "if3")->disabled);
	for (uint32_t i = 0; i < policy.route_count; i++)
		route |= policy.routes[i].interface == interface_named(&policy, "if3")->id;
	ck_assert_msg(route, "what is routed there must go nowhere, not elsewhere");
	free(blob);
}
END_TEST

/* feature: C04-009 C04-010 C04-011 */
START_TEST(arp_entries)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "cc ARPEntries");
	console_ok(&console,
	           "add ARPEntry Interface=if2 IP=192.168.10.15 Mode=Static MACAddress=4b-86-f6-c5-a2-14");
	console_ok(&console, "add ARPEntry Interface=if1 IP=192.168.10.1 Mode=Publish");
	console_ok(&console, "cc");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.arp_entry_count, 2);
	ck_assert_uint_eq(policy.arp_entries[0].mode, POLICY_ARP_STATIC);
	ck_assert_uint_eq(policy.arp_entries[0].interface, interface_named(&policy, "if2")->id);
	ck_assert_uint_eq(policy.arp_entries[1].mode, POLICY_ARP_PUBLISH);
	free(blob);
	console_ok(&console, "cc ARPEntries");
	console_ok(&console, "add ARPEntry Interface=if1 IP=192.168.10.2 Mode=Static");
	is_wrong("MACAddress must be set where Mode is Static");
	console_ok(&console, "set ARPEntry 3 IP=192.168.10.1 Mode=Publish");
	is_wrong("is that of another ARPEntry too");
	console_ok(&console, "set ARPEntry 3 IP=2001:db8::1");
	is_wrong("must be one IPv4 address");
}
END_TEST

/* feature: C05-016 */
START_TEST(nd_entries)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "add Address IPAddress my_ipv6 Address=2001:db8::77");
	console_ok(&console, "cc NDEntries");
	console_ok(&console, "add NDEntry Interface=if3 IP=my_ipv6");
	console_ok(&console, "add NDEntry Interface=if2 IP=fe80::1 Mode=Static MACAddress=4b-86-f6-c5-a2-14");
	console_says(&console, "show NDEntry 1", "Publish");
	console_ok(&console, "cc");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.arp_entry_count, 2);
	ck_assert_uint_eq(policy.arp_entries[0].mode, POLICY_ARP_PUBLISH);
	ck_assert_uint_eq(policy.arp_entries[0].interface, interface_named(&policy, "if3")->id);
	ck_assert_uint_eq(policy.arp_entries[0].address.version, 6);
	ck_assert_uint_eq(policy.arp_entries[1].mode, POLICY_ARP_STATIC);
	free(blob);
	console_ok(&console, "cc NDEntries");
	console_ok(&console, "add NDEntry Interface=if2 IP=2001:db8::1 Mode=Static");
	is_wrong("MACAddress must be set where Mode is Static");
	console_ok(&console, "set NDEntry 3 Interface=if3 IP=2001:db8::77 Mode=Publish");
	is_wrong("is that of another NDEntry too");
	console_ok(&console, "set NDEntry 3 IP=10.0.0.1");
	is_wrong("must be one IPv6 address");
	console_ok(&console, "set NDEntry 3 IP=ff02::1");
	is_wrong("is no address that a host can have");
}
END_TEST

/* feature: C05-019 */
START_TEST(what_a_router_tells_stands_in_objects)
{
	struct message_autoconfiguration known = {.count = 1};
	struct autoconfiguration *one = &known.interface[0];
	struct configuration filled = {0};
	struct message_autoconfigure order;
	struct ranges ranges = {0};
	struct ip_address found;
	char missing[64];

	console_ok(&console, "add IPAddress if1_ip Address=192.168.10.1");
	console_ok(&console, "set EthernetInterface if1 IPAddress=if1_ip IPv6AddressConfiguration=SLAAC");
	ck_assert_msg(strstr(console.text, "Added IPAddress if1_ip6_net.") != NULL, "%s", console.text);
	console_says(&console, "show IPAddress if1_ip6_gw", "::1");
	learned_order(&console.engine.candidate, &order);
	ck_assert_uint_eq(order.count, 1);
	one->interface = order.interface[0];
	ip_address_parse("fe80::1200:ff:fe01:1", &one->link_local);
	one->link_local_state = AUTOCONFIGURATION_PREFERRED;
	ip_address_parse("2001:db8::1200:ff:fe01:1", &one->address[0]);
	ip_address_parse("2001:db8::", &one->prefix[0]);
	one->state[0] = AUTOCONFIGURATION_PREFERRED;
	ip_address_parse("2001:db8:7::1200:ff:fe01:1", &one->address[1]);
	ip_address_parse("2001:db8:7::", &one->prefix[1]);
	one->state[1] = AUTOCONFIGURATION_DUPLICATE;
	ip_address_parse("2001:db8:8::1200:ff:fe01:1", &one->address[2]);
	ip_address_parse("2001:db8:8::", &one->prefix[2]);
	one->state[2] = AUTOCONFIGURATION_DEPRECATED;
	one->address_count = 3;
	ip_address_parse("fe80::99", &one->router);
	one->server_count = 1;
	ip_address_parse("2001:db8::53", &one->servers[0]);
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &filled), 0);
	ck_assert_int_eq(learned_fill(&filled, &known), 0);
	found = resolve_host(&filled, "if1_ip6_gw");
	ck_assert_int_eq(ip_address_compare(&found, &one->router), 0);
	found = resolve_host(&filled, "if1_ip6_dns");
	ck_assert_int_eq(ip_address_compare(&found, &one->servers[0]), 0);
	ck_assert_int_eq(resolve_address(&filled, "if1_ip6_net", &ranges, missing), 0);
	ck_assert_uint_eq(ranges.count, 2); /* without that of the address which somebody else has */
	ck_assert(ip_range_contains(&ranges.range[0], &one->servers[0]));
	ck_assert(ip_range_contains(&ranges.range[1], &one->address[2]));
	ck_assert(!ip_range_contains(&ranges.range[0], &one->router));
	ranges_free(&ranges);
	ck_assert_int_eq(resolve_address(&filled, "if1_ip", &ranges, missing), 0);
	ck_assert_uint_eq(ranges.count, 3);
	ck_assert(ip_range_contains(&ranges.range[ranges.count - 1], &one->address[2]));
	ranges_free(&ranges);
	configuration_clear(&filled);
	console_says(&console, "show IPAddress if1_ip6_gw", "::1");
	console_ok(&console, "delete IPAddress if1_ip6_dns");
	console_run(&console, "show -errors");
	ck_assert_msg(strstr(console.text, "there is no IPAddress if1_ip6_dns to fill") != NULL, "%s",
	              console.text);
	console_ok(&console, "set EthernetInterface if1 IPv6AddressConfiguration=Static");
	learned_order(&console.engine.candidate, &order);
	ck_assert_uint_eq(order.count, 0);
	console_refused(&console, "set EthernetInterface if1 IPv6Gateway=2001:db8::1", "IPv6Gateway");
}
END_TEST

static uint32_t ip4(const char *text)
{
	struct ip_address address;

	ck_assert_int_eq(ip_address_parse(text, &address), 0);
	return htonl(ip_address_to_ip4(&address));
}

/* What an object of a configuration stands for. */
static void stands_for(const struct configuration *configuration, const char *name, const char *wanted)
{
	struct ranges ranges = {0};
	char missing[64], text[IP_RANGE_TEXT];

	ck_assert_int_eq(resolve_address(configuration, name, &ranges, missing), 0);
	ck_assert_uint_eq(ranges.count, 1);
	ck_assert_str_eq(ip_range_format(&ranges.range[0], text), wanted);
	ranges_free(&ranges);
}

/* feature: C21-023 C21-024 C21-025 C21-026 */
START_TEST(what_a_dhcp_server_assigns_stands_in_objects)
{
	struct message_dhcp_client_configure order;
	struct message_dhcp_client_status known = {.count = 1};
	const struct object_type *type;
	struct configuration filled = {0};
	struct lyd_node *interface;

	console_ok(&console, "add IPAddress if1_ip Address=192.168.229.71,2001:db8::71");
	console_ok(&console, "add IPAddress alternative Address=192.168.10.9");
	console_ok(&console, "set EthernetInterface if1 IPAddress=alternative,2001:db8::1");
	learned_dhcp_order(&console.engine.candidate, &order);
	ck_assert_uint_eq(order.count, 0);
	console_ok(&console, "set EthernetInterface if1 DHCPEnabled=Yes DHCPServerFilter=192.20.2.0/24 "
	                     "DHCPPreferredIP=192.20.2.100");
	ck_assert_msg(strstr(console.text, "Added IPAddress if1_nbns2.") != NULL, "%s", console.text);
	ck_assert_msg(strstr(console.text, "IPAddress of if1 is if1_ip") != NULL, "%s", console.text);
	console_says(&console, "show EthernetInterface if1", "if1_ip, 2001:db8::1\n");
	console_says(&console, "show EthernetInterface if1", "DefaultGateway:  <empty>");
	console_says(&console, "show IPAddress if1_ip", "ActiveAddress:  <empty>");
	console_ok(&console, "set EthernetInterface if1 IPAddress=alternative");
	console_says(&console, "show EthernetInterface if1", "if1_ip\n");
	learned_dhcp_order(&console.engine.candidate, &order);
	ck_assert_uint_eq(order.count, 1);
	ck_assert_uint_eq(order.interface[0].preferred, ip4("192.20.2.100"));
	ck_assert_uint_eq(order.interface[0].servers.count, 1);
	ck_assert_uint_eq(order.interface[0].servers.range[0].last, ip4("192.20.2.255"));
	known.interface[0].interface = order.interface[0].interface;
	ck_assert_int_eq(configuration_copy(&console.engine.candidate, &filled), 0);
	ck_assert_int_eq(learned_dhcp_fill(&filled, &known), 0);
	stands_for(&filled, "if1_gw", "127.0.0.1");
	known.interface[0].lease = (struct dhcp_lease){.address = ip4("192.20.2.100"),
	                                               .netmask = ip4("255.255.255.0"),
	                                               .router = ip4("192.20.2.1"),
	                                               .dns = {ip4("192.20.2.3")}};
	ck_assert_int_eq(learned_dhcp_fill(&filled, &known), 0);
	stands_for(&filled, "if1_net", "192.20.2.0/24");
	stands_for(&filled, "if1_gw", "192.20.2.1");
	stands_for(&filled, "if1_dns1", "192.20.2.3");
	stands_for(&filled, "if1_dns2", "127.0.0.1");
	interface = interface_find(&filled, "if1", &type);
	ck_assert_str_eq(value_of(type, interface, "DefaultGateway"), "192.20.2.1");
	ck_assert_str_eq(value_of(type, interface, "DHCPNetwork"), "192.20.2.0/24");
	ck_assert_str_eq(value_of(type, interface, "DHCPPrimaryNBNS"), "");
	type = schema_type(filled.schema, NULL, "IPAddress");
	interface = object_find(&filled, type, NULL, "if1_ip");
	ck_assert_str_eq(value_of(type, interface, "ActiveAddress"), "192.20.2.100");
	ck_assert_str_eq(value_of(type, interface, "Address"),
	                 "2001:db8::71"); /* and the leased one behind it */
	configuration_clear(&filled);
	console_refused(&console, "set EthernetInterface if1 DHCPNetwork=10.0.0.0/8",
	                "only shows what was assigned");
	console_refused(&console, "set IPAddress if1_ip ActiveAddress=10.0.0.1",
	                "only shows what was learned");
}
END_TEST

/* feature: C21-022 */
START_TEST(what_a_dhcp_client_cannot_want)
{
	console_ok(&console, "set EthernetInterface if1 DHCPEnabled=Yes DHCPPreferredIP=224.0.0.1");
	is_wrong("DHCPPreferredIP '224.0.0.1' must be one IPv4 address that a host can have");
	console_ok(&console,
	           "set EthernetInterface if1 DHCPPreferredIP=10.0.0.1 DHCPAdressFilter=10.0.1.0/24");
	is_wrong("DHCPPreferredIP '10.0.0.1' is not in DHCPAdressFilter '10.0.1.0/24'");
	console_ok(&console,
	           "set EthernetInterface if1 DHCPPreferredIP=10.0.1.1 DHCPServerFilter=2001:db8::/64");
	is_wrong("DHCPServerFilter '2001:db8::/64' must be IPv4 addresses alone");
	console_ok(&console, "set EthernetInterface if1 DHCPServerFilter=10.0.1.0/24");
	console_ok(&console, "delete IPAddress if1_gw");
	console_ok(&console, "set EthernetInterface if1 DHCPEnabled=Yes");
	ck_assert_msg(strstr(console.text, "Added IPAddress if1_gw.") != NULL, "%s", console.text);
}
END_TEST

/* feature: C04-008 */
START_TEST(the_hash_size_is_taken_and_said_to_change_nothing)
{
	console_says(&console, "show Settings ARPTableSettings", "ARPHashSize:  512");
	console_ok(&console, "set Settings ARPTableSettings ARPHashSize=1024");
	ck_assert_msg(strstr(console.text, "Modified ARPTableSettings.") != NULL, "%s", console.text);
	console_run(&console, "show -errors");
	ck_assert_msg(strstr(console.text, "Warning: ARPTableSettings: ARPHashSize changes nothing") != NULL,
	              "%s", console.text);
	console_refused(&console, "set ARPTableSettings ARPHashSize=many", "ARPHashSize");
}
END_TEST

/* feature: C03-038 */
START_TEST(an_mtu_needs_a_buffer)
{
	struct policy policy;
	void *blob;

	console_ok(&console, "set EthernetInterface if1 MTU=9000");
	is_wrong("MTU 9000 is larger than 1500, which InterfaceSettings PacketBufferSize=Default holds");
	console_ok(&console, "set Settings InterfaceSettings PacketBufferSize=9kB");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.settings->packet_buffer, 9216);
	free(blob);
	console_ok(&console, "set InterfaceSettings PacketBufferSize=9300");
	is_wrong("PacketBufferSize '9300' cannot be used");
	console_refused(&console, "set InterfaceSettings PacketBufferSize=8kB", "Default, 4kB, 9kB");
}
END_TEST

static unsigned targets_of(const struct policy *policy, unsigned version)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < policy->monitor_target_count; i++)
		count += policy->monitor_targets[i].address.version == version;
	return count;
}

/* feature: C22-026 C22-027 */
START_TEST(monitor_targets_reach_the_policy)
{
	struct policy policy;
	void *blob;

	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(policy.monitor_target_count, 0);
	ck_assert_uint_eq(interface_named(&policy, "if1")->monitor_neighbours, 1);
	free(blob);
	console_ok(&console, "add Address IPAddress mon_range Address=10.1.0.10-10.1.0.19,2001:db8::1");
	console_ok(&console, "set EthernetInterface if1 MonitorTargets=mon_range");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(targets_of(&policy, 4), 10);
	ck_assert_uint_eq(targets_of(&policy, 6), 1);
	ck_assert_uint_eq(policy.monitor_targets[9].address.bytes[3], 19);
	ck_assert_uint_eq(policy.monitor_targets[0].interface, interface_named(&policy, "if1")->id);
	ck_assert_uint_eq(interface_named(&policy, "if1")->monitor_neighbours, 0);
	ck_assert_uint_eq(interface_named(&policy, "if2")->monitor_neighbours, 1);
	free(blob);
	/* One too many: none of that version, all of the other. */
	console_ok(&console, "set IPAddress mon_range Address=10.1.0.10-10.1.0.20,2001:db8::1");
	console_says(&console, "show -errors",
	             "EthernetInterface if1: MonitorTargets has more than 10 IPv4 addresses, so that none of "
	             "IPv4 is monitored; give 10 or less");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(targets_of(&policy, 4), 0);
	ck_assert_uint_eq(targets_of(&policy, 6), 1);
	free(blob);
	console_ok(&console, "set IPAddress mon_range Address=10.1.0.10-10.1.0.17,2001:db8::/64");
	build_policy(&console, &policy, &blob);
	ck_assert_uint_eq(targets_of(&policy, 4), 8);
	ck_assert_uint_eq(targets_of(&policy, 6), 0);
	free(blob);
}
END_TEST

/* feature: C22-026 */
START_TEST(monitor_targets_that_tell_nothing)
{
	console_ok(&console, "set EthernetInterface if1 MonitorTargets=10.1.0.1");
	is_wrong("MonitorTargets has 10.1.0.1, an address of the cluster itself");
	console_ok(&console, "set EthernetInterface if1 MonitorTargets=10.2.0.9");
	is_wrong("MonitorTargets has 10.2.0.9, which lies in none of the interface's networks");
	console_ok(&console, "set EthernetInterface if1 MonitorTargets=10.1.0.9 HAType=NonCritical");
	is_wrong("MonitorTargets has no effect where HAType is NonCritical; set MonitorTargets=<empty>");
	console_refused(&console, "set EthernetInterface if1 MonitorTargets=nobody%", "MonitorTargets");
}
END_TEST

static void add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, vlans_reach_the_policy);
	tcase_add_test(tests, vlans_that_cannot_be);
	tcase_add_test(tests, equivalence_is_kept_on_both_sides);
	tcase_add_test(tests, groups_and_zones_are_their_interfaces);
	tcase_add_test(tests, a_null_interface_keeps_its_references);
	tcase_add_test(tests, arp_entries);
	tcase_add_test(tests, nd_entries);
	tcase_add_test(tests, what_a_router_tells_stands_in_objects);
	tcase_add_test(tests, what_a_dhcp_server_assigns_stands_in_objects);
	tcase_add_test(tests, what_a_dhcp_client_cannot_want);
	tcase_add_test(tests, the_hash_size_is_taken_and_said_to_change_nothing);
	tcase_add_test(tests, an_mtu_needs_a_buffer);
	tcase_add_test(tests, monitor_targets_reach_the_policy);
	tcase_add_test(tests, monitor_targets_that_tell_nothing);
}

TEST_MAIN("interfaces", add_tests)
