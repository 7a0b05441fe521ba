/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/own_mac.h"

#include "datapath/core/control.h"

#include <string.h>

static bool uses_own(const struct policy_interface *interface)
{
	return !interface->disabled && !interface->carrier && interface->ha_type != POLICY_HA_SYNC &&
	       interface->mac_mode == POLICY_MAC_INTERFACE;
}

bool own_macs_renew(struct heartbeat_configuration *configuration, const struct policy *policy)
{
	struct peer_mac macs[POLICY_PORTS_MAX];
	unsigned count = 0;

	for (uint32_t i = 0; policy->settings->cluster_enabled && i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];
		const struct port *port;

		if (!uses_own(interface) || count == POLICY_PORTS_MAX)
			continue;
		macs[count] = (struct peer_mac){.interface = interface->id, .peer = interface->peer_mac};
		port = control_port(interface->id);
		if (port)
			memcpy(macs[count].own.bytes, port->mac.addr_bytes, sizeof(macs[count].own.bytes));
		count++;
	}
	if (count == configuration->mac_count &&
	    memcmp(macs, configuration->macs, count * sizeof(*macs)) == 0)
		return false;
	configuration->mac_count = count;
	memcpy(configuration->macs, macs, count * sizeof(*macs));
	return true;
}
