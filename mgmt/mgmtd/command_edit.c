/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command.h"
#include "mgmt/mgmtd/target.h"
#include "mgmt/mgmtd/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Index= is no property but a position (C02-034). Returns the position, 0 where none was typed, -EINVAL. */
static int typed_index(struct session *session, const struct object_type *type, const struct line *line)
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

static int check_properties(struct session *session, const struct object_type *type, const struct line *line,
                            bool adding)
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

static int assign_properties(struct session *session, const struct object_type *type, struct lyd_node *object,
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

static int assign_disabled(struct session *session, const struct object_type *type, struct lyd_node *object,
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

/* Numbers of objects are never given twice while one of the three configurations has them. */
static uint32_t next_number(struct session *session, const struct object_type *type,
                            const struct lyd_node *context)
{
	const struct configuration *all[] = {&session->engine->candidate, &session->engine->running,
	                                     &session->engine->committed};
	uint32_t highest = 0;

	for (size_t i = 0; i < 3; i++) {
		const struct lyd_node *holder = context, *object;

		if (type->parent) {
			holder = object_find(all[i], type->parent, NULL, object_key(type->parent, context));
			if (!holder)
				continue;
		}
		for (object = object_first(all[i], type, holder); object; object = object_next(object)) {
			uint32_t number = value_number(type, object, "Id");

			highest = number > highest ? number : highest;
		}
	}
	return highest + 1;
}

/* The key of a new object: the word, or Name=, or the next number. NULL after a message. */
static const char *new_key(struct session *session, const struct target *target, const struct line *line,
                           char number[16])
{
	const char *typed = target->name;

	if (target->type->key->hidden) {
		snprintf(number, 16, "%u", next_number(session, target->type, target->context));
		return number;
	}
	for (size_t i = 0; i < line->count && !typed; i++)
		if (line->argument[i].kind == ARGUMENT_PROPERTY &&
		    !strcmp(line->argument[i].name, target->type->key->name))
			typed = line->argument[i].text;
	if (!typed || !name_is_valid(typed)) {
		fprintf(session->out,
		        typed ? "%s: Name cannot be '%s'. Allowed: " : "%s: its name is missing. Allowed: ",
		        target->type->name, typed);
		fputs("a letter, then letters, digits, '_', '-' and '.', at most 63.\n", session->out);
		return NULL;
	}
	return typed;
}

static int create_refused(struct session *session, const struct target *target, const char *key, int error)
{
	if (error == -EEXIST)
		fprintf(session->out, "There is already a %s '%s': change it with 'set'.\n",
		        target->type->name, key);
	else if (error == -EINVAL)
		fprintf(session->out, "%s: Name cannot be '%s': it is too long for this type.\n",
		        target->type->name, key);
	else
		fprintf(session->out, "%s: %s.\n", target->type->name, strerror(-error));
	return error;
}

/* A number of its own where the type has one that is not its key (interfaces), and the name of a list's
 * object. */
static int assign_new(struct session *session, const struct target *target, struct lyd_node *object,
                      uint32_t number)
{
	const struct property *id = type_property(target->type, "Id"),
	                      *name = type_property(target->type, "Name");
	char text[16];
	const char *value[1] = {text};
	int error = 0;

	snprintf(text, sizeof(text), "%u", number);
	if (id && !id->key)
		error = value_set(object, id, 0, value, 1);
	if (!error && target->name && name && !name->key) {
		value[0] = target->name;
		error = value_set(object, name, 0, value, 1);
		if (error)
			fprintf(session->out, "%s: Name cannot be '%s'.\n", target->type->name, target->name);
	}
	return error;
}

int command_add(struct session *session, const struct line *line)
{
	struct configuration *candidate = &session->engine->candidate;
	static const char *const options[] = {"disable", "enable", NULL};
	struct target target;
	struct lyd_node *object;
	char number[16], label[OBJECT_LABEL];
	const char *key;
	uint32_t id;
	int index = 0, error = options_check(session, line, options);

	if (!error)
		error = target_parse(session, line, &target);
	if (!error && (!target.type || target.type->singleton)) {
		fputs(target.type ? "This object is always there: change it with 'set'.\n"
		                  : "add what? Type: add [CATEGORY] TYPE NAME Property=Value ...\n",
		      session->out);
		return -EINVAL;
	}
	if (!error)
		index = typed_index(session, target.type, line);
	if (!error && index >= 0)
		error = check_properties(session, target.type, line, true);
	if (error || index < 0)
		return error ? error : index;
	key = new_key(session, &target, line, number);
	if (!key)
		return -EINVAL;
	id = next_number(session, target.type, target.context);
	error = object_create(candidate, target.type, target.context, key, &object);
	if (error)
		return create_refused(session, &target, key, error);
	error = assign_new(session, &target, object, id);
	if (!error)
		error = assign_properties(session, target.type, object, line);
	if (!error)
		error = assign_disabled(session, target.type, object, line);
	if (!error && index && object_move(candidate, target.type, object, (unsigned)index)) {
		fprintf(session->out, "%s: Index cannot be %d. Allowed: 1..%u.\n", target.type->name, index,
		        object_index(object));
		error = -ERANGE;
	}
	if (error)
		object_delete(candidate, object);
	else
		fprintf(session->out, "Added %s.\n", object_label(target.type, object, label));
	return error;
}

/* Changes one object wholly or, where something is refused, not at all. */
static int set_object(struct session *session, const struct object_type *type, struct lyd_node *object,
                      const struct line *line, unsigned index)
{
	struct configuration *candidate = &session->engine->candidate;
	struct lyd_node *backup;
	char label[OBJECT_LABEL];
	int error;

	if (lyd_dup_single(object, NULL, LYD_DUP_RECURSIVE, &backup))
		return -ENOMEM;
	error = assign_properties(session, type, object, line);
	if (!error)
		error = assign_disabled(session, type, object, line);
	if (!error && index && object_move(candidate, type, object, index)) {
		fprintf(session->out, "%s: Index cannot be %u: there is no such position.\n", type->name,
		        index);
		error = -ERANGE;
	}
	if (!error) {
		lyd_free_tree(backup);
		fprintf(session->out, "Modified %s.\n", object_label(type, object, label));
		return 0;
	}
	/* The children of the backup take the place of the changed ones: the object itself stays where it is.
	 */
	for (struct lyd_node *child = lyd_child(object), *next; child; child = next) {
		next = child->next;
		if (!lysc_is_key(child->schema))
			lyd_free_tree(child);
	}
	for (struct lyd_node *child = lyd_child(backup), *next; child; child = next) {
		next = child->next;
		if (!lysc_is_key(child->schema))
			lyd_insert_child(object, child);
	}
	lyd_free_tree(backup);
	return error;
}

static int set_range(struct session *session, const struct target *target, const struct line *line,
                     const struct argument *range)
{
	unsigned index = 0, changed = 0;

	for (struct lyd_node *object =
	         object_first(&session->engine->candidate, target->type, target->context);
	     object; object = object_next(object)) {
		int inside = range_contains(session, range, ++index), error;

		if (inside < 0)
			return inside;
		if (!inside)
			continue;
		error = set_object(session, target->type, object, line, 0);
		if (error)
			return error;
		changed++;
	}
	if (!changed)
		fprintf(session->out, "-Range=%s: there is no %s at these positions.\n", range->text,
		        target->type->name);
	return changed ? 0 : -ENOENT;
}

int command_set(struct session *session, const struct line *line)
{
	static const char *const options[] = {"disable", "enable", "Range", NULL};
	const struct argument *range = line_option(line, "Range");
	struct target target;
	struct lyd_node *object;
	int index = 0, error = options_check(session, line, options);

	if (!error)
		error = target_parse(session, line, &target);
	if (!error && !target.type) {
		fputs("set what? Type: set [CATEGORY] TYPE NAME Property=Value ...\n", session->out);
		return -EINVAL;
	}
	if (!error)
		index = typed_index(session, target.type, line);
	if (!error && index >= 0)
		error = check_properties(session, target.type, line, false);
	if (error || index < 0)
		return error ? error : index;
	if (range && (!target.type->indexed || target.name || index)) {
		fputs("-Range is for objects with an Index, without a name.\n", session->out);
		return -EINVAL;
	}
	if (range)
		return set_range(session, &target, line, range);
	if (target.type->singleton)
		error =
		    object_create(&session->engine->candidate, target.type, target.context, NULL, &object);
	else
		object = target_object(session, &target);
	if (error || !object)
		return error ? error : -ENOENT;
	return set_object(session, target.type, object, line, (unsigned)index);
}

/* The tables and rule sets that everything else is built on (C06-001, C07-002, C02-003). */
static bool is_permanent(const struct object_type *type, const char *key)
{
	return (!strcmp(key, "main") &&
	        (!strcmp(type->name, "RoutingTable") || !strcmp(type->name, "IPRuleSet"))) ||
	       (!strcmp(type->name, "LocalUserDatabase") && !strcmp(key, "AdminUsers"));
}

static int delete_range(struct session *session, const struct target *target, const struct argument *range)
{
	struct lyd_node *object = object_first(&session->engine->candidate, target->type, target->context),
	                *next;
	unsigned index = 0, deleted = 0;

	for (; object; object = next) {
		int inside = range_contains(session, range, ++index);

		if (inside < 0)
			return inside;
		next = object_next(object);
		if (!inside)
			continue;
		object_delete(&session->engine->candidate, object);
		fprintf(session->out, "Deleted %s/%u.\n", target->type->name, index);
		deleted++;
	}
	if (!deleted)
		fprintf(session->out, "-Range=%s: there is no %s at these positions.\n", range->text,
		        target->type->name);
	return deleted ? 0 : -ENOENT;
}

int command_delete(struct session *session, const struct line *line)
{
	static const char *const options[] = {"Range", NULL};
	const struct argument *range = line_option(line, "Range");
	char label[OBJECT_LABEL];
	struct lyd_node *object;
	struct target target;
	int error = options_check(session, line, options);

	if (!error)
		error = target_parse(session, line, &target);
	if (error)
		return error;
	if (!target.type || target.type->singleton) {
		fputs(target.type ? "This object is always there and cannot be deleted.\n"
		                  : "delete what? Type: delete [CATEGORY] TYPE NAME\n",
		      session->out);
		return -EINVAL;
	}
	if (range && target.type->indexed && !target.name)
		return delete_range(session, &target, range);
	object = target_object(session, &target);
	if (!object)
		return -ENOENT;
	if (is_permanent(target.type, object_key(target.type, object))) {
		fprintf(session->out, "%s is always there and cannot be deleted.\n",
		        object_label(target.type, object, label));
		return -EPERM;
	}
	fprintf(session->out, "Deleted %s.\n", object_label(target.type, object, label));
	object_delete(&session->engine->candidate, object);
	return 0;
}
