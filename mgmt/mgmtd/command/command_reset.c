/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The value of the predefined object, or none: the schema's default. */
static int reset_property(struct lyd_node *object, const struct lyd_node *predefined,
                          const struct property *property)
{
	int error = 0;

	for (unsigned node = 0; node < 1u + property->per_node && !error; node++) {
		const struct lyd_node *value = value_first(predefined, property, node);
		const char *values[64];
		size_t count = 0;

		for (; value && count < sizeof(values) / sizeof(*values); value = value_next(value))
			values[count++] = lyd_get_value(value);
		error = value_set(object, property, node, values, count);
	}
	return error;
}

static int reset_object(struct session *session, const struct object_type *type, struct lyd_node *object,
                        const struct line *line, size_t first)
{
	struct configuration predefined = {.schema = session->engine->schema};
	const struct lyd_node *old;
	char reason[256], label[OBJECT_LABEL];
	bool all = !line_word(line, first);
	int error = engine_predefined(&predefined, reason);

	if (error) {
		fprintf(session->out, "%s.\n", reason);
		return error;
	}
	old = counterpart(&predefined, type, object);
	for (size_t i = 0; i < type->property_count && all && !error; i++)
		if (!type->properties[i].key && !type->properties[i].hidden)
			error = reset_property(object, old, &type->properties[i]);
	for (size_t i = first; line_word(line, i) && !error; i++)
		error = reset_property(object, old, type_property(type, line_word(line, i)));
	configuration_clear(&predefined);
	if (!error && interface_is_type(type))
		error = interface_follow_equivalence(&session->engine->candidate, type, object);
	if (error)
		fprintf(session->out, "%s: %s.\n", object_label(type, object, label), strerror(-error));
	else
		fprintf(session->out, "Reset to default: %s.\n", object_label(type, object, label));
	return error;
}

/* The words behind the object's are properties. */
static int check_properties(struct session *session, const struct object_type *type, const struct line *line,
                            size_t first)
{
	for (size_t i = first; line_word(line, i); i++) {
		struct argument named = {.name = line_word(line, i), .node = -1};
		const struct property *property;
		int error = target_property(session, type, &named, &property);

		if (error)
			return error;
		if (property->key) {
			fprintf(session->out, "%s: %s has no default.\n", type->name, property->name);
			return -EINVAL;
		}
	}
	return 0;
}

/* How many words the command and its object are: as many as make an object that is there. */
static size_t object_words(struct session *session, const struct line *line)
{
	const struct schema *schema = session->engine->schema;
	const char *first = line_word(line, 1), *second = line_word(line, 2);
	bool category = first && schema_has_category(schema, first);
	const char *name = category ? second : first;
	const struct object_type *type =
	    name && session->context_type ? schema_type(schema, session->context_type, name) : NULL;

	if (name && !type)
		type = schema_type(schema, NULL, name);
	return 2 + category + (type && !type->singleton);
}

int command_reset_to_default(struct session *session, const struct line *line)
{
	size_t words = object_words(session, line), used = 0;
	struct line *head = malloc(sizeof(*head));
	struct target target;
	struct lyd_node *object = NULL;
	int error;

	if (!head)
		return -ENOMEM;
	*head = *line;
	head->count = 0;
	for (size_t i = 0; i < line->count && used < words; i++) {
		head->argument[head->count++] = line->argument[i];
		used += line->argument[i].kind == ARGUMENT_WORD;
	}
	error = target_parse(session, head, &target);
	if (!error && !target.type) {
		fputs("reset-to-default what? Type: reset-to-default [CATEGORY] TYPE NAME [PROPERTY ...]\n",
		      session->out);
		error = -EINVAL;
	}
	if (!error)
		error = check_properties(session, target.type, line, words);
	if (!error && target.type->singleton)
		error =
		    object_create(&session->engine->candidate, target.type, target.context, NULL, &object);
	else if (!error)
		object = target_object(session, &target);
	if (!error)
		error = object ? reset_object(session, target.type, object, line, words) : -ENOENT;
	free(head);
	return error;
}
