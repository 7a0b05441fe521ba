/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/time/clock.h"

#include <string.h>

void check_time(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "DateTime");
	const struct object_type *servers = schema_type(configuration->schema, type, "TimeServer");
	const struct lyd_node *context = object_find(configuration, type, NULL, NULL);
	unsigned count = 0;

	for (const struct lyd_node *object = context ? object_first(configuration, servers, context) : NULL;
	     object; object = object_next(object)) {
		const char *value = value_of(servers, object, "IP");
		char missing[64];
		struct ranges ranges = {0};
		int error;

		if (object_disabled(servers, object))
			continue;
		count++;
		error = resolve_address(configuration, value, &ranges, missing);
		ranges_free(&ranges);
		/* What is not there at all is said of every reference. */
		if (*value && !error && !resolve_host(configuration, value).version)
			problem(problems, servers, object, "IP=%s is not one IP address", value);
	}
	if (count > CLOCK_SERVERS_MAX)
		problem(problems, type, context, "%u TimeServer are in use, and %d at most can be", count,
		        CLOCK_SERVERS_MAX);
	if (!count && !strcmp(value_of(type, context, "TimeSyncEnable"), "Yes"))
		problem(problems, type, context,
		        "TimeSyncEnable=Yes needs a TimeServer: 'cc DateTime', 'add TimeServer NAME IP=...'");
}
