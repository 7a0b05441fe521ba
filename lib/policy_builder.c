/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct array {
	uint8_t *elements;
	uint32_t count, capacity;
	size_t element_size;
};

struct policy_builder {
	struct policy_settings settings;
	struct array interfaces, addresses, routes, rules, interface_ids, ranges, services, arp_entries,
	    advertisements, monitor_targets, threshold_rules, threshold_sets, threshold_definitions,
	    whitelist_rules;
};

static int array_append(struct array *array, const void *element)
{
	if (array->count == array->capacity) {
		uint32_t capacity = array->capacity ? array->capacity * 2 : 16;
		uint8_t *elements = reallocarray(array->elements, capacity, array->element_size);

		if (!elements)
			return -ENOMEM;
		array->elements = elements;
		array->capacity = capacity;
	}
	memcpy(array->elements + (size_t)array->count++ * array->element_size, element, array->element_size);
	return 0;
}

struct policy_builder *policy_builder_create(void)
{
	struct policy_builder *builder = calloc(1, sizeof(*builder));

	if (!builder)
		return NULL;
	builder->interfaces.element_size = sizeof(struct policy_interface);
	builder->addresses.element_size = sizeof(struct policy_address);
	builder->routes.element_size = sizeof(struct policy_route);
	builder->rules.element_size = sizeof(struct policy_rule);
	builder->interface_ids.element_size = sizeof(uint16_t);
	builder->ranges.element_size = sizeof(struct ip_range);
	builder->services.element_size = sizeof(struct policy_service);
	builder->arp_entries.element_size = sizeof(struct policy_arp_entry);
	builder->advertisements.element_size = sizeof(struct policy_advertisement);
	builder->monitor_targets.element_size = sizeof(struct policy_monitor_target);
	builder->threshold_rules.element_size = sizeof(struct policy_threshold_rule);
	builder->threshold_sets.element_size = sizeof(struct policy_threshold_set);
	builder->threshold_definitions.element_size = sizeof(struct policy_threshold_definition);
	builder->whitelist_rules.element_size = sizeof(struct policy_rule);
	return builder;
}

void policy_builder_destroy(struct policy_builder *builder)
{
	if (!builder)
		return;
	free(builder->interfaces.elements);
	free(builder->addresses.elements);
	free(builder->routes.elements);
	free(builder->rules.elements);
	free(builder->interface_ids.elements);
	free(builder->ranges.elements);
	free(builder->services.elements);
	free(builder->arp_entries.elements);
	free(builder->advertisements.elements);
	free(builder->monitor_targets.elements);
	free(builder->threshold_rules.elements);
	free(builder->threshold_sets.elements);
	free(builder->threshold_definitions.elements);
	free(builder->whitelist_rules.elements);
	free(builder);
}

struct policy_settings *policy_builder_settings(struct policy_builder *builder)
{
	return &builder->settings;
}

int policy_builder_interface(struct policy_builder *builder, const struct policy_interface *interface)
{
	return array_append(&builder->interfaces, interface);
}

int policy_builder_address(struct policy_builder *builder, const struct policy_address *address)
{
	return array_append(&builder->addresses, address);
}

int policy_builder_arp_entry(struct policy_builder *builder, const struct policy_arp_entry *entry)
{
	return array_append(&builder->arp_entries, entry);
}

int policy_builder_route(struct policy_builder *builder, const struct policy_route *route)
{
	return array_append(&builder->routes, route);
}

int policy_builder_interface_id(struct policy_builder *builder, uint16_t id)
{
	return array_append(&builder->interface_ids, &id);
}

int policy_builder_range(struct policy_builder *builder, const struct ip_range *range)
{
	return array_append(&builder->ranges, range);
}

int policy_builder_service(struct policy_builder *builder, const struct policy_service *service)
{
	return array_append(&builder->services, service);
}

int policy_builder_advertisement(struct policy_builder *builder,
                                 const struct policy_advertisement *advertisement)
{
	return array_append(&builder->advertisements, advertisement);
}

int policy_builder_monitor_target(struct policy_builder *builder, const struct policy_monitor_target *target)
{
	return array_append(&builder->monitor_targets, target);
}

int policy_builder_threshold_rule(struct policy_builder *builder, const struct policy_threshold_rule *rule)
{
	return array_append(&builder->threshold_rules, rule);
}

int policy_builder_threshold_set(struct policy_builder *builder, const struct policy_threshold_set *set)
{
	return array_append(&builder->threshold_sets, set);
}

int policy_builder_threshold_definition(struct policy_builder *builder,
                                        const struct policy_threshold_definition *definition)
{
	return array_append(&builder->threshold_definitions, definition);
}

int policy_builder_whitelist_rule(struct policy_builder *builder, const struct policy_rule *rule)
{
	return array_append(&builder->whitelist_rules, rule);
}

uint32_t policy_builder_threshold_sets(const struct policy_builder *builder)
{
	return builder->threshold_sets.count;
}

uint32_t policy_builder_threshold_definitions(const struct policy_builder *builder)
{
	return builder->threshold_definitions.count;
}

uint32_t policy_builder_interface_ids(const struct policy_builder *builder)
{
	return builder->interface_ids.count;
}

uint32_t policy_builder_ranges(const struct policy_builder *builder)
{
	return builder->ranges.count;
}

uint32_t policy_builder_services(const struct policy_builder *builder)
{
	return builder->services.count;
}

int policy_builder_rule(struct policy_builder *builder, const struct policy_rule *rule)
{
	return array_append(&builder->rules, rule);
}

static size_t align8(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

int policy_builder_finish(struct policy_builder *builder, uint64_t generation, void **blob, size_t *length)
{
	struct policy_header header = {
	    .magic = POLICY_MAGIC, .version = POLICY_VERSION, .generation = generation};
	struct {
		const struct array *array;
		struct policy_section *section;
	} parts[] = {
	    {&builder->interfaces, &header.interfaces},
	    {&builder->addresses, &header.addresses},
	    {&builder->routes, &header.routes},
	    {&builder->rules, &header.rules},
	    {&builder->interface_ids, &header.interface_ids},
	    {&builder->ranges, &header.ranges},
	    {&builder->services, &header.services},
	    {&builder->arp_entries, &header.arp_entries},
	    {&builder->advertisements, &header.advertisements},
	    {&builder->monitor_targets, &header.monitor_targets},
	    {&builder->threshold_rules, &header.threshold_rules},
	    {&builder->threshold_sets, &header.threshold_sets},
	    {&builder->threshold_definitions, &header.threshold_definitions},
	    {&builder->whitelist_rules, &header.whitelist_rules},
	};
	const size_t part_count = sizeof(parts) / sizeof(parts[0]);
	size_t size = align8(sizeof(header));
	uint8_t *bytes;

	for (size_t i = 0; i < part_count; i++) {
		*parts[i].section = (struct policy_section){(uint32_t)size, parts[i].array->count};
		size = align8(size + parts[i].array->count * parts[i].array->element_size);
		if (size > UINT32_MAX)
			return -ENOMEM;
	}
	bytes = calloc(1, size);
	if (!bytes)
		return -ENOMEM;
	header.length = (uint32_t)size;
	header.settings = builder->settings;
	memcpy(bytes, &header, sizeof(header));
	for (size_t i = 0; i < part_count; i++)
		if (parts[i].array->count)
			memcpy(bytes + parts[i].section->offset, parts[i].array->elements,
			       parts[i].array->count * parts[i].array->element_size);
	*blob = bytes;
	*length = size;
	return 0;
}
