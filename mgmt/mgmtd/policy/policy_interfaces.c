/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_interfaces.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <stdlib.h>
#include <string.h>

uint16_t interface_id(const struct configuration *configuration, const char *name)
{
	const struct object_type *type;
	const struct lyd_node *object;

	if (!strcmp(name, "any"))
		return POLICY_INTERFACE_ANY;
	if (!strcmp(name, "core"))
		return POLICY_INTERFACE_CORE;
	object = interface_find(configuration, name, &type);
	return object ? (uint16_t)value_number(type, object, "Id") : POLICY_INTERFACE_NONE;
}

const char *interface_name(const struct configuration *configuration, uint16_t id)
{
	struct interface_cursor at = {0};

	if (id == POLICY_INTERFACE_ANY)
		return "any";
	if (id == POLICY_INTERFACE_CORE)
		return "core";
	while (interface_next(configuration, &at))
		if (value_number(at.type, at.object, "Id") == id)
			return object_key(at.type, at.object);
	return "?";
}

static void fill_device(const struct configuration *configuration, const char *name,
                        struct policy_interface *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetDevice");
	const struct lyd_node *device = name ? object_find(configuration, type, NULL, name) : NULL;
	const char *driver = value_of(type, device, "Driver");

	snprintf(out->device, sizeof(out->device), "%s", value_of(type, device, "Device"));
	out->driver = !strcmp(driver, "PCI")     ? POLICY_DRIVER_PCI
	              : !strcmp(driver, "AFXDP") ? POLICY_DRIVER_AF_XDP
	                                         : POLICY_DRIVER_AF_PACKET;
}

static enum policy_ha_type ha_type_of(const struct object_type *type, const struct lyd_node *interface)
{
	const char *ha_type = interface_is_vlan(type) ? "NonCritical" : value_of(type, interface, "HAType");

	if (!strcmp(ha_type, "Sync"))
		return POLICY_HA_SYNC;
	return !strcmp(ha_type, "NonCritical") ? POLICY_HA_NON_CRITICAL : POLICY_HA_CRITICAL;
}

/* The number of its group of equivalent interfaces: the lowest of their own. 0: none. */
static uint16_t equivalence_of(const struct configuration *configuration, const struct object_type *type,
                               const struct lyd_node *interface)
{
	const struct property *list = type_property(type, "SecurityEquivalentInterfaces");
	uint16_t lowest = (uint16_t)value_number(type, interface, "Id");

	if (!value_first(interface, list, 0))
		return 0;
	for (const struct lyd_node *item = value_first(interface, list, 0); item; item = value_next(item)) {
		uint16_t id = interface_id(configuration, lyd_get_value(item));

		lowest = id != POLICY_INTERFACE_NONE && id < lowest ? id : lowest;
	}
	return lowest;
}

/*
 * By how much frames with the tags of VLANs are longer than untagged ones of the interface's MTU. Linux makes room for
 * one 802.1Q tag by itself.
 */
static uint16_t tag_room(const struct configuration *configuration, const struct lyd_node *device)
{
	const struct object_type *ethernet = schema_type(configuration->schema, NULL, "EthernetInterface");
	uint32_t own = interface_mtu(configuration, ethernet, (struct lyd_node *)device), most = own;
	struct interface_cursor at = {0};

	while (interface_next(configuration, &at)) {
		const struct object_type *type = at.type;
		struct lyd_node *outermost = at.object;
		uint32_t size;

		if (!interface_is_vlan(type) || interface_device(configuration, type, outermost) != device)
			continue;
		size = interface_mtu(configuration, type, outermost) + 4;
		for (struct lyd_node *base;
		     (base =
		          interface_find(configuration, value_of(type, outermost, "BaseInterface"), &type)) &&
		     interface_is_vlan(type);
		     outermost = base)
			size += 4;
		type = schema_type(configuration->schema, NULL, "VLAN");
		if (!strcmp(value_of(type, outermost, "Type"), "8100"))
			size -= 4;
		most = size > most ? size : most;
	}
	return (uint16_t)(most - own);
}

