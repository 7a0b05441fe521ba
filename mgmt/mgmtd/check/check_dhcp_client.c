/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/check/check_interfaces.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static void check_filter(const struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, const char *property, struct problems *problems)
{
	const char *value = value_of(type, interface, property);
	struct dhcp_filter filter;
	int error = learned_dhcp_filter(configuration, value, &filter);

	if (error == -E2BIG)
		problem(problems, type, interface,
		        "%s '%s' has more than %d ranges of addresses; give it fewer, larger ones", property,
		        value, DHCP_FILTER_MAX);
	else if (error)
		problem(problems, type, interface,
		        "%s '%s' must be IPv4 addresses alone: a host, a network, a range, or an IPAddress "
		        "of such",
		        property, value);
}

static bool is_of_host(const struct ip_address *address)
{
	return address->version == 4 && address->bytes[0] != 0 && address->bytes[0] != 127 &&
	       address->bytes[0] < 224;
}

static void check_preferred(const struct configuration *configuration, const struct object_type *type,
                            const struct lyd_node *interface, struct problems *problems)
{
	const char *value = value_of(type, interface, "DHCPPreferredIP");
	const char *accepted = value_of(type, interface, "DHCPAdressFilter");
	struct ip_address address = resolve_host(configuration, value);
	struct ranges ranges = {0};
	char missing[64];

	if (!*value)
		return;
	if (!is_of_host(&address))
		problem(problems, type, interface,
		        "DHCPPreferredIP '%s' must be one IPv4 address that a host can have; leave it empty "
		        "to take any",
		        value);
	else if (*accepted && !resolve_address(configuration, accepted, &ranges, missing) &&
	         !ranges_contain(&ranges, &address))
		problem(problems, type, interface,
		        "DHCPPreferredIP '%s' is not in DHCPAdressFilter '%s', so it would be refused; "
		        "change one of them",
		        value, accepted);
	ranges_free(&ranges);
}

static void check_one(const struct configuration *configuration, const struct object_type *type,
                      struct lyd_node *interface, struct problems *problems)
{
	static const char *const endings[] = {"_ip", "_net"};
	const struct object_type *addresses = schema_type(configuration->schema, NULL, "IPAddress");
	const char *name = object_key(type, interface);

	if (!interface_is_vlan(type) && !strcmp(value_of(type, interface, "HAType"), "Sync"))
		problem(problems, type, interface,
		        "DHCPEnabled 'Yes' has no effect where HAType is Sync; set No");
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
		char object[96];

		snprintf(object, sizeof(object), "%.63s%s", name, endings[i]);
		if (!object_find(configuration, addresses, NULL, object))
			problem(problems, type, interface,
			        "DHCPEnabled 'Yes': there is no IPAddress %s to fill; 'set %s %s "
			        "DHCPEnabled=Yes' "
			        "makes it",
			        object, type->name, name);
	}
	check_filter(configuration, type, interface, "DHCPServerFilter", problems);
	check_filter(configuration, type, interface, "DHCPAdressFilter", problems);
	check_preferred(configuration, type, interface, problems);
}

void check_dhcp_client(const struct configuration *configuration, struct problems *problems)
{
	struct interface_cursor at = {0};
	unsigned wanted = 0;

	while (interface_next(configuration, &at)) {
		if (!learned_dhcp_is_wanted(at.type, at.object))
			continue;
		check_one(configuration, at.type, at.object, problems);
		if (++wanted == DHCP_CLIENTS_MAX + 1)
			problem(problems, at.type, at.object,
			        "DHCPEnabled 'Yes' is possible on %d interfaces at most; set No on others",
			        DHCP_CLIENTS_MAX);
	}
}
