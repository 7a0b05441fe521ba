/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

/* Neither the cluster's nor the peer's: each node is reached at its own (C22-041). */
static void check_own_address(const struct object_type *type, const struct lyd_node *interface, unsigned node,
                              const struct ip_address *address, const struct ranges *shared,
                              const struct ranges private_ips[2], struct problems *problems)
{
	char text[IP_ADDRESS_TEXT];

	ip_address_format(address, text);
	if (ranges_contain(shared, address))
		problem(problems, type, interface,
		        "PrivateIP:%u %s is an IPAddress too, which both nodes share; give each node an "
		        "address of its own",
		        node, text);
	else if (node == 1 && ranges_contain(&private_ips[0], address))
		problem(problems, type, interface,
		        "PrivateIP:1 %s is that of PrivateIP:0 too; give each node an address of its own",
		        text);
}

/* The nodes reach each other at it. */
static void check_sync_address(const struct object_type *type, const struct lyd_node *interface,
                               unsigned node, const struct ranges private_ips[2], struct problems *problems)
{
	const struct ip_address *address = &private_ips[node].range[0].first;
	char text[IP_ADDRESS_TEXT];

	ip_address_format(address, text);
	if (is_loopback(address))
		problem(problems, type, interface,
		        "PrivateIP:%u %s does not lead to the other node, as that of a Sync interface must; "
		        "set an address of its network",
		        node, text);
	else if (node == 1 && private_ips[0].count &&
	         private_ips[0].range[0].first.version != address->version)
		problem(problems, type, interface,
		        "PrivateIP:1 %s is of another IP version than PrivateIP:0; where HAType is Sync both "
		        "have one",
		        text);
}

/* A node whose peer is active is reached over IPv6 only at an address of its own (C05-023). */
static void check_private_ipv6(const struct object_type *type, const struct lyd_node *interface,
                               const struct ranges *shared, const struct ranges private_ips[2],
                               struct problems *problems)
{
	for (unsigned node = 0; node < 2 && ranges_have_version(shared, 6); node++)
		if (!ranges_have_version(&private_ips[node], 6))
			warning(problems, type, interface,
			        "PrivateIP:%u has no IPv6 address, so that the node is reached over IPv6 "
			        "only while it is active",
			        node);
}

void check_private_addresses(const struct object_type *type, const struct lyd_node *interface,
                             const struct ranges *shared, const struct ranges private_ips[2],
                             struct problems *problems)
{
	bool sync = !interface_is_vlan(type) && !strcmp(value_of(type, interface, "HAType"), "Sync");

	check_private_ipv6(type, interface, shared, private_ips, problems);
	for (unsigned node = 0; node < 2; node++) {
		for (size_t i = 0; i < private_ips[node].count; i++) {
			const struct ip_address *address = &private_ips[node].range[i].first;

			if (!is_loopback(address))
				check_own_address(type, interface, node, address, shared, private_ips,
				                  problems);
		}
		if (sync && private_ips[node].count)
			check_sync_address(type, interface, node, private_ips, problems);
	}
}

/* Of IPv4 where the shared addresses are, so that both nodes can be told apart over it; clusters may have IPv6 only (C22-017). */
void check_member(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *interface, struct problems *problems)
{
	const struct property *private_ip = type_property(type, "PrivateIP");
	struct ranges shared = {0};
	bool ipv4;

	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &shared);
	ipv4 = ranges_have_version(&shared, 4);
	ranges_free(&shared);
	for (unsigned node = 0; node < 2; node++) {
		struct ranges addresses = {0};

		resolve_addresses(configuration, interface, private_ip, node, &addresses);
		if (ipv4 ? !ranges_have_version(&addresses, 4) : !addresses.count)
			problem(
			    problems, type, interface,
			    "PrivateIP:%u must be one address (every interface of a cluster needs one%s on "
			    "each node; localhost where it is not used)",
			    node, ipv4 ? " of IPv4" : "");
		ranges_free(&addresses);
	}
}

void check_cluster(const struct configuration *configuration, unsigned sync, bool anchored,
                   struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "HighAvailability");
	const struct lyd_node *object = object_find(configuration, type, NULL, NULL);

	if (!*value_of(type, object, "Role"))
		problem(problems, type, object, "Role must be Master or Slave where Enabled is Yes");
	if (!*value_of(type, object, "ClusterID"))
		problem(problems, type, object, "ClusterID must be 1..63 where Enabled is Yes");
	if (!sync)
		problem(problems, type, object, "at least one EthernetInterface must have HAType=Sync");
	if (!anchored)
		problem(
		    problems, type, object,
		    "at least one Critical interface must have HAEthernetAddressMode=PrivateSharedMAC, or "
		    "EthernetAddress:0 and EthernetAddress:1; set one of them");
}
