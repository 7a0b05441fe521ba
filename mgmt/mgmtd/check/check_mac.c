/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

bool mac_is_known_beforehand(const struct object_type *type, const struct lyd_node *interface)
{
	const struct property *address = type_property(type, "EthernetAddress");

	return strcmp(value_of(type, interface, "HAEthernetAddressMode"), "InterfaceMAC") != 0 ||
	       (value_text(interface, address, 0) && value_text(interface, address, 1));
}

void check_ethernet_address(const struct configuration *configuration, const struct object_type *type,
                            const struct lyd_node *interface, struct problems *problems)
{
	const struct property *property = type_property(type, "EthernetAddress");
	bool own = !strcmp(value_of(type, interface, "HAEthernetAddressMode"), "InterfaceMAC");
	struct mac_address macs[2] = {0};
	bool known[2];

	for (unsigned node = 0; node < 2; node++) {
		const char *text = value_text(interface, property, node);

		known[node] = text && !resolve_mac(configuration, text, &macs[node]);
		if (known[node] && (mac_address_is_zero(&macs[node]) || macs[node].bytes[0] & 1))
			problem(problems, type, interface,
			        "EthernetAddress:%u '%s' is no address that one host can have; give another",
			        node, text);
	}
	/* Of a made-up shared address either node may be the one that has it. */
	if (own && configuration_in_cluster(configuration) && known[0] && known[1] &&
	    !memcmp(&macs[0], &macs[1], sizeof(macs[0])))
		problem(problems, type, interface,
		        "EthernetAddress:1 '%s' is that of EthernetAddress:0 too, and with "
		        "HAEthernetAddressMode=InterfaceMAC each node needs its own; change one",
		        value_text(interface, property, 1));
}
