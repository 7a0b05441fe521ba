/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX                                                                                            \
	(4 *                                                                                                 \
	 RESOLVE_MAX) /* groups may be named more than once: this bounds the work, not only the result   \
	                   */

void ranges_free(struct ranges *ranges)
{
	free(ranges->range);
	*ranges = (struct ranges){0};
}

bool ranges_contain(const struct ranges *ranges, const struct ip_address *address)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ip_range_contains(&ranges->range[i], address))
			return true;
	return false;
}

bool ranges_have_version(const struct ranges *ranges, unsigned version)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->range[i].first.version == version)
			return true;
	return false;
}

static int add_range(struct ranges *ranges, const struct ip_range *range)
{
	if (ranges->count == RESOLVE_MAX)
		return -E2BIG;
	if (ranges->count == ranges->capacity) {
		size_t capacity = ranges->capacity ? 2 * ranges->capacity : 8;
		struct ip_range *grown = realloc(ranges->range, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		ranges->range = grown;
		ranges->capacity = capacity;
	}
	ranges->range[ranges->count++] = *range;
	return 0;
}

static int resolve_at(const struct configuration *configuration, const char *value, struct ranges *out,
                      char missing[64], unsigned depth)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "IPAddress");
	const struct property *property = type_property(type, "Address");
	const struct lyd_node *object, *item;
	struct ip_range range;
	int error = 0;

	if (!ip_range_parse(value, &range))
		return add_range(out, &range);
	if (depth > RESOLVE_DEPTH || ++out->steps > STEPS_MAX)
		return -ELOOP;
	object = object_find(configuration, type, NULL, value);
	if (!object) {
		snprintf(missing, 64, "%.63s", value);
		return -ENOENT;
	}
	for (item = value_first(object, property, 0); item && !error; item = value_next(item))
		error = resolve_at(configuration, lyd_get_value(item), out, missing, depth + 1);
	return error;
}

int resolve_address(const struct configuration *configuration, const char *value, struct ranges *out,
                    char missing[64])
{
	missing[0] = 0;
	return resolve_at(configuration, value, out, missing, 0);
}

int resolve_addresses(const struct configuration *configuration, const struct lyd_node *object,
                      const struct property *property, unsigned node, struct ranges *out)
{
	int first = 0;
	char missing[64];

	for (const struct lyd_node *item = value_first(object, property, node); item;
	     item = value_next(item)) {
		int error = resolve_address(configuration, lyd_get_value(item), out, missing);

		if (!first)
			first = error;
	}
	return first;
}

struct ip_address resolve_host(const struct configuration *configuration, const char *value)
{
	struct ip_address address = {0};
	struct ranges ranges = {0};
	char missing[64];

	if (value && *value && !resolve_address(configuration, value, &ranges, missing) &&
	    ranges.count == 1 && !ip_address_compare(&ranges.range[0].first, &ranges.range[0].last))
		address = ranges.range[0].first;
	ranges_free(&ranges);
	return address;
}

int resolve_mac(const struct configuration *configuration, const char *value, struct mac_address *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetAddress");
	const struct lyd_node *object;

	if (!mac_address_parse(value, out))
		return 0;
	object = object_find(configuration, type, NULL, value);
	return object && !mac_address_parse(value_of(type, object, "Address"), out) ? 0 : -ENOENT;
}

/* A property of an interface, or where it is empty the address object with its name and that ending. */
static int resolve_implied(const struct configuration *configuration, const struct lyd_node *interface,
                           const char *property, const char *ending, struct ranges *out)
{
	const struct object_type *type = schema_type_of(configuration->schema, interface->schema);
	const struct object_type *addresses = schema_type(configuration->schema, NULL, "IPAddress");
	const struct property *network = type_property(type, property);
	const struct lyd_node *implied;
	char name[80], missing[64];

	if (value_first(interface, network, 0))
		return resolve_addresses(configuration, interface, network, 0, out);
	snprintf(name, sizeof(name), "%.63s%s", object_key(type, interface), ending);
	implied = object_find(configuration, addresses, NULL, name);
	if (!implied || object_disabled(addresses, implied))
		return 0;
	return resolve_address(configuration, name, out, missing);
}

int resolve_interface_networks(const struct configuration *configuration, const struct lyd_node *interface,
                               struct ranges *out)
{
	int error = resolve_implied(configuration, interface, "Network", "_net", out);
	int error_ipv6 = resolve_implied(configuration, interface, "IPv6Network", "_ip6_net", out);

	return error ? error : error_ipv6;
}

static const char *setting(const struct configuration *configuration, const char *type_name,
                           const char *property)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, type_name);

	return value_of(type, object_find(configuration, type, NULL, NULL), property);
}

uint32_t setting_number(const struct configuration *configuration, const char *type, const char *property)
{
	return (uint32_t)strtoul(setting(configuration, type, property), NULL, 10);
}

bool setting_is(const struct configuration *configuration, const char *type, const char *property,
                const char *value)
{
	return !strcmp(setting(configuration, type, property), value);
}

enum cluster_role configuration_role(const struct configuration *configuration)
{
	return setting_is(configuration, "HighAvailability", "Role", "Slave") ? ROLE_SLAVE : ROLE_MASTER;
}

bool configuration_in_cluster(const struct configuration *configuration)
{
	return setting_is(configuration, "HighAvailability", "Enabled", "Yes") &&
	       !setting_is(configuration, "HighAvailability", "Disabled", "Yes");
}

bool configuration_auto_sync(const struct configuration *configuration)
{
	return setting_is(configuration, "HighAvailability", "AutoSyncCfg", "Yes");
}

int ranges_add_prefixes(struct ranges *out, const struct ip_range *range)
{
	uint64_t first, last;
	int error = 0;

	if (range->first.version != 4)
		return 0;
	first = ip_address_to_ip4(&range->first);
	last = ip_address_to_ip4(&range->last);
	while (!error && first <= last) {
		uint64_t size = 1;
		struct ip_range prefix;

		while (!(first & (2 * size - 1)) && first + 2 * size - 1 <= last)
			size *= 2;
		prefix.first = ip_address_from_ip4((uint32_t)first);
		prefix.last = ip_address_from_ip4((uint32_t)(first + size - 1));
		error = add_range(out, &prefix);
		first += size;
	}
	return error;
}
