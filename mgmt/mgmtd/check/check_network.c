/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <string.h>

#define IPV6_MTU_MIN 1280u /* RFC 8200, 5 */

/* True where it can be an interface's. */
static bool check_ipv6_address(const struct configuration *configuration, const struct object_type *type,
                               const struct lyd_node *interface, const char *property,
                               const struct ip_address *address, struct problems *problems)
{
	char text[IP_ADDRESS_TEXT];

	if (address->bytes[0] == 0xff || address->bytes[0] == 0 ||
	    (address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80))
		problem(problems, type, interface,
		        "%s '%s' is no global or unique local IPv6 address; choose another", property,
		        ip_address_format(address, text));
	else if (interface_mtu(configuration, type, (struct lyd_node *)interface) < IPV6_MTU_MIN)
		problem(problems, type, interface,
		        "%s '%s' is an IPv6 address, which needs an MTU of %u at least; set MTU", property,
		        ip_address_format(address, text), IPV6_MTU_MIN);
	else
		return true;
	return false;
}

/* An interface address must lie in one of the interface's networks: that is where its prefix length comes
 * from. */
static void check_address(const struct configuration *configuration, const struct object_type *type,
                          const struct lyd_node *interface, const char *property,
                          const struct ip_address *address, const struct ranges *networks,
                          struct problems *problems)
{
	char text[IP_ADDRESS_TEXT];

	if (is_loopback(address))
		return;
	if (address->version == 6 &&
	    !check_ipv6_address(configuration, type, interface, property, address, problems))
		return;
	/* Its route is made by hand (C05-012), and there may be no network with it. */
	if (address->version == 6 && !ranges_have_version(networks, 6))
		return;
	for (size_t i = 0; i < networks->count; i++)
		if (ip_range_contains(&networks->range[i], address))
			return;
	/* A VLAN's network may be behind a route that is made by hand (C03-014). */
	if (interface_is_vlan(type) && !networks->count)
		return;
	problem(problems, type, interface,
	        "%s %s lies in none of the interface's networks; set %s to the network that it is in",
	        property, ip_address_format(address, text),
	        address->version == 6 ? "IPv6Network" : "Network");
}

/* A property's addresses, each a single one. */
static void check_address_list(const struct configuration *configuration, const struct object_type *type,
                               const struct lyd_node *interface, const char *property,
                               const struct ranges *addresses, const struct ranges *networks,
                               struct problems *problems)
{
	for (size_t i = 0; i < addresses->count; i++) {
		if (ip_address_compare(&addresses->range[i].first, &addresses->range[i].last) != 0)
			problem(problems, type, interface,
			        "%s must be single addresses, not networks or ranges", property);
		else
			check_address(configuration, type, interface, property, &addresses->range[i].first,
			              networks, problems);
	}
}

/* Of IPv4 a node has one on each interface of a cluster; a Sync interface has nothing else (C22-026, C05-023). */
static void check_private(const struct object_type *type, const struct lyd_node *interface,
                          const char *property, const struct ranges *addresses, struct problems *problems)
{
	bool sync = !interface_is_vlan(type) && !strcmp(value_of(type, interface, "HAType"), "Sync");
	unsigned ipv4 = 0;

	for (size_t i = 0; i < addresses->count; i++)
		ipv4 += addresses->range[i].first.version == 4;
	if (ipv4 > 1)
		problem(problems, type, interface, "%s has %u IPv4 addresses and may have one", property,
		        ipv4);
	if (sync && addresses->count > 1)
		problem(problems, type, interface, "%s must be one address where HAType is Sync", property);
}

void check_addresses(const struct configuration *configuration, const struct object_type *type,
                     const struct lyd_node *interface, struct problems *problems)
{
	static const char *const names[] = {"PrivateIP:0", "PrivateIP:1"};
	struct ranges networks = {0}, addresses = {0}, private_ips[2] = {0};

	resolve_interface_networks(configuration, interface, &networks);
	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &addresses);
	check_address_list(configuration, type, interface, "IPAddress", &addresses, &networks, problems);
	for (unsigned node = 0; node < 2; node++) {
		resolve_addresses(configuration, interface, type_property(type, "PrivateIP"), node,
		                  &private_ips[node]);
		check_address_list(configuration, type, interface, names[node], &private_ips[node], &networks,
		                   problems);
		check_private(type, interface, names[node], &private_ips[node], problems);
	}
	if (configuration_in_cluster(configuration))
		check_private_addresses(type, interface, &addresses, private_ips, problems);
	ranges_free(&private_ips[0]);
	ranges_free(&private_ips[1]);
	ranges_free(&networks);
	ranges_free(&addresses);
}

