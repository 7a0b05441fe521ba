/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/policy/policy_thresholds.h"
#include "mgmt/mgmtd/policy/policy_rules.h"

#include <stdlib.h>
#include <string.h>

/* A decimal number times a factor, rounded down; exact, which a double is not. */
static uint64_t scaled(const char *text, uint64_t factor)
{
	uint64_t whole = strtoull(text, NULL, 10), part = 0, unit = 1;
	const char *point = strchr(text, '.');

	for (const char *digit = point ? point + 1 : ""; *digit >= '0' && *digit <= '9'; digit++) {
		part = part * 10 + (uint64_t)(*digit - '0');
		unit *= 10;
	}
	if (!*text || whole > UINT64_MAX / 2 / factor)
		return UINT64_MAX;
	return whole * factor + part * factor / unit;
}

uint64_t threshold_limit(const char *text)
{
	switch (*text ? text[strlen(text) - 1] : 0) {
	case 'K':
		return scaled(text, 1000);
	case 'M':
		return scaled(text, 1000000);
	case 'G':
		return scaled(text, 1000000000);
	default:
		return scaled(text, 1);
	}
}

uint64_t threshold_milliseconds(const char *text)
{
	switch (*text ? text[strlen(text) - 1] : 0) {
	case 'm':
		return scaled(text, 60000);
	case 'h':
		return scaled(text, 3600000);
	case 'd':
		return scaled(text, 86400000);
	default:
		return scaled(text, 1000);
	}
}

/* The position of a value among those of the enumeration that lib/policy.h numbers. */
static uint8_t number_of(const struct object_type *type, const struct lyd_node *object, const char *property,
                         const char *const names[])
{
	const char *value = value_of(type, object, property);
	uint8_t number = 0;

	while (names[number] && strcmp(names[number], value) != 0)
		number++;
	return names[number] ? number : 0;
}

/* One more than syslog's numbers. */
static const char *const severities[] = {"Default", "Emergency", "Alert",       "Critical", "Error",
                                         "Warning", "Notice",    "Information", NULL};

static uint32_t bounded(uint64_t value)
{
	return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static int add_definition(const struct object_type *type, const struct lyd_node *object,
                          struct policy_builder *builder)
{
	static const char *const types[] = {"FlowRate", "ConcurrentFlows", NULL};
	static const char *const groupings[] = {
	    "None",          "SourceIP",           "SourceNetwork",        "SourceInterface",
	    "DestinationIP", "DestinationNetwork", "DestinationInterface", NULL};
	struct policy_threshold_definition out = {
	    .type = number_of(type, object, "Type", types),
	    .grouping = number_of(type, object, "Grouping", groupings),
	    .prefix_ip4 = (uint8_t)value_number(type, object, "GroupingIP4NetworkSize"),
	    .prefix_ip6 = (uint8_t)value_number(type, object, "GroupingIP6NetworkSize"),
	    .shared = !strcmp(value_of(type, object, "Scope"), "Shared"),
	    .log = !strcmp(value_of(type, object, "ThresholdLog"), "Yes"),
	    .severity = number_of(type, object, "ThresholdLogSeverity", severities),
	    .limit = bounded(threshold_limit(value_of(type, object, "Limit"))),
	    .interval_ms = bounded(threshold_milliseconds(value_of(type, object, "Interval"))),
	    .duration_ms = bounded(threshold_milliseconds(value_of(type, object, "Duration")))};

	snprintf(out.name, sizeof(out.name), "%s", value_of(type, object, "Name"));
	return policy_builder_threshold_definition(builder, &out);
}

static int add_set(const struct configuration *configuration, const struct object_type *type,
                   const struct lyd_node *object, struct policy_builder *builder)
{
	static const char *const actions[] = {"None", "Drop", "RandomDrop", "Blacklist", NULL};
	static const char *const logs[] = {"ObeyRule", "NeverLog", "AlwaysLog", NULL};
	const struct object_type *definition =
	    schema_type(configuration->schema, type, "ThresholdDefinition");
	struct policy_threshold_set out = {.definitions = {policy_builder_threshold_definitions(builder), 0},
	                                   .action = number_of(type, object, "Action", actions),
	                                   .probability = (uint8_t)value_number(type, object, "Probability"),
	                                   .log = number_of(type, object, "ActionLog", logs),
	                                   .severity =
	                                       number_of(type, object, "ActionLogSeverity", severities),
	                                   .timeout_s = value_number(type, object, "Timeout")};
	int error = 0;

	snprintf(out.name, sizeof(out.name), "%s", value_of(type, object, "Name"));
	for (const struct lyd_node *at = object_first(configuration, definition, object); at && !error;
	     at = object_next(at))
		if (!object_disabled(definition, at))
			error = add_definition(definition, at, builder);
	out.definitions.count = policy_builder_threshold_definitions(builder) - out.definitions.first;
	return error ? error : policy_builder_threshold_set(builder, &out);
}

static int add_rule(const struct configuration *configuration, const struct object_type *type,
                    const struct lyd_node *object, unsigned index, struct policy_builder *builder)
{
	const struct object_type *set = schema_type(configuration->schema, type, "ThresholdSet");
	struct policy_threshold_rule out = {.filter = {.index = index},
	                                    .sets = {policy_builder_threshold_sets(builder), 0}};
	int error = policy_add_filter(configuration, type, object, builder, &out.filter);

	/* What it would do with a rule that lets flows through. */
	out.filter.syn_relay = 0;
	snprintf(out.filter.name, sizeof(out.filter.name), "%s", value_of(type, object, "Name"));
	for (const struct lyd_node *at = object_first(configuration, set, object); at && !error;
	     at = object_next(at))
		if (!object_disabled(set, at))
			error = add_set(configuration, set, at, builder);
	out.sets.count = policy_builder_threshold_sets(builder) - out.sets.first;
	return error ? error : policy_builder_threshold_rule(builder, &out);
}

int policy_add_thresholds(const struct configuration *configuration, struct policy_builder *builder)
{
	const struct object_type *holder = schema_type(configuration->schema, NULL, "ThresholdRules");
	const struct object_type *type = schema_type(configuration->schema, holder, "ThresholdRule");
	const struct lyd_node *context = object_find(configuration, holder, NULL, NULL);
	unsigned index = 0;
	int error = 0;

	for (const struct lyd_node *object = context ? object_first(configuration, type, context) : NULL;
	     object && !error; object = object_next(object)) {
		index++;
		if (!object_disabled(type, object))
			error = add_rule(configuration, type, object, index, builder);
	}
	return error;
}

int policy_add_whitelist(const struct configuration *configuration, struct policy_builder *builder)
{
	const struct object_type *holder = schema_type(configuration->schema, NULL, "Whitelist");
	const struct object_type *type = schema_type(configuration->schema, holder, "WhitelistRule");
	const struct lyd_node *context = object_find(configuration, holder, NULL, NULL);
	unsigned index = 0;
	int error = 0;

	for (const struct lyd_node *object = context ? object_first(configuration, type, context) : NULL;
	     object && !error; object = object_next(object)) {
		struct policy_rule rule = {.index = ++index};

		if (object_disabled(type, object))
			continue;
		snprintf(rule.name, sizeof(rule.name), "%s", value_of(type, object, "Name"));
		error = policy_add_filter(configuration, type, object, builder, &rule);
		rule.syn_relay = 0;
		if (!error)
			error = policy_builder_whitelist_rule(builder, &rule);
	}
	return error;
}
