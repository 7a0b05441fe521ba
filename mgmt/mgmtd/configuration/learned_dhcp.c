/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned_objects.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define KEPT_MAX 64 /* values of an interface that are of IPv6 */

static const struct learned_object objects[] = {
    {"_ip", "%u"},          {"_net", "%u/24"},      {"_gw", "127.0.0.1"},    {"_broadcast", "127.0.0.1"},
    {"_dns1", "127.0.0.1"}, {"_dns2", "127.0.0.1"}, {"_nbns1", "127.0.0.1"}, {"_nbns2", "127.0.0.1"}};

bool learned_dhcp_is_wanted(const struct object_type *type, const struct lyd_node *interface)
{
	return interface_is_type(type) && !strcmp(value_of(type, interface, "DHCPEnabled"), "Yes");
}

int learned_dhcp_filter(const struct configuration *configuration, const char *value, struct dhcp_filter *out)
{
	struct ranges ranges = {0};
	char missing[64];
	int error = 0;

	*out = (struct dhcp_filter){0};
	if (!*value)
		return 0;
	if (resolve_address(configuration, value, &ranges, missing) || !ranges.count ||
	    ranges_have_version(&ranges, 6))
		error = -ENOENT;
	else if (ranges.count > DHCP_FILTER_MAX)
		error = -E2BIG;
	for (size_t i = 0; i < ranges.count && !error; i++)
		out->range[out->count++] =
		    (struct dhcp_range){htonl(ip_address_to_ip4(&ranges.range[i].first)),
		                        htonl(ip_address_to_ip4(&ranges.range[i].last))};
	ranges_free(&ranges);
	return error;
}

void learned_dhcp_order(const struct configuration *configuration, struct message_dhcp_client_configure *out)
{
	struct interface_cursor at = {0};

	memset(out, 0, sizeof(*out));
	while (interface_next(configuration, &at) && out->count < DHCP_CLIENTS_MAX) {
		struct dhcp_client_order *order = &out->interface[out->count];
		struct ip_address preferred;

		if (!learned_dhcp_is_wanted(at.type, at.object) ||
		    interface_is_disabled(configuration, at.type, at.object))
			continue;
		preferred = resolve_host(configuration, value_of(at.type, at.object, "DHCPPreferredIP"));
		order->interface = (uint16_t)value_number(at.type, at.object, "Id");
		order->preferred = htonl(ip_address_to_ip4(&preferred));
		(void)learned_dhcp_filter(configuration, value_of(at.type, at.object, "DHCPServerFilter"),
		                          &order->servers);
		(void)learned_dhcp_filter(configuration, value_of(at.type, at.object, "DHCPAdressFilter"),
		                          &order->addresses);
		out->count++;
	}
}

static bool is_ipv4(const struct configuration *configuration, const char *value)
{
	struct ranges ranges = {0};
	char missing[64];
	bool ipv4 =
	    !resolve_address(configuration, value, &ranges, missing) && ranges_have_version(&ranges, 4);

	ranges_free(&ranges);
	return ipv4;
}

/* Has a property name the object, and besides only what is of IPv6. */
static int point_at(struct configuration *configuration, const struct object_type *type,
                    struct lyd_node *interface, const char *property_name, const char *ending, FILE *note)
{
	const struct property *property = type_property(type, property_name);
	char name[LEARNED_NAME], *kept[KEPT_MAX];
	const char *values[KEPT_MAX + 1] = {name};
	size_t count = 0, others = 0;
	bool changes;
	int error;

	learned_object(configuration, object_key(type, interface), ending, name);
	for (const struct lyd_node *item = value_first(interface, property, 0); item && count < KEPT_MAX;
	     item = value_next(item)) {
		const char *value = lyd_get_value(item);

		if (strcmp(value, name) != 0 && is_ipv4(configuration, value)) {
			others++;
			continue;
		}
		kept[count] = strcmp(value, name) != 0 ? strdup(value) : NULL;
		if (kept[count])
			values[count + 1] = kept[count], count++;
	}
	changes = others || !learned_refers(interface, property, name);
	error = changes ? value_set(interface, property, 0, values, count + 1) : 0;
	if (!error && note && changes)
		fprintf(note, "%s of %s is %s, as DHCPEnabled wants it.\n", property_name,
		        object_key(type, interface), name);
	while (count > 0)
		free(kept[--count]);
	return error;
}

