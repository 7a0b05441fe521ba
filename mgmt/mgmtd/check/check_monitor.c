/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/policy/policy_interfaces.h"

#include <string.h>

static bool is_link_local(const struct ip_address *address)
{
	return address->version == 6 && address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

/* Neither node answers for the cluster: the one that asks least of all, and the peer is who is not heard. */
static void check_target(const struct object_type *type, const struct lyd_node *interface,
                         const struct ip_address *target, const struct ranges *own,
                         const struct ranges *networks, struct problems *problems)
{
	char text[IP_ADDRESS_TEXT];

	ip_address_format(target, text);
	if (ranges_contain(own, target))
		problem(problems, type, interface,
		        "MonitorTargets has %s, an address of the cluster itself, which tells nothing of the "
		        "link; "
		        "give other hosts",
		        text);
	else if (!is_link_local(target) && ranges_have_version(networks, target->version) &&
	         !ranges_contain(networks, target))
		problem(problems, type, interface,
		        "MonitorTargets has %s, which lies in none of the interface's networks, so that it "
		        "cannot "
		        "be asked directly; give hosts on the link",
		        text);
}

void check_monitor(const struct configuration *configuration, const struct object_type *type,
                   const struct lyd_node *interface, struct problems *problems)
{
	struct ranges own = {0}, networks = {0};
	struct monitor_targets targets;

	monitor_targets_resolve(configuration, type, interface, &targets);
	if (!targets.configured)
		return;
	if (strcmp(value_of(type, interface, "HAType"), "Critical") != 0) {
		problem(problems, type, interface,
		        "MonitorTargets has no effect where HAType is %s; set MonitorTargets=<empty>",
		        value_of(type, interface, "HAType"));
		return;
	}
	resolve_interface_networks(configuration, interface, &networks);
	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &own);
	for (unsigned node = 0; node < 2; node++)
		resolve_addresses(configuration, interface, type_property(type, "PrivateIP"), node, &own);
	for (unsigned family = 0; family < 2; family++) {
		if (targets.count[family] > POLICY_MONITOR_TARGETS_MAX) {
			warning(problems, type, interface,
			        "MonitorTargets has more than %u IPv%c addresses, so that none of IPv%c is "
			        "monitored; "
			        "give %u or less",
			        POLICY_MONITOR_TARGETS_MAX, family ? '6' : '4', family ? '6' : '4',
			        POLICY_MONITOR_TARGETS_MAX);
			continue;
		}
		for (unsigned i = 0; i < targets.count[family]; i++)
			check_target(type, interface, &targets.address[family][i], &own, &networks, problems);
	}
	ranges_free(&own);
	ranges_free(&networks);
}
