/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What could be configured and would have no effect is refused: nobody must believe in a rule that never
 * matches. */

#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/login/users.h"

#include <string.h>

/* Objects in a container other than main, the only one that this release looks into. */
static void check_container(const struct configuration *configuration, const char *container_name,
                            const char *type_name, struct problems *problems)
{
	const struct object_type *container = schema_type(configuration->schema, NULL, container_name);
	const struct object_type *type = schema_type(configuration->schema, container, type_name);

	for (struct lyd_node *one = object_first(configuration, container, NULL); one;
	     one = object_next(one)) {
		if (!strcmp(object_key(container, one), "main"))
			continue;
		for (struct lyd_node *object = object_first(configuration, type, one); object;
		     object = object_next(object))
			if (!object_disabled(type, object))
				problem(problems, type, object,
				        "is in %s '%s', but this release uses only %s main. Move it there, "
				        "disable it or "
				        "delete it",
				        container_name, object_key(container, one), container_name);
	}
}

/* A Sync interface stays with Linux: the datapath knows nothing of it, clusterd only its PrivateIP. */
static void check_sync_interfaces(const struct configuration *configuration, struct problems *problems)
{
	static const char *const names[] = {"IPAddress", "EthernetAddress", "HAEthernetAddressMode", "MTU"};
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");

	for (struct lyd_node *interface = object_first(configuration, type, NULL); interface;
	     interface = object_next(interface)) {
		if (object_disabled(type, interface) ||
		    strcmp(value_of(type, interface, "HAType"), "Sync") != 0)
			continue;
		for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
			const struct property *property = type_property(type, names[i]);

			for (unsigned node = 0; node < 1u + property->per_node; node++) {
				const char *value = value_text(interface, property, node);

				if (value &&
				    (!property->default_value || strcmp(value, property->default_value) != 0))
					problem(problems, type, interface,
					        "%s '%s' has no effect where HAType is Sync; set %s=<empty>",
					        names[i], value, names[i]);
			}
		}
	}
}

static const char *database_of(const struct object_type *type, const struct lyd_node *access)
{
	const char *name = value_of(type, access, "LocalUserDB");

	return *name ? name : USERS_DATABASE;
}

/* The script interface does not see over which access a request came. */
static void check_databases(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "RemoteMgmtHTTP");
	const struct lyd_node *first = NULL;

	for (struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access)) {
		if (object_disabled(type, access))
			continue;
		if (!first)
			first = access;
		else if (strcmp(database_of(type, first), database_of(type, access)) != 0)
			problem(problems, type, access,
			        "LocalUserDB '%s' is not that of %s ('%s'), and this release has one for "
			        "all; set both to the same",
			        database_of(type, access), object_key(type, first), database_of(type, first));
	}
}

void check_effect(const struct configuration *configuration, struct problems *problems)
{
	check_container(configuration, "RoutingTable", "Route", problems);
	check_container(configuration, "IPRuleSet", "IPRule", problems);
	check_sync_interfaces(configuration, problems);
	check_databases(configuration, problems);
}
