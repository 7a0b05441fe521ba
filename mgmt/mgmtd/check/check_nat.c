/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

/* Whether a list of a rule holds addresses of that IP version. */
static bool has_version(const struct configuration *configuration, const struct object_type *type,
                        const struct lyd_node *rule, const char *property, unsigned version)
{
	struct ranges ranges = {0};
	bool found = false;

	resolve_addresses(configuration, rule, type_property(type, property), 0, &ranges);
	for (size_t i = 0; i < ranges.count && !found; i++)
		found = ranges.range[i].first.version == version;
	ranges_free(&ranges);
	return found;
}

/* "EthernetInterface if1" where the address is one node's own of it; "" where it is none (C22-063). */
static void find_private(const struct configuration *configuration, const struct ip_address *address,
                         char label[OBJECT_LABEL])
{
	struct interface_cursor at = {0};

	*label = 0;
	while (!*label && interface_next(configuration, &at)) {
		for (unsigned node = 0; node < 2 && !*label; node++) {
			struct ranges own = {0};

			resolve_addresses(configuration, at.object, type_property(at.type, "PrivateIP"), node,
			                  &own);
			for (size_t i = 0; i < own.count && !*label; i++)
				if (ip_range_contains(&own.range[i], address))
					object_label(at.type, at.object, label);
			ranges_free(&own);
		}
	}
}

/* It goes when its node does, and all its flows with it. */
static void warn_of_private(const struct configuration *configuration, const struct object_type *type,
                            const struct lyd_node *rule, const char *property, const char *name,
                            const struct ip_address *address, struct problems *problems)
{
	char label[OBJECT_LABEL];

	find_private(configuration, address, label);
	if (*label)
		warning(problems, type, rule,
		        "%s '%s' is a PrivateIP of %s, of one node alone: flows end with it. Use a shared "
		        "address",
		        property, name, label);
}

/* One IP version's address: there where flows of that version can match, and nowhere else (C09-010). */
static void check_new_source(const struct configuration *configuration, const struct object_type *type,
                             const struct lyd_node *rule, unsigned version, struct problems *problems)
{
	const char *property = version == 6 ? "NewSourceIP6" : "NewSourceIP4";
	const char *address = value_of(type, rule, property);
	bool matches = has_version(configuration, type, rule, "SourceNetwork", version) &&
	               has_version(configuration, type, rule, "DestinationNetwork", version);

	if (strcmp(value_of(type, rule, "SetSourceAddress"), "AllToOne") != 0) {
		if (*address)
			problem(problems, type, rule,
			        "%s '%s' has no effect where SetSourceAddress is InterfaceAddress; set "
			        "SetSourceAddress=AllToOne, or %s=<empty>",
			        property, address, property);
	} else if (!*address && matches) {
		problem(problems, type, rule,
		        "SetSourceAddress is AllToOne and %s has no value, and IPv%u flows can match; set it "
		        "to the address that their source becomes, or SetSourceAddress=InterfaceAddress",
		        property, version);
	} else if (*address && resolve_host(configuration, address).version != version) {
		problem(problems, type, rule, "%s '%s' is not one IPv%u host", property, address, version);
	} else if (*address && !matches) {
		problem(
		    problems, type, rule,
		    "%s '%s' has no effect, as SourceNetwork and DestinationNetwork do not both have IPv%u "
		    "addresses; set %s=<empty>",
		    property, address, version, property);
	} else if (*address && configuration_in_cluster(configuration)) {
		struct ip_address host = resolve_host(configuration, address);

		warn_of_private(configuration, type, rule, property, address, &host, problems);
	}
}

static void check_rule(const struct configuration *configuration, const struct object_type *type,
                       const struct lyd_node *rule, struct problems *problems)
{
	if (strcmp(value_of(type, rule, "SourceTranslation"), "NAT") != 0)
		return;
	if (strcmp(value_of(type, rule, "Action"), "Allow") != 0)
		problem(
		    problems, type, rule,
		    "SourceTranslation is NAT, and Action %s opens no flow to translate; set Action=Allow or "
		    "SourceTranslation=<empty>",
		    value_of(type, rule, "Action"));
	else if (!strcmp(value_of(type, rule, "Stateless"), "Yes"))
		problem(problems, type, rule,
		        "SourceTranslation is NAT, which a Stateless flow cannot have; set Stateless=No or "
		        "SourceTranslation=<empty>");
	else
		for (unsigned version = 4; version <= 6; version += 2)
			check_new_source(configuration, type, rule, version, problems);
}

void check_nat(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *set = schema_type(configuration->schema, NULL, "IPRuleSet");
	const struct object_type *type = schema_type(configuration->schema, set, "IPRule");

	for (struct lyd_node *one = object_first(configuration, set, NULL); one; one = object_next(one))
		for (struct lyd_node *rule = object_first(configuration, type, one); rule;
		     rule = object_next(rule))
			if (!object_disabled(type, rule))
				check_rule(configuration, type, rule, problems);
}
