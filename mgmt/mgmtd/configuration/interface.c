/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/interface.h"
#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <string.h>

static const char *const types[] = {"EthernetInterface", "VLAN"};
#define TYPES (sizeof(types) / sizeof(*types))

bool interface_next(const struct configuration *configuration, struct interface_cursor *cursor)
{
	if (cursor->object)
		cursor->object = object_next(cursor->object);
	while (!cursor->object && cursor->next < TYPES) {
		cursor->type = schema_type(configuration->schema, NULL, types[cursor->next++]);
		cursor->object = object_first(configuration, cursor->type, NULL);
	}
	return cursor->object != NULL;
}

struct lyd_node *interface_find(const struct configuration *configuration, const char *name,
                                const struct object_type **type)
{
	for (size_t i = 0; i < TYPES; i++) {
		const struct object_type *one = schema_type(configuration->schema, NULL, types[i]);
		struct lyd_node *object = (struct lyd_node *)object_find(configuration, one, NULL, name);

		if (!object)
			continue;
		if (type)
			*type = one;
		return object;
	}
	return NULL;
}

bool interface_is_type(const struct object_type *type)
{
	for (size_t i = 0; i < TYPES; i++)
		if (!type->parent && !strcmp(type->name, types[i]))
			return true;
	return false;
}

bool interface_is_vlan(const struct object_type *type)
{
	return !type->parent && !strcmp(type->name, "VLAN");
}

struct lyd_node *interface_device(const struct configuration *configuration, const struct object_type *type,
                                  struct lyd_node *interface)
{
	for (unsigned level = 0; interface && level <= POLICY_VLAN_LEVELS; level++) {
		if (!interface_is_vlan(type))
			return interface;
		interface = interface_find(configuration, value_of(type, interface, "BaseInterface"), &type);
	}
	return NULL;
}

struct lyd_node *interface_below(const struct configuration *configuration, const struct lyd_node *interface)
{
	const struct object_type *type = schema_type_of(configuration->schema, interface->schema);

	return interface_is_vlan(type)
	           ? interface_find(configuration, value_of(type, interface, "BaseInterface"), NULL)
	           : NULL;
}

unsigned interface_level(const struct configuration *configuration, const struct lyd_node *interface)
{
	unsigned level = 0;

	for (; level <= POLICY_VLAN_LEVELS; level++) {
		const struct object_type *type = schema_type_of(configuration->schema, interface->schema);

		if (!interface_is_vlan(type))
			return level;
		interface = interface_below(configuration, interface);
		if (!interface)
			break;
	}
	return POLICY_VLAN_LEVELS + 1;
}

uint32_t interface_mtu(const struct configuration *configuration, const struct object_type *type,
                       struct lyd_node *interface)
{
	uint32_t mtu = value_number(type, interface, "MTU");

	for (unsigned level = 0; !mtu && interface && level <= POLICY_VLAN_LEVELS; level++) {
		interface = interface_below(configuration, interface);
		if (interface)
			mtu = value_number(schema_type_of(configuration->schema, interface->schema),
			                   interface, "MTU");
	}
	return mtu ? mtu : 1500;
}

bool interface_is_disabled(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *interface)
{
	for (unsigned level = 0; interface && level <= POLICY_VLAN_LEVELS; level++) {
		if (object_disabled(type, interface))
			return true;
		interface = interface_below(configuration, interface);
		if (interface)
			type = schema_type_of(configuration->schema, interface->schema);
	}
	return false;
}

uint32_t packet_buffer_size(const struct configuration *configuration)
{
	static const char type[] = "InterfaceSettings", name[] = "PacketBufferSize";

	return setting_is(configuration, type, name, "Default") ? 1522
	       : setting_is(configuration, type, name, "4kB")   ? 4096
	       : setting_is(configuration, type, name, "9kB")   ? 9216
	                                                        : setting_number(configuration, type, name);
}

bool interface_is_down(const struct object_type *type, const struct lyd_node *interface)
{
	return object_disabled(type, interface) ||
	       (!interface_is_vlan(type) && !strcmp(value_of(type, interface, "Type"), "Null"));
}

struct lyd_node *interface_addresses_of(const struct configuration *configuration,
                                        const struct object_type *type, struct lyd_node *interface,
                                        const struct object_type **holder_type)
{
	struct lyd_node *at = interface;

	*holder_type = type;
	for (unsigned level = 0; at && level <= POLICY_VLAN_LEVELS; level++) {
		if (!interface_is_vlan(*holder_type) ||
		    value_first(at, type_property(*holder_type, "IPAddress"), 0))
			return at;
		at = interface_find(configuration, value_of(*holder_type, at, "BaseInterface"), holder_type);
	}
	*holder_type = type;
	return interface;
}

struct members {
	const struct configuration *configuration;
	int (*each)(const struct object_type *type, struct lyd_node *interface, void *user);
	void *user;
	unsigned steps;
};

static int zone_members(struct members *members, const char *name)
{
	struct interface_cursor at = {0};
	int error = 0;

	while (!error && interface_next(members->configuration, &at))
		if (!strcmp(value_of(at.type, at.object, "Zone"), name))
			error = members->each(at.type, at.object, members->user);
	return error;
}

static int visit(struct members *members, const char *name, unsigned depth)
{
	const struct schema *schema = members->configuration->schema;
	const struct object_type *type, *groups = schema_type(schema, NULL, "InterfaceGroup");
	struct lyd_node *object = interface_find(members->configuration, name, &type);
	const struct lyd_node *group;
	int error = 0;

	if (depth > RESOLVE_DEPTH || ++members->steps > RESOLVE_MAX)
		return -ELOOP;
	if (object)
		return members->each(type, object, members->user);
	group = object_find(members->configuration, groups, NULL, name);
	if (!group)
		return object_find(members->configuration, schema_type(schema, NULL, "Zone"), NULL, name)
		           ? zone_members(members, name)
		           : -ENOENT;
	for (const struct lyd_node *item = value_first(group, type_property(groups, "Members"), 0);
	     item && !error; item = value_next(item))
		error = visit(members, lyd_get_value(item), depth + 1);
	return error;
}

int interface_members(const struct configuration *configuration, const char *name,
                      int (*each)(const struct object_type *type, struct lyd_node *interface, void *user),
                      void *user)
{
	struct members members = {configuration, each, user, 0};

	return visit(&members, name, 0);
}

uint32_t interface_highest_id(const struct configuration *configuration)
{
	struct interface_cursor at = {0};
	uint32_t highest = 0;

	while (interface_next(configuration, &at)) {
		uint32_t number = value_number(at.type, at.object, "Id");

		highest = number > highest ? number : highest;
	}
	return highest;
}
