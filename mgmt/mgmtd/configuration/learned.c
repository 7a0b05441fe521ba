/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/interface.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OBJECT_NAME 80
#define VALUES_MAX  256                        /* of an IPAddress, as the schema says */
#define ADDED_MAX   AUTOCONFIGURATION_PREFIXES /* to them, at once */

#define PREFIX_LENGTH 64

static const struct {
	const char *ending, *unknown;
} objects[] = {{"_ip6_net", "::1/128"}, {"_ip6_gw", "::1"}, {"_ip6_dns", "::1"}};

bool learned_is_wanted(const struct object_type *type, const struct lyd_node *interface)
{
	return interface_is_type(type) &&
	       !strcmp(value_of(type, interface, "IPv6AddressConfiguration"), "SLAAC");
}

void learned_order(const struct configuration *configuration, struct message_autoconfigure *out)
{
	struct interface_cursor at = {0};

	*out = (struct message_autoconfigure){0};
	while (interface_next(configuration, &at) && out->count < AUTOCONFIGURATIONS_MAX)
		if (learned_is_wanted(at.type, at.object) &&
		    !interface_is_disabled(configuration, at.type, at.object))
			out->interface[out->count++] = (uint16_t)value_number(at.type, at.object, "Id");
}

static struct lyd_node *address_object(const struct configuration *configuration, const char *interface,
                                       const char *ending, char name[OBJECT_NAME])
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "IPAddress");

	snprintf(name, OBJECT_NAME, "%.63s%s", interface, ending);
	return object_find(configuration, type, NULL, name);
}

int learned_make_objects(struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, FILE *note)
{
	const struct object_type *addresses = schema_type(configuration->schema, NULL, "IPAddress");
	char name[OBJECT_NAME];
	int error = 0;

	for (size_t i = 0; i < sizeof(objects) / sizeof(*objects) && !error; i++) {
		const char *const values[] = {objects[i].unknown};
		struct lyd_node *object;

		if (address_object(configuration, object_key(type, interface), objects[i].ending, name))
			continue;
		error = object_create(configuration, addresses, NULL, name, &object);
		if (!error)
			error = value_set(object, type_property(addresses, "Address"), 0, values, 1);
		if (!error && note)
			fprintf(note, "Added IPAddress %s.\n", name);
	}
	return error;
}

/* Replaces the values of a property, or adds to those that there are. */
static int put(struct lyd_node *object, const struct property *property, bool keep,
               const struct ip_address *addresses, unsigned count, unsigned prefix_length)
{
	char text[ADDED_MAX][IP_ADDRESS_TEXT + 4];
	const char *values[VALUES_MAX];
	size_t number = 0;
	char *kept[VALUES_MAX];
	size_t kept_count = 0;
	int error;

	for (const struct lyd_node *item = keep ? value_first(object, property, 0) : NULL;
	     item && number < VALUES_MAX - ADDED_MAX; item = value_next(item)) {
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

static bool refers(const struct lyd_node *interface, const struct property *property, const char *name)
{
	for (const struct lyd_node *item = value_first(interface, property, 0); item; item = value_next(item))
		if (!strcmp(lyd_get_value(item), name))
			return true;
	return false;
}

static int fill_object(const struct configuration *configuration, const char *interface, const char *ending,
                       const struct ip_address *addresses, unsigned count, unsigned prefix_length)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "IPAddress");
	char name[OBJECT_NAME];
	struct lyd_node *object = address_object(configuration, interface, ending, name);

	if (!object || count == 0)
		return 0;
	return put(object, type_property(type, "Address"), false, addresses, count, prefix_length);
}

/* Addresses go into <interface>_ip where the interface has that, and to the interface itself where it has not. */
static int fill_addresses(struct configuration *configuration, const struct object_type *type,
                          struct lyd_node *interface, const struct ip_address *own, unsigned count)
{
	const struct object_type *addresses = schema_type(configuration->schema, NULL, "IPAddress");
	const struct property *property = type_property(type, "IPAddress");
	char name[OBJECT_NAME];
	struct lyd_node *object = address_object(configuration, object_key(type, interface), "_ip", name);

	if (count == 0)
		return 0;
	if (object && refers(interface, property, name))
		return put(object, type_property(addresses, "Address"), true, own, count, 0);
	return put(interface, property, true, own, count, 0);
}

bool learned_in_use(uint8_t state)
{
	return state == AUTOCONFIGURATION_PREFERRED || state == AUTOCONFIGURATION_DEPRECATED;
}

static int fill(struct configuration *configuration, const struct object_type *type,
                struct lyd_node *interface, const struct autoconfiguration *known)
{
	struct ip_address own[AUTOCONFIGURATION_PREFIXES], prefixes[AUTOCONFIGURATION_PREFIXES];
	const char *name = object_key(type, interface);
	unsigned count = 0;
	int error;

	for (unsigned i = 0; i < known->address_count && i < AUTOCONFIGURATION_PREFIXES; i++) {
		if (!learned_in_use(known->state[i]))
			continue;
		own[count] = known->address[i];
		prefixes[count++] = known->prefix[i];
	}
	error = fill_addresses(configuration, type, interface, own, count);
	if (!error && learned_in_use(known->link_local_state))
		error = put(interface, type_property(type, "IPAddress"), true, &known->link_local, 1, 0);
	if (!error)
		error = fill_object(configuration, name, "_ip6_net", prefixes, count, PREFIX_LENGTH);
	if (!error)
		error = fill_object(configuration, name, "_ip6_gw", &known->router,
		                    known->router.version != 0, 0);
	if (!error)
		error = fill_object(configuration, name, "_ip6_dns", known->servers, known->server_count, 0);
	return error;
}

int learned_fill(struct configuration *configuration, const struct message_autoconfiguration *known)
{
	struct interface_cursor at = {0};
	int error = 0;

	while (!error && interface_next(configuration, &at)) {
		uint32_t id = value_number(at.type, at.object, "Id");

		if (!learned_is_wanted(at.type, at.object))
			continue;
		for (uint32_t i = 0; i < known->count && !error; i++)
			if (known->interface[i].interface == id)
				error = fill(configuration, at.type, at.object, &known->interface[i]);
	}
	return error;
}
