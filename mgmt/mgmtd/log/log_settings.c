/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/secret.h"
#include "mgmt/mgmtd/log/log_receivers.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#define FACILITY_LOCAL0   16
#define DEFAULT_COMMUNITY "public"

static const char *const severities[] = {"Emergency", "Alert",  "Critical",    "Error",
                                         "Warning",   "Notice", "Information", "Debug"};

const struct log_receiver_type log_receiver_types[LOG_RECEIVER_KINDS] = {
    {"LogReceiverSyslog", "LogReceiverMessageException", LOG_RECEIVER_SYSLOG},
    {"LogReceiverSNMP2c", "LogReceiverMessageException", LOG_RECEIVER_GENERIC_TRAPS},
    {"TrapReceiverSNMP2c", "TrapException", LOG_RECEIVER_OWN_TRAPS},
};

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
	    .include = !strcmp(value_of(type, object, "Action"), "INCLUDE")};
	if (!type_property(type, "LogCategory"))
		return;
	out->severities = read_severities(type, object);
	for (const struct lyd_node *value = value_first(object, type_property(type, "LogCategory"), 0);
	     value && length < sizeof(out->categories); value = value_next(value))
		length += (size_t)snprintf(out->categories + length, sizeof(out->categories) - length, "%s%s",
		                           length ? "," : "", lyd_get_value(value));
}

/* A community that cannot be opened is one that check_object has refused: empty, nothing is sent with it. */
static void read_community(const struct object_type *type, const struct lyd_node *object,
                           char out[LOG_COMMUNITY_MAX + 1])
{
	const char *sealed = value_of(type, object, "Community");
	char clear[SECRET_CLEAR_MAX + 1] = DEFAULT_COMMUNITY;

	if (!*sealed || !secret_open(sealed, clear))
		snprintf(out, LOG_COMMUNITY_MAX + 1, "%.*s", LOG_COMMUNITY_MAX, clear);
	OPENSSL_cleanse(clear, sizeof(clear));
}

/* What only some kinds have. */
static void read_kind(const struct object_type *type, const struct lyd_node *object,
                      struct message_log_receiver *out)
{
	uint8_t named;

	if (out->kind == LOG_RECEIVER_SYSLOG)
		out->facility = (uint8_t)(FACILITY_LOCAL0 + value_of(type, object, "Facility")[5] - '0');
	else
		read_community(type, object, out->community);
	named = out->kind == LOG_RECEIVER_OWN_TRAPS ? LOG_SEVERITIES_ALL : read_severities(type, object);
	out->severities = named ? named : (uint8_t) ~(1U << LOG_DEBUG);
}

static void read_receiver(const struct configuration *configuration, const struct log_receiver_type *kind,
                          const struct object_type *type, const struct lyd_node *object,
                          struct message_log_receiver *out)
{
	const struct object_type *exceptions = schema_type(configuration->schema, type, kind->exceptions);

	*out = (struct message_log_receiver){
	    .address = resolve_host(configuration, value_of(type, object, "IPAddress")),
	    .rate = value_number(type, object, "SendRateLimit"),
	    .port = (uint16_t)value_number(type, object, "Port"),
	    .kind = (uint8_t)kind->kind};
	snprintf(out->name, sizeof(out->name), "%s", object_key(type, object));
	read_kind(type, object, out);
	for (const struct lyd_node *exception = object_first(configuration, exceptions, object);
	     exception && out->exception_count < LOG_EXCEPTIONS_MAX; exception = object_next(exception))
		if (!object_disabled(exceptions, exception))
			read_exception(exceptions, exception, &out->exceptions[out->exception_count++]);
}

static void read_node(const struct configuration *configuration, struct message_log_node *out)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "System");

	snprintf(out->system, sizeof(out->system), "%s",
	         value_of(type, object_find(configuration, type, NULL, NULL), "Name"));
	if (!configuration_in_cluster(configuration))
		return;
	out->cluster_id = (uint8_t)setting_number(configuration, "HighAvailability", "ClusterID");
	out->role = configuration_role(configuration) == ROLE_SLAVE ? 2 : 1;
}

void log_settings_read(const struct configuration *configuration, struct log_receiver_list *out)
{
	memset(out, 0, sizeof(*out));
	read_node(configuration, &out->head.node);
	for (size_t i = 0; i < LOG_RECEIVER_KINDS; i++) {
		const struct log_receiver_type *kind = &log_receiver_types[i];
		const struct object_type *type = schema_type(configuration->schema, NULL, kind->name);

		for (const struct lyd_node *object = object_first(configuration, type, NULL);
		     object && out->head.count < LOG_RECEIVERS_MAX; object = object_next(object))
			if (!object_disabled(type, object))
				read_receiver(configuration, kind, type, object,
				              &out->receivers[out->head.count++]);
	}
}

void log_settings_wipe(struct log_receiver_list *list)
{
	for (size_t i = 0; i < LOG_RECEIVERS_MAX; i++)
		OPENSSL_cleanse(list->receivers[i].community, sizeof(list->receivers[i].community));
}
