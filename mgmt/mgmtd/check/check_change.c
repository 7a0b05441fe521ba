/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

static const char *setting_text(const struct configuration *configuration, const struct object_type *type,
                                const char *property)
{
	return value_of(type, object_find(configuration, type, NULL, NULL), property);
}

/* The nodes do not know each other by what one of them has and the other does not (C22-064). */
static void check_identity(const struct configuration *running, const struct configuration *next,
                           struct problems *problems)
{
	static const char *const names[] = {"ClusterID", "Role"};
	static const char *const what[] = {"as long as the other node has another ClusterID both are active; "
	                                   "neighbors keep the former shared Ethernet address for a while",
	                                   "as long as the other node has the same Role both are active"};
	const struct object_type *type = schema_type(next->schema, NULL, "HighAvailability");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *before = setting_text(running, type, names[i]);
		const char *after = setting_text(next, type, names[i]);

		if (strcmp(before, after) != 0)
			warning(problems, type, NULL, "%s changes from %s to %s: %s", names[i], before, after,
			        what[i]);
	}
}

void check_change(const struct configuration *running, const struct configuration *next,
                  struct problems *problems)
{
	if (!configuration_in_cluster(running))
		return;
	if (configuration_in_cluster(next))
		check_identity(running, next, problems);
	else
		warning(
		    problems, schema_type(next->schema, NULL, "HighAvailability"), NULL,
		    "this node leaves the cluster: both nodes are active, with the same addresses, until one "
		    "of them is stopped or gets others");
}
