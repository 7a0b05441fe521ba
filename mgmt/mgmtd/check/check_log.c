/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log_event.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/log/log_receivers.h"

#include <stdlib.h>
#include <string.h>

/* The first enabled receiver of that name, of whatever type. */
static const struct lyd_node *find(const struct configuration *configuration, const char *name)
{
	for (size_t i = 0; i < LOG_RECEIVER_KINDS; i++) {
		const struct object_type *type =
		    schema_type(configuration->schema, NULL, log_receiver_types[i].name);
		const struct lyd_node *found = object_find(configuration, type, NULL, name);

		if (found && !object_disabled(type, found))
			return found;
	}
	return NULL;
}

static void check_exception(const struct object_type *type, const struct lyd_node *object,
                            struct problems *problems)
{
	const char *number = value_of(type, object, "LogID");

	if (!strcmp(number, "*"))
		return;
	if (type_property(type, "LogCategory")) {
		if (value_first(object, type_property(type, "LogCategory"), 0) ||
		    value_first(object, type_property(type, "LogSeverity"), 0))
			problem(problems, type, object,
			        "LogID names one event: LogCategory and LogSeverity must be empty beside it");
	} else if (!log_event_is_listed((uint32_t)strtoul(number, NULL, 10))) {
		problem(problems, type, object,
		        "LogID=%s is no event with a trap of its own; a LogReceiverSNMP2c sends any event",
		        number);
	}
}

static unsigned check_exceptions(const struct configuration *configuration, const struct object_type *type,
                                 const struct lyd_node *receiver, struct problems *problems)
{
	unsigned count = 0;

	for (const struct lyd_node *object = object_first(configuration, type, receiver); object;
	     object = object_next(object)) {
		if (object_disabled(type, object))
			continue;
		count++;
		check_exception(type, object, problems);
	}
	return count;
}

static void check_receiver(const struct configuration *configuration, const struct object_type *type,
                           const struct object_type *exceptions, const struct lyd_node *object,
                           struct problems *problems)
{
	const char *value = value_of(type, object, "IPAddress");
	struct ranges ranges = {0};
	char missing[64];
	int error = resolve_address(configuration, value, &ranges, missing);

	ranges_free(&ranges);
	/* What is not there at all is said of every reference. */
	if (*value && !error && !resolve_host(configuration, value).version)
		problem(problems, type, object, "IPAddress=%s is not one IP address", value);
	/* Statistics have them by name. */
	if (find(configuration, object_key(type, object)) != object)
		problem(problems, type, object, "Name=%s is that of another log receiver",
		        object_key(type, object));
	if (check_exceptions(configuration, exceptions, object, problems) > LOG_EXCEPTIONS_MAX)
		problem(problems, type, object, "there may be %d %s in it", LOG_EXCEPTIONS_MAX,
		        exceptions->name);
}

void check_log(const struct configuration *configuration, struct problems *problems)
{
	unsigned count = 0;

	for (size_t i = 0; i < LOG_RECEIVER_KINDS; i++) {
		const struct object_type *type =
		    schema_type(configuration->schema, NULL, log_receiver_types[i].name);
		const struct object_type *exceptions =
		    schema_type(configuration->schema, type, log_receiver_types[i].exceptions);

		for (const struct lyd_node *object = object_first(configuration, type, NULL); object;
		     object = object_next(object)) {
			if (object_disabled(type, object))
				continue;
			if (++count == LOG_RECEIVERS_MAX + 1)
				problem(problems, type, object,
				        "there may be %d of all log receivers; disable or delete some",
				        LOG_RECEIVERS_MAX);
			check_receiver(configuration, type, exceptions, object, problems);
		}
	}
}
