/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_rules.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

static int add_interface_id(const struct object_type *type, struct lyd_node *interface, void *user)
{
	return policy_builder_interface_id(user, (uint16_t)value_number(type, interface, "Id"));
}

/* Of groups and zones those that are in them: the datapath knows interfaces only. */
static int add_interface_ids(const struct configuration *configuration, const struct lyd_node *object,
                             const struct property *property, struct policy_builder *builder,
                             struct policy_slice *slice)
{
	int error = 0;

	slice->first = policy_builder_interface_ids(builder);
	for (const struct lyd_node *item = value_first(object, property, 0); item && !error;
	     item = value_next(item)) {
		const char *name = lyd_get_value(item);

		if (!strcmp(name, "any") || !strcmp(name, "core"))
			error = policy_builder_interface_id(builder, interface_id(configuration, name));
		else
			error = interface_members(configuration, name, add_interface_id, builder);
	}
	slice->count = policy_builder_interface_ids(builder) - slice->first;
	return error;
}

static int add_ranges(const struct configuration *configuration, const struct lyd_node *object,
                      const struct property *property, struct policy_builder *builder,
                      struct policy_slice *slice)
{
	struct ranges ranges = {0};
	int error = resolve_addresses(configuration, object, property, 0, &ranges);

	slice->first = policy_builder_ranges(builder);
	for (size_t i = 0; i < ranges.count && !error; i++)
		error = policy_builder_range(builder, &ranges.range[i]);
	slice->count = policy_builder_ranges(builder) - slice->first;
	ranges_free(&ranges);
	return error;
}

static int add_services(const struct configuration *configuration, const struct lyd_node *object,
                        const struct property *property, struct policy_builder *builder,
                        struct policy_slice *slice, uint8_t *syn_relay)
{
	struct services services = {0};
	char missing[64];
	int error = 0;

	for (const struct lyd_node *item = value_first(object, property, 0); item && !error;
	     item = value_next(item))
		error = resolve_service(configuration, lyd_get_value(item), &services, missing);
	slice->first = policy_builder_services(builder);
	for (size_t i = 0; i < services.count && !error; i++) {
		error = policy_builder_service(builder, &services.service[i]);
		*syn_relay |= services.service[i].syn_relay;
	}
	slice->count = policy_builder_services(builder) - slice->first;
	services_free(&services);
	return error;
}

/* C09-005, C09-006, C09-009: check_nat has seen that the addresses are such. */
static void set_translation(const struct configuration *configuration, const struct object_type *type,
                            const struct lyd_node *object, struct policy_rule *rule)
{
	if (rule->action != POLICY_ALLOW || strcmp(value_of(type, object, "SourceTranslation"), "NAT") != 0)
		return;
	rule->source_translation = POLICY_SOURCE_NAT_INTERFACE;
	if (strcmp(value_of(type, object, "SetSourceAddress"), "AllToOne") != 0)
		return;
	rule->source_translation = POLICY_SOURCE_NAT_ADDRESS;
	rule->nat_address[0] = resolve_host(configuration, value_of(type, object, "NewSourceIP4"));
	rule->nat_address[1] = resolve_host(configuration, value_of(type, object, "NewSourceIP6"));
}

/* The names that types have for the same. */
static const struct property *either(const struct object_type *type, const char *name, const char *other)
{
	const struct property *property = type_property(type, name);

	return property ? property : type_property(type, other);
}

static int add_any_interface(struct policy_builder *builder, struct policy_slice *slice)
{
	*slice = (struct policy_slice){policy_builder_interface_ids(builder), 1};
	return policy_builder_interface_id(builder, POLICY_INTERFACE_ANY);
}

int policy_add_filter(const struct configuration *configuration, const struct object_type *type,
                      const struct lyd_node *object, struct policy_builder *builder, struct policy_rule *rule)
{
	const struct property *leaves = type_property(type, "DestinationInterface");
	int error = add_interface_ids(configuration, object, type_property(type, "SourceInterface"), builder,
	                              &rule->source_interfaces);

	if (!error && leaves)
		error =
		    add_interface_ids(configuration, object, leaves, builder, &rule->destination_interfaces);
	else if (!error)
		error = add_any_interface(builder, &rule->destination_interfaces);
	if (!error)
		error = add_ranges(configuration, object, either(type, "SourceNetwork", "SourceIP"), builder,
		                   &rule->source_networks);
	if (!error)
		error = add_ranges(configuration, object, either(type, "DestinationNetwork", "DestinationIP"),
		                   builder, &rule->destination_networks);
	if (!error)
		error = add_services(configuration, object, type_property(type, "Service"), builder,
		                     &rule->services, &rule->syn_relay);
	return error;
}