/* C03-005. In a cluster the nodes' own addresses are asked for (check_member), and a shared one may be left out. */
static void check_standalone(const struct object_type *type, const struct lyd_node *interface,
                             struct problems *problems)
{
	if (!value_first(interface, type_property(type, "IPAddress"), 0) &&
	    strcmp(value_of(type, interface, "HAType"), "Sync") != 0)
		problem(
		    problems, type, interface,
		    "IPAddress has no value, and every interface needs an address; set IPAddress=%.12s_ip, "
		    "which may be localhost where the interface is not used",
		    object_key(type, interface));
}

static void check_device_of(const struct object_type *type, const struct lyd_node *interface, unsigned node,
                            struct problems *problems)
{
	const struct property *property = type_property(type, "EthernetDevice");
	const char *device = value_text(interface, property, node);

	if (!device) {
		problem(problems, type, interface, "EthernetDevice:%u must name the device of the %s", node,
		        node ? "slave" : "master");
		return;
	}
	for (const struct lyd_node *other = object_next(interface); other; other = object_next(other)) {
		const char *same = value_text(other, property, node);

		if (same && !strcmp(same, device))
			problem(problems, type, interface, "EthernetDevice:%u %s is also the device of %s",
			        node, device, object_key(type, other));
	}
}

/* Both nodes of a cluster have this configuration (C22-038). */
static void check_device(const struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, struct problems *problems)
{
	for (unsigned node = 0; node < 2; node++)
		if (configuration_in_cluster(configuration) ||
		    node == (unsigned)configuration_role(configuration))
			check_device_of(type, interface, node, problems);
}

static void check_interfaces(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");
	bool cluster = configuration_in_cluster(configuration), anchored = false, critical = false;
	unsigned sync = 0, count = 0;

	for (struct lyd_node *interface = object_first(configuration, type, NULL); interface;
	     interface = object_next(interface)) {
		bool is_critical = !strcmp(value_of(type, interface, "HAType"), "Critical");

		count++;
		if (cluster)
			check_member(configuration, type, interface, problems);
		if (interface_is_down(type, interface))
			continue;
		check_device(configuration, type, interface, problems);
		if (!cluster)
			check_standalone(type, interface, problems);
		check_addresses(configuration, type, interface, problems);
		check_monitor(configuration, type, interface, problems);
		check_ethernet_address(configuration, type, interface, problems);
		sync += !strcmp(value_of(type, interface, "HAType"), "Sync");
		critical |= is_critical;
		anchored |= is_critical && mac_is_known_beforehand(type, interface);
		if (!value_number(type, interface, "Id"))
			problem(problems, type, interface, "has no number; delete it and add it again");
	}
	if (count > POLICY_PORTS_MAX)
		problem(problems, type, NULL, "there are %u interfaces, at most %d are possible", count,
		        POLICY_PORTS_MAX);
	if (cluster)
		check_cluster(configuration, sync, anchored || !critical, problems);
}

/* all-nets stands for the default route of either version. */
static void check_one_version(const struct configuration *configuration, const struct object_type *type,
                              const struct lyd_node *route, struct problems *problems)
{
	const char *network = value_of(type, route, "Network");
	struct ranges ranges = {0};

	resolve_addresses(configuration, route, type_property(type, "Network"), 0, &ranges);
	if (ranges_have_version(&ranges, 4) && ranges_have_version(&ranges, 6) &&
	    strcmp(network, "all-nets") != 0)
		problem(problems, type, route,
		        "Network '%s' has IPv4 and IPv6 addresses, and a route has one version. Make a route "
		        "for each",
		        network);
	ranges_free(&ranges);
}

static void check_ipv6_route(const struct object_type *type, const struct lyd_node *route,
                             const struct ranges *networks, struct problems *problems)
{
	char text[IP_RANGE_TEXT];
	unsigned length;

	for (size_t i = 0; i < networks->count; i++)
		if (networks->range[i].first.version == 6 &&
		    !ip_range_prefix_length(&networks->range[i], &length))
			problem(problems, type, route,
			        "Network has the range %s; of IPv6 give networks, such as 2001:db8::/32",
			        ip_range_format(&networks->range[i], text));
}

static void check_route_mtu(const struct configuration *configuration, const struct object_type *type,
                            const struct lyd_node *route, bool ipv6, struct problems *problems)
{
	const struct object_type *of = NULL;
	struct lyd_node *interface = interface_find(configuration, value_of(type, route, "Interface"), &of);
	uint32_t mtu = value_number(type, route, "MTU");

	if (interface && mtu > interface_mtu(configuration, of, interface))
		problem(problems, type, route,
		        "MTU %u is larger than the MTU of %s %s, %u; set it to that or less", mtu, of->name,
		        object_key(of, interface), interface_mtu(configuration, of, interface));
	if (mtu && mtu < IPV6_MTU_MIN && ipv6)
		problem(problems, type, route,
		        "MTU %u is too small: IPv6 needs %u at least (0: the interface's)", mtu,
		        IPV6_MTU_MIN);
}

