/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

#define BUFFER_OVERHEAD 22 /* Ethernet's header, check sequence and a tag: 1522 is for an MTU of 1500 */
#define BUFFER_MIN      1522
#define BUFFER_MAX      9216
#define MTU_MAX         9000 /* of BUFFER_MAX (C03-038) */

/* Interfaces, groups and zones stand in the same places (C03-001). */
static void check_names(const struct configuration *configuration, struct problems *problems)
{
	static const char *const types[] = {"EthernetInterface", "VLAN", "InterfaceGroup", "Zone"};
	const size_t count = sizeof(types) / sizeof(*types);

	for (size_t i = 0; i < count; i++) {
		const struct object_type *type = schema_type(configuration->schema, NULL, types[i]);

		for (struct lyd_node *object = object_first(configuration, type, NULL); object;
		     object = object_next(object)) {
			const char *name = object_key(type, object);

			if (!strcmp(name, "any") || !strcmp(name, "core"))
				problem(problems, type, object,
				        "the name '%s' has a meaning of its own; rename it", name);
			for (size_t j = 0; j < i; j++)
				if (object_find(configuration,
				                schema_type(configuration->schema, NULL, types[j]), NULL,
				                name))
					problem(problems, type, object,
					        "the name '%s' is that of %s %s too; rename one of them",
					        name, types[j], name);
		}
	}
}

static void check_id_unique(const struct object_type *type, struct lyd_node *vlan, struct problems *problems)
{
	for (struct lyd_node *other = object_next(vlan); other; other = object_next(other))
		if (!strcmp(value_of(type, vlan, "BaseInterface"), value_of(type, other, "BaseInterface")) &&
		    value_number(type, vlan, "VLANID") == value_number(type, other, "VLANID"))
			problem(problems, type, other,
			        "VLANID %u is that of VLAN %s on %s too; choose another",
			        value_number(type, other, "VLANID"), object_key(type, vlan),
			        value_of(type, other, "BaseInterface"));
}

static void check_base(const struct configuration *configuration, const struct object_type *type,
                       struct lyd_node *vlan, struct problems *problems)
{
	const struct object_type *ethernet = schema_type(configuration->schema, NULL, "EthernetInterface");
	struct lyd_node *below = interface_below(configuration, vlan),
	                *device = interface_device(configuration, type, vlan);

	if (!below)
		return;
	if (!device) {
		problem(problems, type, vlan,
		        "BaseInterface '%s' does not lead to an EthernetInterface within %d VLANs; at most "
		        "%d may be "
		        "nested",
		        value_of(type, vlan, "BaseInterface"), POLICY_VLAN_LEVELS, POLICY_VLAN_LEVELS);
		return;
	}
	if (!strcmp(value_of(ethernet, device, "HAType"), "Sync"))
		problem(
		    problems, type, vlan,
		    "BaseInterface '%s' leads to %s, a Sync interface, which has no VLANs; choose another",
		    value_of(type, vlan, "BaseInterface"), object_key(ethernet, device));
	if (interface_mtu(configuration, type, vlan) >
	    interface_mtu(configuration, schema_type_of(configuration->schema, below->schema), below))
		problem(problems, type, vlan, "MTU %u is larger than that of BaseInterface '%s'; lower it",
		        interface_mtu(configuration, type, vlan), value_of(type, vlan, "BaseInterface"));
}

static void check_vlan(const struct configuration *configuration, const struct object_type *type,
                       struct lyd_node *vlan, struct problems *problems)
{
	if (!value_number(type, vlan, "Id"))
		problem(problems, type, vlan, "has no number; delete it and add it again");
	check_base(configuration, type, vlan, problems);
	check_id_unique(type, vlan, problems);
	if (!object_disabled(type, vlan))
		check_addresses(configuration, type, vlan, problems);
}

static void check_buffers(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *settings = schema_type(configuration->schema, NULL, "InterfaceSettings");
	struct lyd_node *object = (struct lyd_node *)object_find(configuration, settings, NULL, NULL);
	uint32_t size = packet_buffer_size(configuration);
	uint32_t most = size == BUFFER_MAX ? MTU_MAX : size - BUFFER_OVERHEAD;
	struct interface_cursor at = {0};

	if (size < BUFFER_MIN || size > BUFFER_MAX) {
		problem(problems, settings, object,
		        "PacketBufferSize '%s' cannot be used. Allowed: Default, 4kB, 9kB, or a number from "
		        "%d to %d",
		        value_of(settings, object, "PacketBufferSize"), BUFFER_MIN, BUFFER_MAX);
		return;
	}
	most = most > MTU_MAX ? MTU_MAX : most;
	while (interface_next(configuration, &at)) {
		uint32_t mtu = interface_mtu(configuration, at.type, at.object);

		if (mtu > most)
			problem(
			    problems, at.type, at.object,
			    "MTU %u is larger than %u, which InterfaceSettings PacketBufferSize=%s holds%s",
			    mtu, most, value_of(settings, object, "PacketBufferSize"),
			    most == MTU_MAX ? "; lower it" : "; lower it, or raise PacketBufferSize");
	}
}

void check_interface_types(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "VLAN");
	unsigned count =
	    object_count(configuration, type, NULL) +
	    object_count(configuration, schema_type(configuration->schema, NULL, "EthernetInterface"), NULL);

	check_names(configuration, problems);
	for (struct lyd_node *vlan = object_first(configuration, type, NULL); vlan; vlan = object_next(vlan))
		check_vlan(configuration, type, vlan, problems);
	if (count > POLICY_INTERFACES_MAX)
		problem(problems, type, NULL, "there are %u interfaces of all types, at most %d are possible",
		        count, POLICY_INTERFACES_MAX);
	check_buffers(configuration, problems);
}
