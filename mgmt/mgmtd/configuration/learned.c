/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned_objects.h"

#include <string.h>

#define PREFIX_LENGTH 64

static const struct learned_object objects[] = {
    {"_ip6_net", "::1/128"}, {"_ip6_gw", "::1"}, {"_ip6_dns", "::1"}};

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

int learned_make_objects(struct configuration *configuration, const struct object_type *type,
                         const struct lyd_node *interface, FILE *note)
{
	return learned_objects_make(configuration, type, interface, objects,
	                            sizeof(objects) / sizeof(*objects), note);
}

/* Addresses go into <interface>_ip where the interface has that, and to the interface itself where it has not. */
static int fill_addresses(struct configuration *configuration, const struct object_type *type,
                          struct lyd_node *interface, const struct ip_address *own, unsigned count)
{
	const struct property *property = type_property(type, "IPAddress");
	const char *key = object_key(type, interface);
	char name[LEARNED_NAME];

	if (count == 0)
		return 0;
	if (learned_object(configuration, key, "_ip", name) && learned_refers(interface, property, name))
		return learned_fill_object(configuration, key, "_ip", LEARNED_KEEP_ALL, own, count, 0);
	return learned_put(configuration, interface, property, LEARNED_KEEP_ALL, own, count, 0);
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
		error = learned_put(configuration, interface, type_property(type, "IPAddress"),
		                    LEARNED_KEEP_ALL, &known->link_local, 1, 0);
	if (!error)
		error = learned_fill_object(configuration, name, "_ip6_net", LEARNED_KEEP_NONE, prefixes,
		                            count, PREFIX_LENGTH);
	if (!error)
		error = learned_fill_object(configuration, name, "_ip6_gw", LEARNED_KEEP_NONE, &known->router,
		                            known->router.version != 0, 0);
	if (!error)
		error = learned_fill_object(configuration, name, "_ip6_dns", LEARNED_KEEP_NONE,
		                            known->servers, known->server_count, 0);
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
