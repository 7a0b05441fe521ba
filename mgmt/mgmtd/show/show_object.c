/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/show/show_object.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "mgmt/mgmtd/session/table.h"

#include <stdlib.h>
#include <string.h>

static void show_one(const struct lyd_node *object, const struct property *property, unsigned node, FILE *out)
{
	const struct lyd_node *value = value_first(object, property, node);
	const char *text = value ? lyd_get_value(value) : property->default_value, *label;

	if (!text) {
		fputs(property_shown_default(property), out);
		return;
	}
	if (property_is_secret(property)) {
		fputs("********", out);
		return;
	}
	fputs(text, out);
	label = property_value_label(property, text);
	if (label)
		fprintf(out, " (%s)", label);
	for (value = value ? value_next(value) : NULL; value; value = value_next(value))
		fprintf(out, ", %s", lyd_get_value(value));
}

void show_value(const struct lyd_node *object, const struct property *property, FILE *out)
{
	if (!property->per_node) {
		show_one(object, property, 0, out);
		return;
	}
	fputs("0:", out);
	show_one(object, property, 0, out);
	fputs("  1:", out);
	show_one(object, property, 1, out);
}

static bool applies(const struct object_type *type, const struct lyd_node *object,
                    const struct property *property)
{
	char name[64];
	const char *equals = property->only_when ? strchr(property->only_when, '=') : NULL;

	if (!equals)
		return true;
	snprintf(name, sizeof(name), "%.*s", (int)(equals - property->only_when), property->only_when);
	return !strcmp(value_of(type, object, name), equals + 1);
}

/* learned: the object with what interfaces have learned in it, or NULL. */
static void add_row(struct table *table, const struct lyd_node *object, const struct lyd_node *learned,
                    const struct property *property)
{
	bool dynamic = property->display_only && learned && value_first(learned, property, 0);
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return;
	show_value(dynamic ? learned : object, property, out);
	fclose(out);
	table_row(table, "");
	table_cell(table, "%s:", property->name);
	table_cell(table, "%s", text);
	if (dynamic)
		table_cell(table, "Dynamically assigned");
	free(text);
}

/* Something is assigned to it for the time being (C21-025). */
static bool is_assigned(const struct object_type *type, const struct lyd_node *learned)
{
	for (size_t i = 0; learned && i < type->property_count; i++)
		if (type->properties[i].display_only && value_first(learned, &type->properties[i], 0))
			return true;
	return false;
}

static const struct lyd_node *learned_of(const struct configuration *view, const struct object_type *type,
                                         const struct lyd_node *object)
{
	if (!object || type->parent || !type->key)
		return NULL;
	return object_find(view, type, NULL, object_key(type, object));
}

void show_object(struct session *session, const struct object_type *type, const struct lyd_node *object)
{
	struct configuration copy = {0};
	const struct configuration *view =
	    engine_learned_view(session->engine, &session->engine->candidate, &copy);
	const struct lyd_node *learned = learned_of(view, type, object);
	struct table table = {.right = 1};

	table_column(&table, "Property");
	table_column(&table, "Value");
	if (is_assigned(type, learned))
		table_column(&table, "Remarks");
	if (type->indexed) {
		table_row(&table, "");
		table_cell(&table, "Index:");
		table_cell(&table, "%u", object_index(object));
	}
	for (size_t i = 0; i < type->property_count; i++)
		if (!type->properties[i].hidden && applies(type, object, &type->properties[i]))
			add_row(&table, object, learned, &type->properties[i]);
	table_print(&table, 0, session->out);
	configuration_clear(&copy);
	if (object && object_disabled(type, object))
		fputs("\nThis object is disabled.\n", session->out);
}

bool objects_equal(const struct object_type *type, const struct lyd_node *a, const struct lyd_node *b)
{
	for (size_t i = 0; i < type->property_count; i++)
		if (!value_equal(a, b, &type->properties[i]))
			return false;
	return true;
}

void show_symbols(struct session *session, const struct object_type *type, const struct lyd_node *object,
                  bool deleted, struct show_places *places, char symbols[4])
{
	struct problems problems = {0};
	const struct lyd_node *old;
	char *at = symbols;

	memset(symbols, 0, 4);
	if (deleted) {
		*at = '-';
		return;
	}
	old = former_of(&session->engine->renames, &session->engine->committed, &session->engine->candidate,
	                type, object);
	if (!old && !type->singleton)
		*at++ = '+';
	else if (!objects_equal(type, old, object) ||
	         (type->indexed && old &&
	          object_index_from(&places->committed, old) != object_index_from(&places->shown, object)))
		*at++ = '*';
	if (object_disabled(type, object)) {
		*at++ = 'o';
		return;
	}
	check_object(&session->engine->candidate, type, object, &problems);
	if (problems.count)
		*at = '!';
}