static void fill_ethernet(const struct configuration *configuration, const struct object_type *type,
                          const struct lyd_node *interface, struct policy_interface *out)
{
	unsigned node = configuration_role(configuration);
	const char *mac = value_text(interface, type_property(type, "EthernetAddress"), node);
	const char *peer_mac = value_text(interface, type_property(type, "EthernetAddress"), 1 - node);

	out->ha_type = ha_type_of(type, interface);
	if (!strcmp(value_of(type, interface, "HAEthernetAddressMode"), "InterfaceMAC"))
		out->mac_mode = POLICY_MAC_INTERFACE;
	if (mac)
		resolve_mac(configuration, mac, &out->mac);
	if (peer_mac)
		resolve_mac(configuration, peer_mac, &out->peer_mac);
	fill_device(configuration, value_text(interface, type_property(type, "EthernetDevice"), node), out);
	out->tag_room = tag_room(configuration, interface);
}

static int add_interface(const struct configuration *configuration, const struct object_type *type,
                         struct lyd_node *interface, struct policy_builder *builder)
{
	struct policy_interface out = {.id = (uint16_t)value_number(type, interface, "Id"),
	                               .ha_type = POLICY_HA_NON_CRITICAL,
	                               .mtu = interface_mtu(configuration, type, interface),
	                               .equivalence = equivalence_of(configuration, type, interface)};
	struct monitor_targets targets = {.configured = false};
	int error;

	for (const struct lyd_node *at = interface; at && !out.disabled;
	     at = interface_below(configuration, at))
		out.disabled = interface_is_down(schema_type_of(configuration->schema, at->schema), at);
	snprintf(out.name, sizeof(out.name), "%s", object_key(type, interface));
	snprintf(out.zone, sizeof(out.zone), "%s", value_of(type, interface, "Zone"));
	if (!interface_is_vlan(type)) {
		fill_ethernet(configuration, type, interface, &out);
		if (!out.disabled && out.ha_type == POLICY_HA_CRITICAL) {
			monitor_targets_resolve(configuration, type, interface, &targets);
			out.monitor_neighbours = !targets.configured;
		}
	} else {
		out.carrier = interface_id(configuration, value_of(type, interface, "BaseInterface"));
		out.vlan_id = (uint16_t)value_number(type, interface, "VLANID");
		out.vlan_type = (uint16_t)strtoul(value_of(type, interface, "Type"), NULL, 16);
	}
	error = policy_builder_interface(builder, &out);
	return error ? error : policy_add_monitor_targets(&targets, out.id, builder);
}

/* The length of the narrowest network of the interface that holds the address; its own where there is none. */
static uint8_t prefix_length(const struct ranges *networks, const struct ip_address *address)
{
	unsigned best = 0, length;
	bool found = false;

	for (size_t i = 0; i < networks->count; i++) {
		if (!ip_range_contains(&networks->range[i], address) ||
		    !ip_range_prefix_length(&networks->range[i], &length))
			continue;
		best = !found || length > best ? length : best;
		found = true;
	}
	return (uint8_t)(found ? best : address->version == 6 ? 128 : 32);
}

static int add_address(struct policy_builder *builder, struct route_list *routes, uint16_t id,
                       enum policy_address_kind kind, const struct ip_address *address,
                       const struct ranges *networks, bool core_route)
{
	struct policy_address out = {.interface = id, .kind = kind, .address = *address};
	struct policy_route route = {.network = {*address, *address}, .interface = POLICY_INTERFACE_CORE};
	int error;

	if (!address->version || (address->version == 4 && address->bytes[0] == 127))
		return 0;
	out.prefix_length = prefix_length(networks, address);
	error = policy_builder_address(builder, &out);
	/* The datapath makes that of IPv6 itself. */
	if (!error && core_route && address->version == 4)
		error = route_list_add(routes, &route);
	return error;
}

/* Addresses, with a core route to each (C06-014), and the routes to the interface's IPv4 networks (C05-012). */
static int add_addresses(const struct configuration *configuration, const struct object_type *type,
                         struct lyd_node *interface, struct policy_builder *builder,
                         struct route_list *routes)
{
	const struct object_type *holder_type;
	const struct lyd_node *holder = interface_addresses_of(configuration, type, interface, &holder_type);
	bool cluster = configuration_in_cluster(configuration);
	bool sync = ha_type_of(type, interface) == POLICY_HA_SYNC;
	enum policy_address_kind kind = cluster ? POLICY_ADDRESS_SHARED : POLICY_ADDRESS_PRIVATE;
	uint16_t id = (uint16_t)value_number(type, interface, "Id");
	struct ranges networks = {0}, addresses = {0}, private_ips = {0};
	int error = 0;

