/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/edit.h"
#include "mgmt/mgmtd/target.h"
#include "mgmt/mgmtd/value.h"

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

int edit_check(struct session *session, const struct object_type *type, const struct line *line, bool adding)
{
	const struct property *property;
	int error = 0;

	for (size_t i = 0; i < line->count && !error; i++) {
		const struct argument *argument = &line->argument[i];

		if (argument->kind != ARGUMENT_PROPERTY || is_index(argument))
			continue;
		error = target_property(session, type, argument, &property);
		if (!error && property->key && !adding) {
			fprintf(session->out,
			        "%s: %s cannot be changed: add an object of the new name instead.\n",
			        type->name, property->name);
			error = -EINVAL;
		}
		if (!error)
			error = value_check(type, property, argument, session->out);
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
