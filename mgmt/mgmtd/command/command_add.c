/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/edit.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Numbers of objects are never given twice while one of the three configurations has them. */
static uint32_t next_number(struct session *session, const struct object_type *type,
                            const struct lyd_node *context)
{
	const struct configuration *all[] = {&session->engine->candidate, &session->engine->running,
	                                     &session->engine->committed};
	uint32_t highest = 0;

	if (!type_property(type, "Id"))
		return 1;
	for (size_t i = 0; i < 3; i++) {
		const struct lyd_node *holder = context, *object;

		if (interface_is_type(type)) {
			uint32_t number = interface_highest_id(all[i]);

			highest = number > highest ? number : highest;
			continue;
		}
		if (type->parent) {
			holder = counterpart(all[i], type->parent, context);
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

/* The same where the number is the key: behind the last object's, which is found in no time. */
static uint32_t next_key(struct session *session, const struct object_type *type, struct lyd_node *context)
{
	const struct configuration *all[] = {&session->engine->candidate, &session->engine->running,
	                                     &session->engine->committed};
	const struct lyd_node *last = NULL;
	uint32_t number = 1;
	char key[16];

	for (struct lyd_node *object = object_first(all[0], type, context); object;
	     object = object_next(object))
		last = object;
	if (last)
		number = (uint32_t)strtoul(object_key(type, last), NULL, 10) + 1;
	for (size_t i = 0; i < 3; i++) {
		const struct lyd_node *holder = context;

		if (type->parent)
			holder = counterpart(all[i], type->parent, context);
		snprintf(key, sizeof(key), "%u", number);
		if ((type->parent && !holder) || !object_find(all[i], type, holder, key))
			continue;
		number++;
		i = (size_t)-1; /* the next number is one that none of them has either */
	}
	return number;
}

/* The key of a new object: the word, or Name=, or the next number. NULL after a message. */
static const char *new_key(struct session *session, const struct target *target, const struct line *line,
                           char number[16])
{
	const char *typed = target->name;

	if (target->type->key->hidden) {
		snprintf(number, 16, "%u", next_key(session, target->type, target->context));
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
		fprintf(session->out, "%s '%s' is already there: change it with 'set'.\n", target->type->name,
		        key);
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
	struct target target;
	struct lyd_node *object;
	char number[16], label[OBJECT_LABEL];
	const char *key;
	uint32_t id;
	int index = 0, error = target_parse(session, line, &target);

	if (!error && (!target.type || target.type->singleton)) {
		fputs(target.type ? "This object is always there: change it with 'set'.\n"
		                  : "add what? Type: add [CATEGORY] TYPE NAME Property=Value ...\n",
		      session->out);
		return -EINVAL;
	}
	if (!error)
		index = edit_index(session, target.type, line);
	if (!error && index >= 0)
		error = edit_check(session, &target, line, true);
	if (!error && index >= 0)
		error = edit_hash(session, target.type, line, command_add);
	if (error || index < 0)
		return error ? error : index;
	key = new_key(session, &target, line, number);
	if (!key)
		return -EINVAL;
	id = target.type->key->hidden ? 0 : next_number(session, target.type, target.context);
	error = object_create(candidate, target.type, target.context, key, &object);
	if (error)
		return create_refused(session, &target, key, error);
	error = assign_new(session, &target, object, id);
	if (!error)
		error = edit_assign(session, target.type, object, line);
	if (!error)
		error = edit_disable(session, target.type, object, line);
	if (!error && index && object_move(candidate, target.type, object, (unsigned)index)) {
		fprintf(session->out, "%s: Index cannot be %d. Allowed: 1..%u.\n", target.type->name, index,
		        object_index(object));
		error = -ERANGE;
	}
	if (!error && interface_is_type(target.type))
		error = interface_follow_equivalence(candidate, target.type, object);
	if (!error && learned_is_wanted(target.type, object))
		error = learned_make_objects(candidate, target.type, object, session->out);
	if (!error && learned_dhcp_is_wanted(target.type, object))
		error = learned_dhcp_make_objects(candidate, target.type, object, session->out);
	if (error)
		object_delete(candidate, object);
	else
		fprintf(session->out, "Added %s.\n", object_label(target.type, object, label));
	return error;
}