	resolve_interface_networks(configuration, interface, &networks);
	resolve_addresses(configuration, holder, type_property(holder_type, "IPAddress"), 0, &addresses);
	for (size_t i = 0; !sync && i < addresses.count && !error; i++)
		error = add_address(builder, routes, id, kind, &addresses.range[i].first, &networks, true);
	if (cluster || sync)
		resolve_addresses(configuration, holder, type_property(holder_type, "PrivateIP"),
		                  configuration_role(configuration), &private_ips);
	for (size_t i = 0; i < private_ips.count && !error; i++)
		error = add_address(builder, routes, id, POLICY_ADDRESS_PRIVATE, &private_ips.range[i].first,
		                    &networks, !sync);
	for (size_t i = 0; !sync && i < networks.count && !error; i++)
		if (networks.range[i].first.version == 4 && networks.range[i].first.bytes[0] != 127)
			error = route_list_add(
			    routes, &(struct policy_route){.network = networks.range[i], .interface = id});
	ranges_free(&networks);
	ranges_free(&addresses);
	ranges_free(&private_ips);
	return error;
}

/* Whether an address is one of those that add_addresses makes of an interface. */
static bool has_address(const struct configuration *configuration, const struct object_type *type,
                        struct lyd_node *interface, const struct ip_address *address)
{
	const struct object_type *holder_type;
	const struct lyd_node *holder = interface_addresses_of(configuration, type, interface, &holder_type);
	struct ranges addresses = {0};
	bool found = false;

	resolve_addresses(configuration, holder, type_property(holder_type, "IPAddress"), 0, &addresses);
	if (configuration_in_cluster(configuration))
		resolve_addresses(configuration, holder, type_property(holder_type, "PrivateIP"),
		                  configuration_role(configuration), &addresses);
	for (size_t i = 0; i < addresses.count && !found; i++)
		found = !ip_address_compare(&addresses.range[i].first, address);
	ranges_free(&addresses);
	return found;
}

/* all-nets is no network that an address lies in. */
static bool is_everything(const struct ip_range *range)
{
	unsigned length;

	return ip_range_prefix_length(range, &length) && !length;
}

int policy_add_local_ip(const struct configuration *configuration, const char *interface,
                        const struct ip_address *address, const struct ranges *network,
                        struct policy_builder *builder, struct route_list *routes)
{
	bool cluster = configuration_in_cluster(configuration);
	const struct object_type *type = NULL;
	struct lyd_node *object = interface_find(configuration, interface, &type);
	struct ranges prefixes = {0};
	int error = 0;

	if (!object || has_address(configuration, type, object, address))
		return 0;
	for (size_t i = 0; i < network->count && !error; i++)
		if (!is_everything(&network->range[i]))
			error = ranges_add_prefixes(&prefixes, &network->range[i]);
	if (!error)
		error = add_address(builder, routes, (uint16_t)value_number(type, object, "Id"),
		                    cluster ? POLICY_ADDRESS_SHARED : POLICY_ADDRESS_PRIVATE, address,
		                    address->version == 6 ? network : &prefixes, true);
	ranges_free(&prefixes);
	return error;
}

/* Those of one level: an interface stands behind what carries it. */
static int add_level(const struct configuration *configuration, unsigned level,
                     struct policy_builder *builder, struct route_list *routes)
{
	struct interface_cursor at = {0};
	int error = 0;

	while (!error && interface_next(configuration, &at)) {
		if (interface_level(configuration, at.object) != level)
			continue;
		error = add_interface(configuration, at.type, at.object, builder);
		if (!error && !interface_is_disabled(configuration, at.type, at.object))
			error = add_addresses(configuration, at.type, at.object, builder, routes);
	}
	return error;
}

int policy_add_interfaces(const struct configuration *configuration, struct policy_builder *builder,
                          struct route_list *routes)
{
	int error = 0;

	for (unsigned level = 0; level <= POLICY_VLAN_LEVELS && !error; level++)
		error = add_level(configuration, level, builder, routes);
	return error;
}
