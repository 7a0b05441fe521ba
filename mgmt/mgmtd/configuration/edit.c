/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/edit.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <string.h>

int edit_index(struct session *session, const struct object_type *type, const struct line *line)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct argument *argument = &line->argument[i];
		unsigned first, last;

		if (argument->kind != ARGUMENT_PROPERTY || strcmp(argument->name, "Index") != 0)
			continue;
		if (!type->indexed) {
			fprintf(session->out, "%s objects have no Index: their order means nothing.\n",
			        type->name);
			return -EINVAL;
		}
		if (number_range_parse(argument->text, 1000000, &first, &last) || !first || first != last) {
			fprintf(session->out, "%s: Index cannot be '%s'. Allowed: a position from 1.\n",
			        type->name, argument->text);
			return -EINVAL;
		}
		return (int)first;
	}
	return 0;
}

static bool is_index(const struct argument *argument)
{
	return argument->kind == ARGUMENT_PROPERTY && !strcmp(argument->name, "Index");
}

/* As messages name the object that a line is about: by the name that was typed, if there is one. */
static void name_object(const struct target *target, const struct line *line, bool adding,
                        char text[OBJECT_LABEL])
{
	const char *name = target->name;

	for (size_t i = 0; i < line->count && adding && !name; i++)
		if (line->argument[i].kind == ARGUMENT_PROPERTY && !strcmp(line->argument[i].name, "Name"))
			name = line->argument[i].text;
	snprintf(text, OBJECT_LABEL, "%s%s%s", target->type->name, name && *name ? " " : "",
	         name ? name : "");
}

/* Which of two values was meant nobody can tell: none is taken. */
static int check_twice(struct session *session, const struct target *target, const struct line *line,
                       size_t at, bool adding, const char *label)
{
	const struct argument *argument = &line->argument[at];

	if (target->name && type_property(target->type, "Name") && !strcmp(argument->name, "Name") &&
	    adding && strcmp(argument->text, target->name) != 0) {
		fprintf(session->out, "%s: Name is given twice, as '%s' and '%s'.\n", label, target->name,
		        argument->text);
		return -EINVAL;
	}
	for (size_t i = 0; i < at; i++) {
		const struct argument *other = &line->argument[i];

		if (other->kind != ARGUMENT_PROPERTY || strcmp(other->name, argument->name) != 0 ||
		    other->node != argument->node)
			continue;
		fprintf(session->out, "%s: %s is given twice; several values are separated by commas.\n",
		        label, argument->name);
		return -EINVAL;
	}
	return 0;
}

int edit_check(struct session *session, const struct target *target, const struct line *line, bool adding)
{
	const struct object_type *type = target->type;
	const struct property *property;
	char label[OBJECT_LABEL];
	int error = 0;

	name_object(target, line, adding, label);

	for (size_t i = 0; i < line->count && !error; i++) {
		const struct argument *argument = &line->argument[i];

		if (argument->kind != ARGUMENT_PROPERTY || is_index(argument))
			continue;
		error = target_property(session, type, argument, &property);
		if (!error)
			error = check_twice(session, target, line, i, adding, label);
		if (!error && property->key && !adding && !name_is_valid(argument->text)) {
			fprintf(
			    session->out,
			    "%s: %s cannot be '%s'. Allowed: a letter, then letters, digits, '_', '-' and "
			    "'.', at most 63.\n",
			    label, property->name, argument->text);
			error = -EINVAL;
		}
		if (!error)
			error = value_check(label, property, argument, session->out);
	}
	return error;
}

int edit_assign(struct session *session, const struct object_type *type, struct lyd_node *object,
                const struct line *line)
{
	int error = 0;

	for (size_t i = 0; i < line->count && !error; i++) {
		const struct argument *argument = &line->argument[i];
		const struct property *property;

		if (argument->kind != ARGUMENT_PROPERTY || is_index(argument))
			continue;
		property = type_property(type, argument->name);
		if (!property->key)
			error = value_assign(object, type, property, argument, session->out);
	}
	return error;
}

static const char *new_key(const struct object_type *type, const struct line *line)
{
	for (size_t i = 0; i < line->count && !type->singleton; i++)
		if (line->argument[i].kind == ARGUMENT_PROPERTY &&
		    !strcmp(line->argument[i].name, type->key->name))
			return line->argument[i].text;
	return NULL;
}

int edit_rename_check(struct session *session, const struct object_type *type, const struct lyd_node *object,
                      const struct line *line)
{
	const char *key = new_key(type, line);
	char label[OBJECT_LABEL];

	if (!key || !strcmp(key, object_key(type, object)))
		return 0;
	if (object_is_permanent(type, object)) {
		fprintf(session->out, "%s is always there and keeps its name.\n",
		        object_label(type, object, label));
		return -EPERM;
	}
	if (object_find(&session->engine->candidate, type, type->parent ? lyd_parent(object) : NULL, key)) {
		fprintf(session->out, "%s '%s' is already there.\n", type->name, key);
		return -EEXIST;
	}
	if (!lyd_value_validate(type->node->module->ctx, type->key->leaf[0], key, strlen(key), NULL, NULL,
	                        NULL))
		return 0;
	fprintf(session->out, "%s: Name cannot be '%s': it is too long for this type.\n", type->name, key);
	return -EINVAL;
}

/* A session that is in the object, or in something that it holds, stays there. */
static void follow_context(struct session *session, const struct object_type *type, const char *before,
                           const char *after)
{
	const struct object_type *at = session->context_type;
	size_t length = strlen(before);
	char path[OBJECT_PATH];

	while (at && at != type)
		at = at->parent;
	if (!at || strncmp(session->context_path, before, length) != 0 ||
	    (session->context_path[length] && session->context_path[length] != '/'))
		return;
	if (snprintf(path, sizeof(path), "%s%s", after, session->context_path + length) < (int)sizeof(path))
		memcpy(session->context_path, path, sizeof(path));
}

int edit_rename(struct session *session, const struct object_type *type, struct lyd_node *object,
                const struct line *line)
{
	struct engine *engine = session->engine;
	const char *key = new_key(type, line);
	char from[64], before[OBJECT_PATH], after[OBJECT_PATH];
	int error;

	if (!key || !strcmp(key, object_key(type, object)))
		return 0;
	object_path(type, object, before);
	snprintf(from, sizeof(from), "%s", object_key(type, object));
	error = object_rename(&engine->candidate, &engine->renames, type, &object, key);
	if (error)
		fprintf(session->out, "%s %s could not be renamed: %s.\n", type->name, from,
		        strerror(-error));
	else
		fprintf(session->out, "%s %s is now %s; references to it have followed.\n", type->name, from,
		        key);
	object_path(type, object, after);
	for (struct session *other = engine->sessions; other && !error; other = other->next)
		follow_context(other, type, before, after);
	return error;
}

int edit_disable(struct session *session, const struct object_type *type, struct lyd_node *object,
                 const struct line *line)
{
	const struct property *property = type_property(type, "Disabled");
	bool disable = line_option(line, "disable"), enable = line_option(line, "enable");
	const char *value[1] = {"Yes"};

	if (!disable && !enable)
		return 0;
	if (!property || (disable && enable)) {
		fprintf(session->out, "%s: %s.\n", type->name,
		        property ? "-enable and -disable exclude each other" : "cannot be disabled");
		return -EINVAL;
	}
	return value_set(object, property, 0, value, disable ? 1 : 0);
}
