/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/spare_link.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <stdio.h>
#include <string.h>

/* The link over a Sync interface: its private addresses. */
static struct message_cluster_link sync_link(const struct configuration *configuration,
                                             const struct object_type *type, const struct lyd_node *interface)
{
	const struct property *private_ip = type_property(type, "PrivateIP");
	struct message_cluster_link link = {.spare = 0};

	for (unsigned node = 0; node < 2; node++)
		link.address[node] = resolve_host(configuration, value_text(interface, private_ip, node));
	return link;
}

static struct message_cluster_link spare_link(const struct object_type *type,
                                              const struct lyd_node *interface)
{
	uint16_t id = (uint16_t)value_number(type, interface, "Id");

	return (struct message_cluster_link){
	    .address = {spare_link_address(id, ROLE_MASTER), spare_link_address(id, ROLE_SLAVE)}, .spare = 1};
}

static bool carries_link(const struct configuration *configuration, const struct object_type *type,
                         struct lyd_node *interface, bool spare)
{
	if (interface_is_down(type, interface) ||
	    strcmp(value_of(type, interface, "HAType"), spare ? "Critical" : "Sync") != 0)
		return false;
	return !spare || interface_mtu(configuration, type, interface) >= SPARE_LINK_MTU_MIN;
}

/* Of those that can carry such a link the one with the lowest number above id: at both nodes links have one order. */
static struct lyd_node *next_carrier(const struct configuration *configuration,
                                     const struct object_type *type, bool spare, uint32_t id)
{
	struct lyd_node *next = NULL;

	for (struct lyd_node *interface = object_first(configuration, type, NULL); interface;
	     interface = object_next(interface)) {
		if (carries_link(configuration, type, interface, spare) &&
		    value_number(type, interface, "Id") > id &&
		    (!next || value_number(type, interface, "Id") < value_number(type, next, "Id")))
			next = interface;
	}
	return next;
}

static void add_links(const struct configuration *configuration, const struct object_type *type, bool spare,
                      struct message_cluster_configuration *out)
{
	struct lyd_node *interface = next_carrier(configuration, type, spare, 0);

	while (interface && out->link_count < CLUSTER_LINKS_MAX) {
		struct message_cluster_link *link = &out->links[out->link_count++];

		*link = spare ? spare_link(type, interface) : sync_link(configuration, type, interface);
		snprintf(link->interface, sizeof(link->interface), "%s", object_key(type, interface));
		interface = next_carrier(configuration, type, spare, value_number(type, interface, "Id"));
	}
}

void cluster_configuration_build(const struct configuration *configuration,
                                 struct message_cluster_configuration *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");

	*out = (struct message_cluster_configuration){0};
	if (!configuration_in_cluster(configuration))
		return;
	out->enabled = 1;
	out->role = (uint8_t)configuration_role(configuration);
	out->cluster_id = (uint8_t)setting_number(configuration, "HighAvailability", "ClusterID");
	out->auto_sync = configuration_auto_sync(configuration);
	out->peer_dead_ms = setting_number(configuration, "HASettings", "PeerDead");
	add_links(configuration, type, false, out);
	/* Nothing is mirrored without a Sync interface (C22-005). */
	if (out->link_count > 0)
		add_links(configuration, type, true, out);
}

void cluster_identity_build(const struct configuration *configuration, const char *version, const char *build,
                            struct message_cluster_identity *out)
{
	struct interface_cursor at = {0};

	memset(out, 0, sizeof(*out));
	snprintf(out->version, sizeof(out->version), "%s", version);
	snprintf(out->platform.build, sizeof(out->platform.build), "%s", build);
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