/* C06-008: it becomes an address of the interface. */
static void check_local_ip(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *route, const struct ranges *networks,
                           struct problems *problems)
{
	const char *local = value_of(type, route, "LocalIP");
	struct ip_address address = resolve_host(configuration, local);

	if (!address.version || (networks->count && !ranges_have_version(networks, address.version)))
		problem(problems, type, route,
		        "LocalIP '%s' must be one address of the IP version of Network", local);
	else if (is_loopback(&address) ||
	         (address.version == 4 && (address.bytes[0] == 0 || address.bytes[0] >= 224)) ||
	         (address.version == 6 && (address.bytes[0] == 0xff || address.bytes[0] == 0)))
		problem(problems, type, route, "LocalIP '%s' is no address that a host can have", local);
}

/* What is for the firewall itself leaves by no interface. */
static void check_core(const struct object_type *type, const struct lyd_node *route,
                       struct problems *problems)
{
	static const char *const senseless[] = {"Gateway", "LocalIP"};

	if (strcmp(value_of(type, route, "Interface"), "core") != 0)
		return;
	for (size_t i = 0; i < sizeof(senseless) / sizeof(*senseless); i++)
		if (*value_of(type, route, senseless[i]))
			problem(problems, type, route,
			        "%s has no effect where Interface is core; set %s=<empty>", senseless[i],
			        senseless[i]);
	if (value_number(type, route, "MTU"))
		problem(problems, type, route, "MTU has no effect where Interface is core; set MTU=0");
	if (!strcmp(value_of(type, route, "AdvertiseIP6"), "Yes"))
		problem(problems, type, route,
		        "AdvertiseIP6 has no effect where Interface is core; set AdvertiseIP6=No");
}

/* C09-019. */
static void check_proxy(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *route, struct problems *problems)
{
	const char *own = value_of(type, route, "Interface");
	const struct object_type *of;

	for (const struct lyd_node *item = value_first(route, type_property(type, "ProxyArpInterfaces"), 0);
	     item; item = value_next(item)) {
		struct lyd_node *interface = interface_find(configuration, lyd_get_value(item), &of);

		if (!strcmp(lyd_get_value(item), own))
			problem(problems, type, route,
			        "ProxyArpInterfaces has '%s', behind which the network is: its hosts answer "
			        "there; "
			        "take it out",
			        own);
		else if (interface && !interface_is_vlan(of) &&
		         !strcmp(value_of(of, interface, "HAType"), "Sync"))
			problem(problems, type, route,
			        "ProxyArpInterfaces has '%s', whose HAType is Sync; take it out",
			        lyd_get_value(item));
	}
}

static void check_route(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *route, struct problems *problems)
{
	const char *gateway = value_of(type, route, "Gateway"), *local = value_of(type, route, "LocalIP");

	struct ranges networks = {0};
	unsigned version = *gateway ? resolve_host(configuration, gateway).version : 0;

	check_one_version(configuration, type, route, problems);
	resolve_addresses(configuration, route, type_property(type, "Network"), 0, &networks);
	check_ipv6_route(type, route, &networks, problems);
	if (*gateway && (!version || (networks.count && !ranges_have_version(&networks, version))))
		problem(problems, type, route,
		        "Gateway '%s' must be one address of the IP version of Network", gateway);
	check_route_mtu(configuration, type, route, ranges_have_version(&networks, 6) && version != 4,
	                problems);
	if (*local)
		check_local_ip(configuration, type, route, &networks, problems);
	ranges_free(&networks);
	check_core(type, route, problems);
	check_proxy(configuration, type, route, problems);
}

void check_network(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *table = schema_type(configuration->schema, NULL, "RoutingTable");
	const struct object_type *route = schema_type(configuration->schema, table, "Route");
	const struct object_type *settings = schema_type(configuration->schema, NULL, "HASettings");
	uint32_t dead = setting_number(configuration, "HASettings", "PeerDead");
	uint32_t interval = setting_number(configuration, "HASettings", "HeartbeatInterval");

	check_interfaces(configuration, problems);
	check_interface_types(configuration, problems);
	check_neighbours(configuration, problems);
	check_dhcp_client(configuration, problems);
	for (struct lyd_node *one = object_first(configuration, table, NULL); one; one = object_next(one))
		for (struct lyd_node *object = object_first(configuration, route, one); object;
		     object = object_next(object))
			if (!object_disabled(route, object))
				check_route(configuration, route, object, problems);
	if (dead < 3 * interval)
		problem(problems, settings, NULL,
		        "PeerDead (%u ms) must be at least three times HeartbeatInterval (%u ms)", dead,
		        interval);
}
