/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

static void check_new_source(const struct configuration *configuration, const struct object_type *type,
                             const struct lyd_node *rule, struct problems *problems)
{
	const char *address = value_of(type, rule, "NewSourceIP4");

	if (strcmp(value_of(type, rule, "SetSourceAddress"), "AllToOne") != 0) {
		if (*address)
			problem(
			    problems, type, rule,
			    "NewSourceIP4 '%s' has no effect where SetSourceAddress is InterfaceAddress; set "
			    "SetSourceAddress=AllToOne, or NewSourceIP4=<empty>",
			    address);
	} else if (!*address) {
		problem(
		    problems, type, rule,
		    "SetSourceAddress is AllToOne and NewSourceIP4 has no value; set it to the address that "
		    "the source becomes, or SetSourceAddress=InterfaceAddress");
	} else if (resolve_host(configuration, address).version != 4) {
		problem(problems, type, rule, "NewSourceIP4 '%s' is not one IPv4 host", address);
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
		check_new_source(configuration, type, rule, problems);
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