static int add_rule(const struct configuration *configuration, const struct object_type *type,
                    const struct lyd_node *object, unsigned index, struct policy_builder *builder)
{
	struct policy_rule rule = {.index = index,
	                           .action = strcmp(value_of(type, object, "Action"), "Allow") ? POLICY_DENY
	                                                                                       : POLICY_ALLOW,
	                           .log = !strcmp(value_of(type, object, "LogEnabled"), "Yes")};
	int error;

	snprintf(rule.name, sizeof(rule.name), "%s", value_of(type, object, "Name"));
	rule.send_reject =
	    rule.action == POLICY_DENY && !strcmp(value_of(type, object, "OnDeny"), "SendReject");
	rule.stateless = rule.action == POLICY_ALLOW && !strcmp(value_of(type, object, "Stateless"), "Yes");
	set_translation(configuration, type, object, &rule);
	error = policy_add_filter(configuration, type, object, builder, &rule);
	return error ? error : policy_builder_rule(builder, &rule);
}

/* Every address of the firewall on whatever interface: core is the destination. */
static int add_core_destination(struct policy_builder *builder, struct policy_rule *rule)
{
	struct ip_range ipv4, ipv6;
	int error = policy_builder_interface_id(builder, POLICY_INTERFACE_CORE);

	rule->destination_interfaces = (struct policy_slice){policy_builder_interface_ids(builder) - 1, 1};
	rule->destination_networks = (struct policy_slice){policy_builder_ranges(builder), 2};
	ip_range_parse("0.0.0.0/0", &ipv4);
	ip_range_parse("::/0", &ipv6);
	if (!error)
		error = policy_builder_range(builder, &ipv4);
	return error ? error : policy_builder_range(builder, &ipv6);
}

static int add_management_rule(const struct configuration *configuration, const struct object_type *type,
                               const struct lyd_node *object, const char *port_property,
                               struct policy_builder *builder)
{
	uint16_t port = (uint16_t)value_number(type, object, port_property);
	struct policy_rule rule = {.action = POLICY_ALLOW};
	struct policy_service service = {.protocol_first = IPPROTO_TCP,
	                                 .protocol_last = IPPROTO_TCP,
	                                 .icmp_type_last = 255,
	                                 .icmp_code_last = 255,
	                                 .source_ports = {0, 65535},
	                                 .destination_ports = {port, port}};
	int error;

	snprintf(rule.name, sizeof(rule.name), "%s/%.45s", type->name, object_key(type, object));
	error = add_interface_ids(configuration, object, type_property(type, "SourceInterface"), builder,
	                          &rule.source_interfaces);
	if (!error)
		error = add_ranges(configuration, object, type_property(type, "SourceNetwork"), builder,
		                   &rule.source_networks);
	if (!error)
		error = add_core_destination(builder, &rule);
	rule.services = (struct policy_slice){policy_builder_services(builder), 1};
	if (!error)
		error = policy_builder_service(builder, &service);
	return error ? error : policy_builder_rule(builder, &rule);
}

static int add_management_rules(const struct configuration *configuration, const char *type_name,
                                const char *port_property, struct policy_builder *builder)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, type_name);
	int error = 0;

	for (const struct lyd_node *object = object_first(configuration, type, NULL); object && !error;
	     object = object_next(object))
		if (!object_disabled(type, object))
			error = add_management_rule(configuration, type, object, port_property, builder);
	return error;
}

int policy_add_rules(const struct configuration *configuration, struct policy_builder *builder)
{
	const struct object_type *set = schema_type(configuration->schema, NULL, "IPRuleSet");
	const struct object_type *type = schema_type(configuration->schema, set, "IPRule");
	const struct lyd_node *main_set = object_find(configuration, set, NULL, "main"), *object;
	unsigned index = 0;
	int error = add_management_rules(configuration, "RemoteMgmtHTTP", "HTTPSPort", builder);

	if (!error)
		error = add_management_rules(configuration, "RemoteMgmtSSH", "Port", builder);
	for (object = main_set ? object_first(configuration, type, main_set) : NULL; object && !error;
	     object = object_next(object)) {
		index++;
		if (!object_disabled(type, object))
			error = add_rule(configuration, type, object, index, builder);
	}
	return error;
}
