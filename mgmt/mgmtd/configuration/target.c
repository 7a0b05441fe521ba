/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/configuration/nearest.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_digits(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text) && strlen(text) < 9;
}

/* The type in the context, else at the root; with a category only there. */
static const struct object_type *find_type(struct session *session, const char *category, const char *name,
                                           struct lyd_node **context)
{
	const struct schema *schema = session->engine->schema;
	const struct object_type *type = NULL;

	*context = session_context(session);
	if (*context && !category)
		type = schema_type(schema, session->context_type, name);
	if (type)
		return type;
	*context = NULL;
	type = schema_type(schema, NULL, name);
	return type && category && (!type->category || strcmp(type->category, category) != 0) ? NULL : type;
}

static int unknown_type(struct session *session, const char *word, const char *category)
{
	const struct schema *schema = session->engine->schema;
	struct nearest nearest;

	nearest_start(&nearest, word);
	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (type->parent && type->parent != session->context_type) {
			if (strcmp(type->name, word) != 0)
				continue;
			fprintf(session->out,
			        "%s objects are in a %s: choose one with 'cc %s%s%s%s' first.\n", word,
			        type->parent->name, type->parent->category ? type->parent->category : "",
			        type->parent->category ? " " : "", type->parent->name,
			        type->parent->singleton ? "" : " NAME");
			return -EINVAL;
		}
		nearest_offer(&nearest, type->name);
		if (type->category && !category)
			nearest_offer(&nearest, type->category);
	}
	fprintf(session->out, "There is no object type '%s'%s%s.", word, category ? " in category " : "",
	        category ? category : "");
	if (nearest.best)
		fprintf(session->out, " Did you mean '%s'?", nearest.best);
	fputs(" 'show' lists the types.\n", session->out);
	return -EINVAL;
}

/* `Password= x`: the word may be a secret, which no message tells. */
static bool has_empty_value(const struct line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->argument[i].kind == ARGUMENT_PROPERTY && !*line->argument[i].text &&
		    !line->argument[i].reset)
			return true;
	return false;
}

int target_parse(struct session *session, const struct line *line, struct target *out)
{
	const char *first = line_word(line, 1), *second = line_word(line, 2);
	size_t used = 1, count = line_word_count(line) - 1;

	*out = (struct target){0};
	if (!first)
		return 0;
	if (schema_has_category(session->engine->schema, first)) {
		if (!second) {
			out->category = first;
			return 0;
		}
		out->type = find_type(session, first, second, &out->context);
		used = 2;
	} else {
		out->type = find_type(session, NULL, first, &out->context);
	}
	if (!out->type)
		return unknown_type(session, used == 2 ? second : first, used == 2 ? first : NULL);
	out->name = line_word(line, used + 1);
	if (count > used + 1 && has_empty_value(line)) {
		fprintf(session->out, "There are too many words: no blank may stand behind a '='.\n");
		return -EINVAL;
	}
	if (count > used + 1 || (out->name && out->type->singleton)) {
		fprintf(session->out, "'%s' is one word too many after %s%s%s.\n",
		        line_word(line, out->type->singleton ? used + 1 : used + 2), out->type->name,
		        out->type->singleton ? "" : " ", out->type->singleton ? "" : out->name);
		return -EINVAL;
	}
	return 0;
}

struct lyd_node *target_find(const struct configuration *configuration, const struct target *target)
{
	const struct object_type *type = target->type;
	struct lyd_node *context = NULL, *object;

	if (type->parent) {
		context = counterpart(configuration, type->parent, target->context);
		if (!context)
			return NULL;
	}
	if (type->singleton)
		return object_find(configuration, type, context, NULL);
	if (!target->name)
		return NULL;
	object = object_find_named(configuration, type, context, target->name);
	if (!object && type->indexed && is_digits(target->name))
		object = object_at(configuration, type, context, (unsigned)strtoul(target->name, NULL, 10));
	return object;
}

struct lyd_node *target_object(struct session *session, const struct target *target)
{
	const struct configuration *candidate = &session->engine->candidate;
	struct lyd_node *object = target_find(candidate, target);
	const struct property *name = type_property(target->type, "Name");
	struct nearest nearest;

	if (object)
		return object;
	if (!target->name) {
		fprintf(session->out, "Which %s? Its %s is missing.\n", target->type->name,
		        target->type->indexed ? "name or index" : "name");
		return NULL;
	}
	nearest_start(&nearest, target->name);
	for (object = object_first(candidate, target->type, target->context); object;
	     object = object_next(object)) {
		const char *value = name ? value_text(object, name, 0) : NULL;

		if (value)
			nearest_offer(&nearest, value);
	}
	fprintf(session->out, "Invalid operation: there is no %s '%s'.", target->type->name, target->name);
	if (nearest.best)
		fprintf(session->out, " Did you mean '%s'?", nearest.best);
	fputc('\n', session->out);
	return NULL;
}

int target_property(struct session *session, const struct object_type *type, const struct argument *argument,
                    const struct property **property)
{
	struct nearest nearest;

	*property = type_property(type, argument->name);
	if (*property && !(*property)->hidden)
		return 0;
	nearest_start(&nearest, argument->name);
	fprintf(session->out, "%s has no property '%s'. It has:", type->name, argument->name);
	for (size_t i = 0; i < type->property_count; i++) {
		if (type->properties[i].hidden)
			continue;
		nearest_offer(&nearest, type->properties[i].name);
		fprintf(session->out, " %s", type->properties[i].name);
	}
	if (type->indexed)
		fputs(" Index", session->out);
	fputc('.', session->out);
	if (nearest.best)
		fprintf(session->out, " Did you mean '%s'?", nearest.best);
	fputc('\n', session->out);
	return -EINVAL;
}

int range_contains(struct session *session, const struct argument *range, unsigned index)
{
	bool inside = false;

	for (size_t i = 0; i < range->value_count; i++) {
		unsigned first, last;

		if (number_range_parse(range->values[i], 1000000, &first, &last) || !first) {
			fprintf(session->out,
			        "-Range=%s: '%s' is no index or range of them (such as 10,11-15).\n",
			        range->text, range->values[i]);
			return -EINVAL;
		}
		inside |= index >= first && index <= last;
	}
	return inside;
}
