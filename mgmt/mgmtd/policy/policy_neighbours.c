/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/policy/policy_interfaces.h"

#include <string.h>

static int add_entries(const struct configuration *configuration, const char *holder_name,
                       const char *type_name, struct policy_builder *builder)
{
	const struct object_type *holder = schema_type(configuration->schema, NULL, holder_name);
	const struct object_type *type = schema_type(configuration->schema, holder, type_name);
	const struct lyd_node *context = object_find(configuration, holder, NULL, NULL);
	int error = 0;

	for (const struct lyd_node *object = context ? object_first(configuration, type, context) : NULL;
	     object && !error; object = object_next(object)) {
		struct policy_arp_entry entry = {
		    .interface = interface_id(configuration, value_of(type, object, "Interface")),
		    .mode = strcmp(value_of(type, object, "Mode"), "Publish") ? POLICY_ARP_STATIC
		                                                              : POLICY_ARP_PUBLISH,
		    .address = resolve_host(configuration, value_of(type, object, "IP"))};

		if (object_disabled(type, object))
			continue;
		(void)resolve_mac(configuration, value_of(type, object, "MACAddress"), &entry.mac);
		error = policy_builder_arp_entry(builder, &entry);
	}
	return error;
}

struct proxied {
	const struct configuration *configuration;
	struct policy_builder *builder;
	struct policy_arp_entry entry;
	int error;
};

static void proxy_on(const char *interface, struct proxied *proxied)
{
	const struct object_type *type;
	struct lyd_node *object = interface_find(proxied->configuration, interface, &type);

	if (proxied->error || !object || interface_is_disabled(proxied->configuration, type, object) ||
	    (!interface_is_vlan(type) && !strcmp(value_of(type, object, "HAType"), "Sync")))
		return;
	proxied->entry.interface = (uint16_t)value_number(type, object, "Id");
	proxied->error = policy_builder_arp_entry(proxied->builder, &proxied->entry);
}

/* One prefix of a route's network. */
static int add_proxied(const struct configuration *configuration, const struct object_type *type,
                       const struct lyd_node *route, const struct ip_range *prefix,
                       struct policy_builder *builder)
{
	struct proxied proxied = {.configuration = configuration,
	                          .builder = builder,
	                          .entry = {.mode = POLICY_ARP_PUBLISH, .address = prefix->first}};
	const char *own = value_of(type, route, "Interface");
	struct interface_cursor at = {0};
	unsigned length;

	if (!ip_range_prefix_length(prefix, &length))
		return 0;
	proxied.entry.host_bits = (uint8_t)((prefix->first.version == 4 ? 32 : 128) - length);
	if (!strcmp(value_of(type, route, "ProxyArpAllInterfaces"), "Yes")) {
		while (interface_next(configuration, &at))
			if (strcmp(object_key(at.type, at.object), own) != 0)
				proxy_on(object_key(at.type, at.object), &proxied);
		return proxied.error;
	}
	for (const struct lyd_node *item = value_first(route, type_property(type, "ProxyArpInterfaces"), 0);
	     item; item = value_next(item))
		proxy_on(lyd_get_value(item), &proxied);
	return proxied.error;
}

int policy_add_proxied(const struct configuration *configuration, const struct object_type *type,
                       const struct lyd_node *route, const struct ranges *network,
                       struct policy_builder *builder)
{
	struct ranges prefixes = {0};
	int error = 0;

	for (size_t i = 0; i < network->count && !error; i++) {
		if (network->range[i].first.version == 6)
			error = add_proxied(configuration, type, route, &network->range[i], builder);
		else
			error = ranges_add_prefixes(&prefixes, &network->range[i]);
	}
	for (size_t i = 0; i < prefixes.count && !error; i++)
		error = add_proxied(configuration, type, route, &prefixes.range[i], builder);
	ranges_free(&prefixes);
	return error;
}

int policy_add_arp_entries(const struct configuration *configuration, struct policy_builder *builder)
{
	int error = add_entries(configuration, "ARPEntries", "ARPEntry", builder);

	return error ? error : add_entries(configuration, "NDEntries", "NDEntry", builder);
}