static int point_at_all(struct configuration *configuration, const struct object_type *type,
                        struct lyd_node *interface, FILE *note)
{
	int error = point_at(configuration, type, interface, "IPAddress", "_ip", note);

	return error ? error : point_at(configuration, type, interface, "Network", "_net", note);
}

int learned_dhcp_make_objects(struct configuration *configuration, const struct object_type *type,
                              struct lyd_node *interface, FILE *note)
{
	int error = learned_objects_make(configuration, type, interface, objects,
	                                 sizeof(objects) / sizeof(*objects), note);

	return error ? error : point_at_all(configuration, type, interface, note);
}

static struct ip_address address_of(uint32_t address)
{
	return ip_address_from_ip4(ntohl(address));
}

/* The object of an interface, and the property that shows the same. */
static int fill_one(const struct configuration *configuration, const struct object_type *type,
                    struct lyd_node *interface, const char *ending, const char *property, uint32_t told)
{
	struct ip_address address = address_of(told);
	int error;

	if (!told)
		return 0;
	error = learned_fill_object(configuration, object_key(type, interface), ending, LEARNED_KEEP_NONE,
	                            &address, 1, 0);
	if (error || !property)
		return error;
	return learned_put(configuration, interface, type_property(type, property), LEARNED_KEEP_NONE,
	                   &address, 1, 0);
}

static int fill_network(const struct configuration *configuration, const struct object_type *type,
                        struct lyd_node *interface, const struct dhcp_lease *lease)
{
	struct ip_address network = address_of(lease->address & lease->netmask);
	unsigned length = (unsigned)__builtin_popcount(lease->netmask);
	int error;

	if (!lease->netmask)
		return 0;
	error = learned_fill_object(configuration, object_key(type, interface), "_net", LEARNED_KEEP_NONE,
	                            &network, 1, length);
	return error ? error
	             : learned_put(configuration, interface, type_property(type, "DHCPNetwork"),
	                           LEARNED_KEEP_NONE, &network, 1, length);
}

static int fill(struct configuration *configuration, const struct object_type *type,
                struct lyd_node *interface, const struct dhcp_lease *lease)
{
	const struct {
		const char *ending, *property;
		uint32_t address;
	} told[] = {
	    {"_gw", "DefaultGateway", lease->router},      {"_broadcast", NULL, lease->broadcast},
	    {"_dns1", "DHCPPrimaryDNS", lease->dns[0]},    {"_dns2", "DHCPSecondaryDNS", lease->dns[1]},
	    {"_nbns1", "DHCPPrimaryNBNS", lease->nbns[0]}, {"_nbns2", "DHCPSecondaryNBNS", lease->nbns[1]}};
	struct ip_address own = address_of(lease->address);
	int error = point_at_all(configuration, type, interface, NULL);

	if (!error)
		error = learned_fill_object(configuration, object_key(type, interface), "_ip",
		                            LEARNED_KEEP_IPV6, &own, 1, 0);
	if (!error)
		error = fill_network(configuration, type, interface, lease);
	for (size_t i = 0; i < sizeof(told) / sizeof(*told) && !error; i++)
		error = fill_one(configuration, type, interface, told[i].ending, told[i].property,
		                 told[i].address);
	return error;
}

int learned_dhcp_fill(struct configuration *configuration, const struct message_dhcp_client_status *known)
{
	struct interface_cursor at = {0};
	int error = 0;

	while (!error && interface_next(configuration, &at)) {
		uint32_t id = value_number(at.type, at.object, "Id");

		if (!learned_dhcp_is_wanted(at.type, at.object))
			continue;
		for (uint32_t i = 0; i < known->count && i < DHCP_CLIENTS_MAX && !error; i++)
			if (known->interface[i].interface == id && known->interface[i].lease.address)
				error = fill(configuration, at.type, at.object, &known->interface[i].lease);
	}
	return error;
}
