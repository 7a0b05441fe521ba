/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/icmp_messages.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

void services_free(struct services *services)
{
	free(services->service);
	*services = (struct services){0};
}

static int add_service(struct services *services, const struct policy_service *service)
{
	if (services->count == RESOLVE_MAX)
		return -E2BIG;
	if (services->count == services->capacity) {
		size_t capacity = services->capacity ? 2 * services->capacity : 8;
		struct policy_service *grown = realloc(services->service, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		services->service = grown;
		services->capacity = capacity;
	}
	services->service[services->count++] = *service;
	return 0;
}

static struct policy_service any_service(uint8_t first, uint8_t last)
{
	return (struct policy_service){.protocol_first = first,
	                               .protocol_last = last,
	                               .icmp_type_last = 255,
	                               .icmp_code_last = 255,
	                               .source_ports = {0, 65535},
	                               .destination_ports = {0, 65535}};
}

/* First and last of the next range of a list property; the whole range once where the list is empty. */
static bool next_range(const struct lyd_node **item, bool *once, unsigned maximum, unsigned *first,
                       unsigned *last)
{
	if (!*item) {
		*first = 0;
		*last = maximum;
		if (!*once)
			return false;
		*once = false;
		return true;
	}
	*once = false;
	if (number_range_parse(lyd_get_value(*item), maximum, first, last))
		return false;
	*item = value_next(*item);
	return true;
}

static int add_ports(const struct object_type *type, const struct lyd_node *object, uint8_t protocol,
                     struct services *out)
{
	const struct lyd_node *destination = value_first(object, type_property(type, "DestinationPorts"), 0);
	struct policy_service service = any_service(protocol, protocol);
	bool one_destination = true;
	unsigned first, last;
	int error = 0;

	while (!error && next_range(&destination, &one_destination, 65535, &first, &last)) {
		const struct lyd_node *source = value_first(object, type_property(type, "SourcePorts"), 0);
		bool one_source = true;

		service.destination_ports = (struct policy_port_range){(uint16_t)first, (uint16_t)last};
		while (!error && next_range(&source, &one_source, 65535, &first, &last)) {
			service.source_ports = (struct policy_port_range){(uint16_t)first, (uint16_t)last};
			error = add_service(out, &service);
		}
	}
	return error;
}

static int add_tcp_udp(const struct object_type *type, const struct lyd_node *object, struct services *out)
{
	const char *protocol = value_of(type, object, "Type");
	int error = 0;

	if (strcmp(protocol, "UDP") != 0)
		error = add_ports(type, object, IPPROTO_TCP, out);
	if (!error && strcmp(protocol, "TCP") != 0)
		error = add_ports(type, object, IPPROTO_UDP, out);
	return error;
}

static int add_messages(const struct object_type *type, const struct lyd_node *object, uint8_t protocol,
                        struct services *out)
{
	const struct lyd_node *item = value_first(object, type_property(type, "MessageTypes"), 0);
	struct policy_service service = any_service(protocol, protocol);
	struct icmp_messages messages;
	int error = item ? 0 : add_service(out, &service);

	for (; item && !error; item = value_next(item)) {
		if (icmp_messages_parse(lyd_get_value(item), protocol == IPPROTO_ICMP ? 4 : 6, &messages))
			return -EINVAL;
		service.icmp_type_first = messages.type_first;
		service.icmp_type_last = messages.type_last;
		service.icmp_code_first = messages.code_first;
		service.icmp_code_last = messages.code_last;
		error = add_service(out, &service);
	}
	return error;
}

static int add_icmp(const struct object_type *type, const struct lyd_node *object, struct services *out)
{
	return add_messages(type, object, IPPROTO_ICMP, out);
}

static int add_icmpv6(const struct object_type *type, const struct lyd_node *object, struct services *out)
{
	return add_messages(type, object, IPPROTO_ICMPV6, out);
}

static int add_protocols(const struct object_type *type, const struct lyd_node *object, struct services *out)
{
	const struct lyd_node *item = value_first(object, type_property(type, "IPProto"), 0);
	int error = 0;

	for (; item && !error; item = value_next(item)) {
		struct policy_service service;
		unsigned first, last;

		if (number_range_parse(lyd_get_value(item), 255, &first, &last))
			return -EINVAL;
		service = any_service((uint8_t)first, (uint8_t)last);
		error = add_service(out, &service);
	}
	return error;
}

static const struct {
	const char *type;
	int (*add)(const struct object_type *type, const struct lyd_node *object, struct services *out);
} kinds[] = {{"ServiceTCPUDP", add_tcp_udp},
             {"ServiceICMP", add_icmp},
             {"ServiceICMPv6", add_icmpv6},
             {"ServiceIPProto", add_protocols}};

/* What one object says, and whether ICMP errors about its flows pass (C28-031). */
static int add_object(size_t kind, const struct object_type *type, const struct lyd_node *object,
                      struct services *out)
{
	size_t first = out->count;
	int error = kinds[kind].add(type, object, out);

	for (size_t i = first; i < out->count; i++)
		out->service[i].pass_icmp_return = !strcmp(value_of(type, object, "PassICMPReturn"), "Yes");
	/* Only ServiceTCPUDP has it. */
	for (size_t i = first; i < out->count && type_property(type, "SYNRelay"); i++)
		out->service[i].syn_relay = out->service[i].protocol_first == IPPROTO_TCP &&
		                            !strcmp(value_of(type, object, "SYNRelay"), "Yes");
	return error;
}

static int resolve_at(const struct configuration *configuration, const char *name, struct services *out,
                      char missing[64], unsigned depth)
{
	const struct object_type *group = schema_type(configuration->schema, NULL, "ServiceGroup");
	const struct lyd_node *object, *item;
	int error = 0;

	if (depth > RESOLVE_DEPTH || ++out->steps > 4 * RESOLVE_MAX)
		return -ELOOP;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const struct object_type *type = schema_type(configuration->schema, NULL, kinds[i].type);

		object = object_find(configuration, type, NULL, name);
		if (object)
			return add_object(i, type, object, out);
	}
	object = object_find(configuration, group, NULL, name);
	if (!object) {
		snprintf(missing, 64, "%.63s", name);
		return -ENOENT;
	}
	for (item = value_first(object, type_property(group, "Members"), 0); item && !error;
	     item = value_next(item))
		error = resolve_at(configuration, lyd_get_value(item), out, missing, depth + 1);
	return error;
}

int resolve_service(const struct configuration *configuration, const char *name, struct services *out,
                    char missing[64])
{
	missing[0] = 0;
	return resolve_at(configuration, name, out, missing, 0);
}
