/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/messages/log.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <string.h>

static unsigned check_exceptions(const struct configuration *configuration, const struct object_type *type,
                                 const struct lyd_node *receiver, struct problems *problems)
{
	unsigned count = 0;

	for (const struct lyd_node *object = object_first(configuration, type, receiver); object;
	     object = object_next(object)) {
		if (object_disabled(type, object))
			continue;
		count++;
		if (strcmp(value_of(type, object, "LogID"), "*") != 0 &&
		    (value_first(object, type_property(type, "LogCategory"), 0) ||
		     value_first(object, type_property(type, "LogSeverity"), 0)))
			problem(problems, type, object,
			        "LogID names one event: LogCategory and LogSeverity must be empty beside it");
	}
	return count;
}

void check_log(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "LogReceiverSyslog");
	const struct object_type *exceptions =
	    schema_type(configuration->schema, type, "LogReceiverMessageException");
	unsigned count = 0;

	for (const struct lyd_node *object = object_first(configuration, type, NULL); object;
	     object = object_next(object)) {
		const char *value = value_of(type, object, "IPAddress");
		struct ranges ranges = {0};
		char missing[64];
		int error;

		if (object_disabled(type, object))
			continue;
		if (++count == LOG_RECEIVERS_MAX + 1)
			problem(problems, type, object, "there may be %d of them; disable or delete some",
			        LOG_RECEIVERS_MAX);
		error = resolve_address(configuration, value, &ranges, missing);
		ranges_free(&ranges);
		/* What is not there at all is said of every reference. */
		if (*value && !error && !resolve_host(configuration, value).version)
			problem(problems, type, object, "IPAddress=%s is not one IP address", value);
		if (check_exceptions(configuration, exceptions, object, problems) > LOG_EXCEPTIONS_MAX)
			problem(problems, type, object, "there may be %d LogReceiverMessageException in it",
			        LOG_EXCEPTIONS_MAX);
	}
}
