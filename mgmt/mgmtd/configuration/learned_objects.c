/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/learned_objects.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 256 /* of an IPAddress, as the schema says */
#define ADDED_MAX  4   /* to them, at once */

struct lyd_node *learned_object(const struct configuration *configuration, const char *interface,
                                const char *ending, char name[LEARNED_NAME])
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "IPAddress");

	snprintf(name, LEARNED_NAME, "%.63s%s", interface, ending);
	return object_find(configuration, type, NULL, name);
}

int learned_objects_make(struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, const struct learned_object *objects, size_t count,
                         FILE *note)
{
	const struct object_type *addresses = schema_type(configuration->schema, NULL, "IPAddress");
	unsigned number = value_number(type, interface, "Id") % 256;
	char name[LEARNED_NAME], unknown[32];
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		const char *const values[] = {unknown};
		struct lyd_node *object;

		if (learned_object(configuration, object_key(type, interface), objects[i].ending, name))
			continue;
		if (strstr(objects[i].unknown, "%u"))
			snprintf(unknown, sizeof(unknown), "127.0.%u.%s", number,
			         strchr(objects[i].unknown, '/') ? "0/24" : "1");
		else
			snprintf(unknown, sizeof(unknown), "%s", objects[i].unknown);
		error = object_create(configuration, addresses, NULL, name, &object);
		if (!error)
			error = value_set(object, type_property(addresses, "Address"), 0, values, 1);
		if (!error && note)
			fprintf(note, "Added IPAddress %s.\n", name);
	}
	return error;
}

bool learned_refers(const struct lyd_node *object, const struct property *property, const char *name)
{
	for (const struct lyd_node *item = value_first(object, property, 0); item; item = value_next(item))
		if (!strcmp(lyd_get_value(item), name))
			return true;
	return false;
}

static bool is_kept(const struct configuration *configuration, const char *value, unsigned keep)
{
	struct ranges ranges = {0};
	bool kept = true;
	char missing[64];

	if (keep == LEARNED_KEEP_ALL)
		return true;
	if (resolve_address(configuration, value, &ranges, missing) || !ranges.count)
		kept = false;
	for (size_t i = 0; i < ranges.count && kept; i++)
		kept = keep & 1u << ranges.range[i].first.version;
	ranges_free(&ranges);
	return kept;
}

int learned_put(const struct configuration *configuration, struct lyd_node *object,
                const struct property *property, unsigned keep, const struct ip_address *addresses,
                unsigned count, unsigned prefix_length)
{
	char text[ADDED_MAX][IP_ADDRESS_TEXT + 12];
	const char *values[VALUES_MAX];
	size_t number = 0;
	char *kept[VALUES_MAX];
	size_t kept_count = 0;
	int error;

	for (const struct lyd_node *item = value_first(object, property, 0);
	     item && number < VALUES_MAX - ADDED_MAX; item = value_next(item)) {
		if (!is_kept(configuration, lyd_get_value(item), keep))
			continue;
		kept[kept_count] = strdup(lyd_get_value(item));
		if (kept[kept_count])
			values[number++] = kept[kept_count++];
	}
	for (unsigned i = 0; i < count && i < ADDED_MAX; i++) {
		char address[IP_ADDRESS_TEXT];

		ip_address_format(&addresses[i], address);
		if (prefix_length)
			snprintf(text[i], sizeof(text[i]), "%s/%u", address, prefix_length);
		else
			snprintf(text[i], sizeof(text[i]), "%s", address);
		values[number++] = text[i];
	}
	error = value_set(object, property, 0, values, number);
	while (kept_count > 0)
		free(kept[--kept_count]);
	return error;
}

int learned_fill_object(const struct configuration *configuration, const char *interface, const char *ending,
                        unsigned keep, const struct ip_address *addresses, unsigned count,
                        unsigned prefix_length)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "IPAddress");
	char name[LEARNED_NAME];
	struct lyd_node *object = learned_object(configuration, interface, ending, name);
	int error;

	if (!object || count == 0)
		return 0;
	error = learned_put(configuration, object, type_property(type, "Address"), keep, addresses, count,
	                    prefix_length);
	return error ? error
	             : learned_put(configuration, object, type_property(type, "ActiveAddress"),
	                           LEARNED_KEEP_ALL, addresses, count, prefix_length);
}
