/* SPDX-License-Identifier: GPL-2.0-or-later */
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

int policy_add_arp_entries(const struct configuration *configuration, struct policy_builder *builder)
{
	int error = add_entries(configuration, "ARPEntries", "ARPEntry", builder);

	return error ? error : add_entries(configuration, "NDEntries", "NDEntry", builder);
}
