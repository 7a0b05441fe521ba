/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_advertise.h"

#include <string.h>

static void check_profile(const struct configuration *configuration, const struct object_type *type,
                          const struct lyd_node *profile, struct problems *problems)
{
	uint32_t maximum = value_number(type, profile, "MaxInterval");
	uint32_t minimum = advertisement_minimum(type, profile);
	uint32_t lifetime = value_number(type, profile, "DefaultLifetime");
	const struct object_type *same;

	if (minimum > maximum * 3 / 4)
		problem(problems, type, profile,
		        "MinInterval (%u s) must be three quarters of MaxInterval (%u s) at most", minimum,
		        maximum);
	if (lifetime && lifetime < maximum)
		problem(problems, type, profile,
		        "DefaultLifetime (%u s) must be 0 or at least MaxInterval (%u s)", lifetime, maximum);
	if (value_number(type, profile, "PreferredLifetime") > value_number(type, profile, "ValidLifetime"))
		problem(problems, type, profile, "PreferredLifetime must be ValidLifetime at most");
	if (!strcmp(object_key(type, profile), "DefaultProfile"))
		problem(problems, type, profile,
		        "has the name of the profile that is always there; choose another");
	if (advertisement_profile(configuration, object_key(type, profile), &same) != profile)
		problem(problems, type, profile,
		        "has the name of a profile in another table; choose another");
}

static bool has_ipv6(const struct configuration *configuration, const struct object_type *type,
                     const struct lyd_node *object, const char *property)
{
	struct ranges ranges = {0};
	bool found = false;

	resolve_addresses(configuration, object, type_property(type, property), 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		found |= ranges.range[i].first.version == 6;
	ranges_free(&ranges);
	return found;
}

static void check_route(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *route, struct problems *problems)
{
	const char *name = value_of(type, route, "Interface");
	const struct object_type *interfaces, *holders = NULL;
	struct lyd_node *interface = interface_find(configuration, name, &interfaces);
	const struct lyd_node *holder =
	    interface ? interface_addresses_of(configuration, interfaces, interface, &holders) : NULL;

	if (!has_ipv6(configuration, type, route, "Network"))
		problem(problems, type, route,
		        "AdvertiseIP6 is Yes and Network '%s' is not of IPv6; set AdvertiseIP6=No",
		        value_of(type, route, "Network"));
	else if (*value_of(type, route, "Gateway"))
		problem(problems, type, route,
		        "AdvertiseIP6 is Yes, and what is behind the Gateway is no prefix of %s; set "
		        "AdvertiseIP6=No",
		        name);
	else if (holder && !has_ipv6(configuration, holders, holder, "IPAddress"))
		problem(problems, type, route,
		        "AdvertiseIP6 is Yes, and Interface '%s' has no IPv6 address, so that it drops what "
		        "hosts would send; add one to its IPAddress",
		        name);
}

static unsigned advertised(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *route)
{
	struct ranges ranges = {0};
	unsigned count;

	if (object_disabled(type, route) || strcmp(value_of(type, route, "AdvertiseIP6"), "Yes") != 0)
		return 0;
	resolve_addresses(configuration, route, type_property(type, "Network"), 0, &ranges);
	count = (unsigned)ranges.count;
	ranges_free(&ranges);
	return count;
}

static void check_routes(const struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *table, struct problems *problems)
{
	for (struct lyd_node *route = object_first(configuration, type, table); route;
	     route = object_next(route)) {
		unsigned count = advertised(configuration, type, route);

		if (!count)
			continue;
		check_route(configuration, type, route, problems);
		for (struct lyd_node *other = object_first(configuration, type, table); other != route;
		     other = object_next(other))
			if (!strcmp(value_of(type, other, "Interface"), value_of(type, route, "Interface")))
				count += advertised(configuration, type, other);
		if (count > POLICY_ADVERTISED_MAX)
			problem(
			    problems, type, route,
			    "is one too many: an interface may advertise %d prefixes; set AdvertiseIP6=No",
			    POLICY_ADVERTISED_MAX);
	}
}

void check_advertise(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *tables =
	    schema_type(configuration->schema, NULL, "RouterAdvertisementProfileTable");
	const struct object_type *profiles =
	    schema_type(configuration->schema, tables, "RouterAdvertisementProfile");
	const struct object_type *routing = schema_type(configuration->schema, NULL, "RoutingTable");
	const struct object_type *routes = schema_type(configuration->schema, routing, "Route");

	for (struct lyd_node *table = object_first(configuration, tables, NULL); table;
	     table = object_next(table))
		for (struct lyd_node *profile = object_first(configuration, profiles, table); profile;
		     profile = object_next(profile))
			if (!object_disabled(profiles, profile))
				check_profile(configuration, profiles, profile, problems);
	for (struct lyd_node *table = object_first(configuration, routing, NULL); table;
	     table = object_next(table))
		check_routes(configuration, routes, table, problems);
}
