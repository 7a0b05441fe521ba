/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which properties can be typed now (C02-028). */

#include "mgmt/mgmtd/complete/complete_internal.h"

#include <string.h>

static const struct argument *typed_property(const struct completing *at, const char *name, int node)
{
	for (size_t i = 0; i < at->line->count; i++) {
		const struct argument *argument = &at->line->argument[i];

		if (argument->kind == ARGUMENT_PROPERTY && argument->node == node &&
		    !strcmp(argument->name, name))
			return argument;
	}
	return NULL;
}

/* The value it will have after this line, or NULL. node: -1 where it has one for both nodes. */
static const char *future_value(const struct completing *at, const struct property *property, int node)
{
	const struct argument *typed = typed_property(at, property->name, node);

	if (typed && (typed->reset || !typed->value_count))
		return property->default_value;
	if (typed)
		return property_unalias(property, typed->text);
	return value_text(at->object, property, node > 0);
}

static bool has_needed_value(const struct completing *at, const struct property *property)
{
	const char *equals = property->only_when ? strchr(property->only_when, '=') : NULL, *value;
	const struct property *governing;
	char name[64];

	if (!equals)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)(equals - property->only_when), property->only_when);
	governing = type_property(at->type, name);
	value = governing ? future_value(at, governing, -1) : NULL;
	return value && !strcmp(value, equals + 1);
}

static bool is_usable(const struct completing *at, const struct property *property)
{
	bool named = property->key && (at->named || !complete_is(at, "add"));

	return !property->hidden && !property->not_available && !named && has_needed_value(at, property);
}

/* A value of each node is missing by itself. */
static bool is_missing(const struct completing *at, const struct property *property)
{
	if (!property->required || !is_usable(at, property))
		return false;
	for (int node = property->per_node ? 0 : -1; node < (property->per_node ? 2 : 0); node++)
		if (!typed_property(at, property->name, node) && !future_value(at, property, node))
			return true;
	return false;
}

static void offer(struct completing *at, const struct property *property)
{
	if (!property->per_node && !typed_property(at, property->name, -1))
		matches_offer(&at->matches, property->name, "=", "");
	for (int node = 0; property->per_node && node < 2; node++)
		if (!typed_property(at, property->name, node))
			matches_offer(&at->matches, property->name, node ? ":1=" : ":0=", "");
}

void complete_properties(struct completing *at)
{
	const struct object_type *type = at->type;
	bool range = line_option(at->line, "Range") != NULL, missing = false;

	/* What the objects of a range have cannot be told of one of them. */
	for (size_t i = 0; i < type->property_count && !range; i++) {
		if (!is_missing(at, &type->properties[i]))
			continue;
		missing = true;
		offer(at, &type->properties[i]);
	}
	if (missing)
		return;
	for (size_t i = 0; i < type->property_count; i++)
		if (is_usable(at, &type->properties[i]))
			offer(at, &type->properties[i]);
	if (type->indexed && !range && !typed_property(at, "Index", -1))
		matches_offer(&at->matches, "Index", "=", "");
}
