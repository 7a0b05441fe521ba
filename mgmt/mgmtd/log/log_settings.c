/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/log/log_receivers.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define FACILITY_LOCAL0 16

static const char *const severities[] = {"Emergency", "Alert",  "Critical",    "Error",
                                         "Warning",   "Notice", "Information", "Debug"};

/* 0 where none is named. */
static uint8_t read_severities(const struct object_type *type, const struct lyd_node *object)
{
	uint8_t set = 0;

	for (const struct lyd_node *value = value_first(object, type_property(type, "LogSeverity"), 0); value;
	     value = value_next(value))
		for (unsigned i = 0; i < 8; i++)
			if (!strcmp(severities[i], lyd_get_value(value)))
				set |= (uint8_t)(1U << i);
	return set;
}

static void read_exception(const struct object_type *type, const struct lyd_node *object,
                           struct message_log_exception *out)
{
	size_t length = 0;

	*out = (struct message_log_exception){
	    .number = (uint32_t)strtoul(value_of(type, object, "LogID"), NULL, 10), /* "*": 0 */
	    .severities = read_severities(type, object),
	    .include = !strcmp(value_of(type, object, "Action"), "INCLUDE")};
	for (const struct lyd_node *value = value_first(object, type_property(type, "LogCategory"), 0);
	     value && length < sizeof(out->categories); value = value_next(value))
		length += (size_t)snprintf(out->categories + length, sizeof(out->categories) - length, "%s%s",
		                           length ? "," : "", lyd_get_value(value));
}

static void read_receiver(const struct configuration *configuration, const struct object_type *type,
                          const struct lyd_node *object, struct message_log_receiver *out)
{
	const struct object_type *exceptions =
	    schema_type(configuration->schema, type, "LogReceiverMessageException");
	uint8_t named = read_severities(type, object);

	*out = (struct message_log_receiver){
	    .address = resolve_host(configuration, value_of(type, object, "IPAddress")),
	    .rate = value_number(type, object, "SendRateLimit"),
	    .port = (uint16_t)value_number(type, object, "Port"),
	    .facility = (uint8_t)(FACILITY_LOCAL0 + value_of(type, object, "Facility")[5] - '0'),
	    .severities = named ? named : (uint8_t) ~(1U << LOG_DEBUG)};
	snprintf(out->name, sizeof(out->name), "%s", object_key(type, object));
	for (const struct lyd_node *exception = object_first(configuration, exceptions, object);
	     exception && out->exception_count < LOG_EXCEPTIONS_MAX; exception = object_next(exception))
		if (!object_disabled(exceptions, exception))
			read_exception(exceptions, exception, &out->exceptions[out->exception_count++]);
}

void log_settings_read(const struct configuration *configuration, struct log_receiver_list *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "LogReceiverSyslog");

	memset(out, 0, sizeof(*out));
	for (const struct lyd_node *object = object_first(configuration, type, NULL);
	     object && out->head.count < LOG_RECEIVERS_MAX; object = object_next(object))
		if (!object_disabled(type, object))
			read_receiver(configuration, type, object, &out->receivers[out->head.count++]);
}
