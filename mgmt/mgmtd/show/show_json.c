/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/show/show_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_number(const struct property *property)
{
	LY_DATA_TYPE base = ((const struct lysc_node_leaf *)property->leaf[0])->type->basetype;

	return base >= LY_TYPE_UINT8 && base <= LY_TYPE_UINT64;
}

void json_value(struct json *json, const char *name, const struct lyd_node *object,
                const struct property *property, unsigned node)
{
	const struct lyd_node *value = value_first(object, property, node);
	const char *text = value ? lyd_get_value(value) : property->default_value;

	if (property->list) {
		json_open(json, name, '[');
		for (; value; value = value_next(value))
			json_text(json, NULL, lyd_get_value(value));
		json_close(json, ']');
	} else if (!text) {
		json_null(json, name);
	} else if (is_number(property)) {
		json_number(json, name, strtoull(text, NULL, 10));
	} else {
		json_text(json, name, text);
	}
}

/* A property as members: "MTU": 1500, "Address": [...], "PrivateIP:0": ... all as show_json; nothing for a secret. */
static void json_property(struct json *json, const struct lyd_node *object, const struct property *property,
                          bool all)
{
	char name[80];

	if (property_is_secret(property))
		return;
	for (unsigned node = 0; node < 1u + property->per_node; node++) {
		if (!all && !value_first(object, property, node))
			continue;
		if (property->per_node)
			snprintf(name, sizeof(name), "%s:%u", property->name, node);
		else
			snprintf(name, sizeof(name), "%s", property->name);
		json_value(json, name, object, property, node);
	}
}

void json_identity(struct json *json, const struct object_type *type, const struct lyd_node *object)
{
	const struct property *name = type_property(type, "Name");
	char holder[OBJECT_LABEL];

	json_text(json, "Type", type->name);
	if (!object || type->singleton)
		return;
	if (name && value_text(object, name, 0))
		json_text(json, "Name", value_text(object, name, 0));
	if (type->indexed)
		json_number(json, "Index", object_index(object));
	if (type->parent && lyd_parent(object))
		json_text(json, "In", object_label(type->parent, lyd_parent(object), holder));
}

static void write_held(struct json *json, const struct configuration *configuration,
                       const struct object_type *holder, struct lyd_node *object, bool all);

static void write_object(struct json *json, const char *name, const struct configuration *configuration,
                         const struct object_type *type, struct lyd_node *object, unsigned index, bool all)
{
	json_open(json, name, '{');
	if (type->indexed)
		json_number(json, "Index", index);
	for (size_t i = 0; i < type->property_count; i++)
		if (!type->properties[i].hidden)
			json_property(json, object, &type->properties[i], all);
	if (object && object_disabled(type, object))
		json_text(json, "Disabled", "Yes");
	if (object)
		write_held(json, configuration, type, object, all);
	json_close(json, '}');
}

/* A singleton is a member that is an object, all others are an array of theirs. */
static void write_type(struct json *json, const struct configuration *configuration,
                       const struct object_type *type, struct lyd_node *context, bool all)
{
	struct lyd_node *object = object_first(configuration, type, context);
	unsigned index = 0;

	if (type->singleton) {
		write_object(json, type->name, configuration, type, object, 0, all);
		return;
	}
	json_open(json, type->name, '[');
	for (; object; object = object_next(object))
		write_object(json, NULL, configuration, type, object, ++index, all);
	json_close(json, ']');
}

static void write_held(struct json *json, const struct configuration *configuration,
                       const struct object_type *holder, struct lyd_node *object, bool all)
{
	const struct schema *schema = configuration->schema;

	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].parent == holder)
			write_type(json, configuration, &schema->types[i], object, all);
}

/* Everything at the root, or of one category. */
static void write_root(struct json *json, const struct configuration *configuration, const char *category,
                       bool all)
{
	const struct schema *schema = configuration->schema;

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (!type->parent && (!category || (type->category && !strcmp(type->category, category))))
			write_type(json, configuration, type, NULL, all);
	}
}

int show_json(struct session *session, const struct target *target, bool all)
{
	const struct configuration *candidate = &session->engine->candidate;
	const struct object_type *type = target->type;
	struct json json = {.out = session->out};
	struct lyd_node *context = session_context(session), *object = NULL;

	if (type && target->name) {
		object = target_object(session, target);
		if (!object)
			return -ENOENT;
	}
	json_open(&json, NULL, '{');
	if (object) {
		json_open(&json, type->name, '[');
		write_object(&json, NULL, candidate, type, object, object_index(object), all);
		json_close(&json, ']');
	} else if (type) {
		write_type(&json, candidate, type, target->context, all);
	} else if (context && !target->category) {
		write_held(&json, candidate, session->context_type, context, all);
	} else {
		write_root(&json, candidate, target->category, all);
	}
	json_close(&json, '}');
	json_finish(&json);
	return 0;
}
