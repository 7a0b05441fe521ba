/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/script/script_create.h"
#include "mgmt/mgmtd/configuration/devices.h"
#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/script/script_text.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <errno.h>
#include <string.h>

struct creation {
	const struct engine *engine;
	struct configuration predefined;
	FILE *out;
	int count;
};

/* C02-061: what there is of these is the hardware's matter. */
static bool is_platform(const struct object_type *type)
{
	return !strcmp(type->name, "EthernetDevice") || !strcmp(type->name, "COMPortDevice");
}

static void write_property(struct creation *creation, const struct lyd_node *object,
                           const struct property *property)
{
	for (unsigned node = 0; node < 1u + property->per_node; node++) {
		const struct lyd_node *value = value_first(object, property, node);

		if (!value)
			continue;
		fprintf(creation->out, " %s", property->name);
		if (property->per_node)
			fprintf(creation->out, ":%u", node);
		fputc('=', creation->out);
		for (; value; value = value_next(value)) {
			script_write_value(lyd_get_value(value), creation->out);
			if (value_next(value))
				fputc(',', creation->out);
		}
	}
}

static void write_properties(struct creation *creation, const struct object_type *type,
                             const struct lyd_node *object)
{
	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (!property->key && !property->hidden && !property->not_available &&
		    !property_is_secret(property))
			write_property(creation, object, property);
	}
	fputc('\n', creation->out);
	creation->count++;
}

static bool sets_something(const struct object_type *type, const struct lyd_node *object)
{
	for (size_t i = 0; i < type->property_count; i++)
		for (unsigned node = 0; node < 1u + type->properties[i].per_node; node++)
			if (value_first(object, &type->properties[i], node))
				return true;
	return false;
}

static void write_object(struct creation *creation, const struct object_type *type,
                         const struct lyd_node *object)
{
	const struct lyd_node *old = counterpart(&creation->predefined, type, object);

	if (old ? objects_equal(type, old, object) : type->singleton && !sets_something(type, object))
		return;
	fprintf(creation->out, "%s %s", old || type->singleton ? "set" : "add", type->name);
	if (!type->singleton && !type->key->hidden)
		fprintf(creation->out, " %s", object_key(type, object));
	else if (old && !type->singleton)
		fprintf(creation->out, " %u", object_index(old));
	write_properties(creation, type, object);
}

static void write_type(struct creation *creation, const struct object_type *type, struct lyd_node *context);

static void write_cc(FILE *out, const struct object_type *type, const struct lyd_node *object)
{
	if (type->singleton || !type->key->hidden)
		fprintf(out, "cc %s %s\n", type->name, object_key(type, object));
	else
		fprintf(out, "cc %s %u\n", type->name, object_index(object));
}

/* From the root on. */
static void write_path(FILE *out, const struct object_type *type, const struct lyd_node *object)
{
	if (type->parent)
		write_path(out, type->parent, lyd_parent(object));
	write_cc(out, type, object);
}

/* What an object holds is made in its context. */
static void write_children(struct creation *creation, const struct object_type *type, struct lyd_node *object)
{
	const struct schema *schema = creation->engine->schema;
	bool any = false;

	for (size_t i = 0; i < schema->type_count && !any; i++)
		any = schema->types[i].parent == type &&
		      object_first(&creation->engine->candidate, &schema->types[i], object);
	if (!any)
		return;
	write_cc(creation->out, type, object);
	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].parent == type)
			write_type(creation, &schema->types[i], object);
	fputs(type->parent ? "cc..\n" : "cc\n", creation->out);
}

static void write_type(struct creation *creation, const struct object_type *type, struct lyd_node *context)
{
	const struct configuration *candidate = &creation->engine->candidate;

	if (is_platform(type))
		return;
	for (struct lyd_node *object = object_first(candidate, type, context); object;
	     object = object_next(object)) {
		write_object(creation, type, object);
		if (type->context)
			write_children(creation, type, object);
	}
}

int script_create(const struct engine *engine, const struct target *target, FILE *out, char reason[256])
{
	struct creation creation = {.engine = engine, .predefined = {.schema = engine->schema}, .out = out};
	int error = engine_predefined(&creation.predefined, reason);

	if (!error && devices_add_addresses(&creation.predefined, &engine->candidate)) {
		snprintf(reason, 256, "out of memory");
		configuration_clear(&creation.predefined);
		error = -ENOMEM;
	}
	if (error)
		return error;
	if (target->type && target->type->parent)
		write_path(out, target->type->parent, target->context);
	if (target->type)
		write_type(&creation, target->type, target->context);
	for (size_t i = 0; i < engine->schema->type_count && !target->type; i++) {
		const struct object_type *type = &engine->schema->types[i];

		if (!type->parent && type->category && !strcmp(type->category, target->category))
			write_type(&creation, type, NULL);
	}
	configuration_clear(&creation.predefined);
	return creation.count;
}
