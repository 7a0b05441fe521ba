/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/listeners.h"
#include "mgmt/mgmtd/resolve.h"

static void add_listener(struct listeners *listeners, const struct ip_address *address, uint16_t port,
                         const struct lyd_node *access)
{
	if (address->version != 4 || address->bytes[0] == 127 || listeners->count == LISTENERS_MAX)
		return;
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->listener[i].port == port &&
		    !ip_address_compare(&listeners->listener[i].address, address))
			return;
	listeners->listener[listeners->count++] = (struct listener){*address, port, access};
}

static void add_interface(const struct configuration *configuration, const char *name, uint16_t port,
                          const struct lyd_node *access, struct listeners *listeners)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");
	const struct lyd_node *interface = object_find(configuration, type, NULL, name);
	struct ranges ranges = {0};
	struct ip_address private_ip;

	if (!interface || object_disabled(type, interface))
		return;
	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		add_listener(listeners, &ranges.range[i].first, port, access);
	ranges_free(&ranges);
	if (!configuration_in_cluster(configuration))
		return;
	private_ip = resolve_host(configuration, value_text(interface, type_property(type, "PrivateIP"),
	                                                    configuration_role(configuration)));
	add_listener(listeners, &private_ip, port, access);
}

void listeners_of(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *access, const char *port_property, struct listeners *listeners)
{
	add_interface(configuration, value_of(type, access, "SourceInterface"),
	              (uint16_t)value_number(type, access, port_property), access, listeners);
}

void listeners_find(const struct configuration *configuration, const char *type_name,
                    const char *port_property, struct listeners *listeners)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, type_name);

	for (const struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access))
		if (!object_disabled(type, access))
			listeners_of(configuration, type, access, port_property, listeners);
}
