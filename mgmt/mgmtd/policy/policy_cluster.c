/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <stdio.h>
#include <string.h>

void cluster_configuration_build(const struct configuration *configuration,
                                 struct message_cluster_configuration *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");
	const struct property *private_ip = type_property(type, "PrivateIP");

	*out = (struct message_cluster_configuration){0};
	if (!configuration_in_cluster(configuration))
		return;
	out->enabled = 1;
	out->role = (uint8_t)configuration_role(configuration);
	out->cluster_id = (uint8_t)setting_number(configuration, "HighAvailability", "ClusterID");
	out->auto_sync = configuration_auto_sync(configuration);
	out->peer_dead_ms = setting_number(configuration, "HASettings", "PeerDead");
	for (const struct lyd_node *interface = object_first(configuration, type, NULL);
	     interface && out->link_count < CLUSTER_LINKS_MAX; interface = object_next(interface)) {
		struct message_cluster_link *link = &out->links[out->link_count];

		if (strcmp(value_of(type, interface, "HAType"), "Sync") != 0 ||
		    interface_is_down(type, interface))
			continue;
		for (unsigned node = 0; node < 2; node++)
			link->address[node] =
			    resolve_host(configuration, value_text(interface, private_ip, node));
		out->link_count++;
	}
}

void cluster_identity_build(const struct configuration *configuration, const char *version,
                            struct message_cluster_identity *out)
{
	struct interface_cursor at = {0};

	memset(out, 0, sizeof(*out));
	snprintf(out->version, sizeof(out->version), "%s", version);
	out->interface_length = sizeof(out->interfaces[0]);
	while (out->interface_count < CLUSTER_INTERFACES_MAX && interface_next(configuration, &at)) {
		struct cluster_interface *interface = &out->interfaces[out->interface_count++];

		snprintf(interface->type, sizeof(interface->type), "%s", at.type->name);
		snprintf(interface->name, sizeof(interface->name), "%s", object_key(at.type, at.object));
		snprintf(interface->ha_type, sizeof(interface->ha_type), "%s",
		         interface_is_vlan(at.type) ? "NonCritical" : value_of(at.type, at.object, "HAType"));
		interface->id = (uint32_t)value_number(at.type, at.object, "Id");
	}
}
