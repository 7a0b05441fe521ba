/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/secret_values.h"
#include "mgmt/mgmtd/configuration/store.h"
#include "mgmt/mgmtd/engine/state_file.h"
#include "mgmt/mgmtd/engine/version.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define REPLACED "config.replaced" /* in the state directory, as a backup */

static const char *role_name(const struct configuration *configuration)
{
	if (!configuration_in_cluster(configuration))
		return "standalone";
	return configuration_role(configuration) == ROLE_MASTER ? "master" : "slave";
}

static void list_interfaces(const struct configuration *configuration, char *text, size_t size)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");
	size_t length = 0;

	text[0] = 0;
	for (struct lyd_node *object = object_first(configuration, type, NULL); object && length < size;
	     object = object_next(object))
		length += (size_t)snprintf(text + length, size - length, "%s%s", length ? "," : "",
		                           object_key(type, object));
}

static void fill_header(const struct configuration *configuration, bool clear_secrets,
                        struct backup_header *header)
{
	const struct object_type *system = schema_type(configuration->schema, NULL, "System");
	time_t now = time(NULL);
	struct tm parts;

	*header = (struct backup_header){.clear_secrets = clear_secrets};
	snprintf(header->version, sizeof(header->version), "%s", version_running());
	strftime(header->date, sizeof(header->date), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &parts));
	snprintf(header->node, sizeof(header->node), "%.96s (%s)",
	         value_of(system, object_find(configuration, system, NULL, NULL), "Name"),
	         role_name(configuration));
	list_interfaces(configuration, header->interfaces, sizeof(header->interfaces));
}

static int print(const struct configuration *configuration, bool clear_secrets, char **bytes, size_t *length)
{
	struct backup_header header;
	char *json;
	int error = configuration_print(configuration, false, &json);

	if (error)
		return error;
	fill_header(configuration, clear_secrets, &header);
	error = backup_write(&header, json, bytes, length);
	explicit_bzero(json, strlen(json));
	free(json);
	return error;
}

int backup_make(const struct configuration *configuration, bool clear_secrets, char **bytes, size_t *length,
                char reason[256])
{
	struct configuration copy;
	int error = configuration_copy(configuration, &copy);

	*reason = 0;
	if (!error && clear_secrets)
		error = secrets_open(&copy, reason);
	if (!error)
		error = print(&copy, clear_secrets, bytes, length);
	configuration_clear(&copy);
	if (error && !*reason)
		snprintf(reason, 256, "%s", strerror(-error));
	return error;
}

/*
 * Where this node has a role and the backup is of the other one, the roles stay: two masters would be the end of the
 * cluster. Any other backup may be of this node before it was reset or replaced.
 */
static int keep_own_parts(const struct engine *engine, struct backup *backup)
{
	if (!configuration_in_cluster(&engine->running) ||
	    !configuration_in_cluster(&backup->configuration) ||
	    configuration_role(&engine->running) == configuration_role(&backup->configuration))
		return 0;
	backup->own_parts = true;
	return configuration_keep_own(&backup->configuration, &engine->running);
}

int backup_open(const struct engine *engine, const char *bytes, size_t length, struct backup *out,
                FILE *refusals, char reason[256])
{
	char why[256] = "", *json;
	int error;

	memset(out, 0, sizeof(*out));
	out->configuration.schema = engine->schema;
	error = backup_read(bytes, length, &out->header, &json, why);
	if (!error) {
		error = configuration_parse(&out->configuration, json, why);
		if (error && strcmp(out->header.version, version_running()) != 0)
			snprintf(reason, 256, "it was made by version %s and does not fit this one: %.200s",
			         out->header.version, why);
		else
			snprintf(reason, 256, "%s", why);
		if (error && refusals)
			check_values(engine->schema, json, refusals);
		explicit_bzero(json, strlen(json));
		free(json);
	} else {
		snprintf(reason, 256, "%s", *why ? why : strerror(-error));
	}
	if (error)
		return error;
	error = keep_own_parts(engine, out);
	if (!error)
		error = secrets_seal(&out->configuration, NULL);
	if (error) {
		snprintf(reason, 256, "%s", strerror(-error));
		backup_clear(out);
	}
	return error;
}

int backup_delivered(const struct engine *engine, struct backup *out, char reason[256])
{
	const struct object_type *type = schema_type(engine->schema, NULL, "LocalUserDatabase");
	int error;

	memset(out, 0, sizeof(*out));
	out->configuration.schema = engine->schema;
	error = engine_predefined(&out->configuration, reason);
	if (!error)
		error = configuration_keep_own(&out->configuration, &engine->running);
	for (struct lyd_node *users = object_first(&engine->running, type, NULL); users && !error;
	     users = object_next(users))
		error = object_restore(&out->configuration, type, NULL, users);
	return error;
}

void backup_clear(struct backup *backup)
{
	configuration_clear(&backup->configuration);
}

unsigned backup_interface_changes(const struct engine *engine, const struct backup *backup, FILE *out)
{
	const struct object_type *type = schema_type(engine->schema, NULL, "EthernetInterface");
	unsigned count = 0;

	for (struct lyd_node *object = object_first(&backup->configuration, type, NULL); object;
	     object = object_next(object)) {
		const char *name = object_key(type, object);
		const struct lyd_node *present = object_find(&engine->running, type, NULL, name);
		unsigned had = present ? value_number(type, present, "Id") : 0,
		         gets = value_number(type, object, "Id");

		if (!had || had == gets)
			continue;
		fprintf(out, "In %s %s: Interface ID change of '%s'(%u->%u) is not supported.\n", type->name,
		        name, name, had, gets);
		count++;
	}
	return count;
}

/* What is running, for backup_load_replaced. */
static int keep_replaced(const struct engine *engine, char reason[256])
{
	char *bytes = NULL;
	size_t length;
	int error = print(&engine->running, false, &bytes, &length);

	if (!error)
		error = state_file_save(engine->state_directory, REPLACED, bytes, length);
	free(bytes);
	if (error)
		snprintf(reason, 256, "the present configuration could not be kept: %s", strerror(-error));
	return error;
}

int backup_restore(struct engine *engine, const struct backup *backup, char reason[256])
{
	struct configuration copy;
	int error = configuration_copy(&backup->configuration, &copy);

	if (error) {
		snprintf(reason, 256, "%s", strerror(-error));
		return error;
	}
	error = keep_replaced(engine, reason);
	if (error) {
		configuration_clear(&copy);
		return error;
	}
	configuration_clear(&engine->candidate);
	engine->candidate = copy;
	return 0;
}

int backup_restore_at_start(struct engine *engine, const struct configuration *configuration,
                            char reason[256])
{
	char *json = NULL;
	int error = keep_replaced(engine, reason);

	if (error)
		return error;
	error = configuration_print(configuration, false, &json);
	if (!error)
		error = store_save(engine->state_directory, engine->generation + 1, json);
	free(json);
	if (error)
		snprintf(reason, 256, "it could not be saved: %s", strerror(-error));
	return error;
}

int backup_load_replaced(const struct engine *engine, struct backup *out, char reason[256])
{
	char *bytes;
	size_t length;
	int error = state_file_load(engine->state_directory, REPLACED, BACKUP_LENGTH_MAX + BACKUP_HEADER_MAX,
	                            &bytes, &length);

	if (error) {
		snprintf(reason, 256, "%s", strerror(-error));
		return error;
	}
	error = backup_open(engine, bytes, length, out, NULL, reason);
	free(bytes);
	return error;
}
