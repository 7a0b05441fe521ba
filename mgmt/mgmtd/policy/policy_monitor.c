/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/policy/policy_interfaces.h"

#include <string.h>

static unsigned family_of(const struct ip_address *address)
{
	return address->version == 6;
}

static void add(struct monitor_targets *out, const struct ip_address *address)
{
	unsigned family = family_of(address);

	for (unsigned i = 0; i < out->count[family]; i++)
		if (!ip_address_compare(&out->address[family][i], address))
			return;
	out->address[family][out->count[family]++] = *address;
}

/* The address behind; of the last one the first. */
static void step(struct ip_address *address)
{
	for (unsigned i = address->version == 6 ? 16 : 4; i-- > 0 && ++address->bytes[i] == 0;)
		;
}

void monitor_targets_resolve(const struct configuration *configuration, const struct object_type *type,
                             const struct lyd_node *interface, struct monitor_targets *out)
{
	const struct property *property = type_property(type, "MonitorTargets");
	struct ranges ranges = {0};

	memset(out, 0, sizeof(*out));
	out->configured = value_first(interface, property, 0) != NULL;
	resolve_addresses(configuration, interface, property, 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++) {
		struct ip_address at = ranges.range[i].first;
		unsigned family = family_of(&at);

		while (out->count[family] <= POLICY_MONITOR_TARGETS_MAX) {
			add(out, &at);
			if (!ip_address_compare(&at, &ranges.range[i].last))
				break;
			step(&at);
		}
	}
	ranges_free(&ranges);
}

int policy_add_monitor_targets(const struct monitor_targets *targets, uint16_t interface,
                               struct policy_builder *builder)
{
	int error = 0;

	for (unsigned family = 0; family < 2; family++) {
		if (targets->count[family] > POLICY_MONITOR_TARGETS_MAX)
			continue;
		for (unsigned i = 0; i < targets->count[family] && !error; i++)
			error = policy_builder_monitor_target(
			    builder, &(struct policy_monitor_target){.interface = interface,
			                                             .address = targets->address[family][i]});
	}
	return error;
}
