/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_advertise.h"
#include "mgmt/mgmtd/configuration/interface.h"

#include <string.h>

const struct lyd_node *advertisement_profile(const struct configuration *configuration, const char *name,
                                             const struct object_type **type)
{
	const struct object_type *table =
	    schema_type(configuration->schema, NULL, "RouterAdvertisementProfileTable");
	const struct lyd_node *found = NULL;

	*type = schema_type(configuration->schema, table, "RouterAdvertisementProfile");
	for (struct lyd_node *holder = object_first(configuration, table, NULL); holder && !found;
	     holder = object_next(holder))
		found = object_find(configuration, *type, holder, name);
	return found;
}

uint32_t advertisement_minimum(const struct object_type *type, const struct lyd_node *profile)
{
	uint32_t maximum = value_number(type, profile, "MaxInterval");

	if (*value_of(type, profile, "MinInterval"))
		return value_number(type, profile, "MinInterval");
	return maximum / 3 < 3 ? 3 : maximum / 3;
}

static uint8_t flag(const struct object_type *type, const struct lyd_node *profile, const char *property,
                    enum policy_advertise_flag value)
{
	return strcmp(value_of(type, profile, property), "Yes") ? 0 : value;
}

int policy_add_advertisement(const struct configuration *configuration, const struct policy_route *route,
                             const char *interface, struct policy_builder *builder)
{
	const struct object_type *interfaces, *type;
	const struct lyd_node *object = interface_find(configuration, interface, &interfaces);
	const struct lyd_node *profile = advertisement_profile(
	    configuration, object ? value_of(interfaces, object, "RouterAdvertisementProfile") : "", &type);
	struct policy_advertisement out = {.interface = route->interface,
	                                   .prefix = route->network.first,
	                                   .hop_limit = (uint8_t)value_number(type, profile, "CurHopLimit"),
	                                   .minimum_s = advertisement_minimum(type, profile),
	                                   .maximum_s = value_number(type, profile, "MaxInterval"),
	                                   .lifetime_s = value_number(type, profile, "DefaultLifetime"),
	                                   .reachable_ms = value_number(type, profile, "ReachableTime"),
	                                   .retransmit_ms = value_number(type, profile, "RetransTimer"),
	                                   .mtu = value_number(type, profile, "LinkMTU"),
	                                   .valid_s = value_number(type, profile, "ValidLifetime"),
	                                   .preferred_s = value_number(type, profile, "PreferredLifetime")};
	unsigned length;

	if (route->network.first.version != 6 || !ip_range_prefix_length(&route->network, &length))
		return 0;
	out.prefix_length = (uint8_t)length;
	out.flags = flag(type, profile, "ManagedFlag", POLICY_ADVERTISE_MANAGED) |
	            flag(type, profile, "OtherConfigFlag", POLICY_ADVERTISE_OTHER) |
	            flag(type, profile, "OnLink", POLICY_ADVERTISE_ON_LINK);
	/* Of other lengths no host can make an address (RFC 4862 5.5.3). */
	if (length == 64)
		out.flags |= flag(type, profile, "Autonomous", POLICY_ADVERTISE_AUTONOMOUS);
	return policy_builder_advertisement(builder, &out);
}
