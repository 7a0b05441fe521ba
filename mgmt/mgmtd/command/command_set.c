/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/edit.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/configuration/value.h"

#include <errno.h>
#include <string.h>

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
	error = edit_assign(session, type, object, line);
	if (!error)
		error = edit_disable(session, type, object, line);
	if (!error && index && object_move(candidate, type, object, index)) {
		fprintf(session->out, "%s: Index cannot be %u: there is no such position.\n", type->name,
		        index);
		error = -ERANGE;
	}
	if (!error && interface_is_type(type))
		error = interface_follow_equivalence(candidate, type, object);
	if (!error && learned_is_wanted(type, object))
		error = learned_make_objects(candidate, type, object, session->out);
	if (!error && learned_dhcp_is_wanted(type, object))
		error = learned_dhcp_make_objects(candidate, type, object, session->out);
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

static bool sets_something(const struct line *line)
{
	for (size_t i = 0; i < line->count; i++)
		if (line->argument[i].kind != ARGUMENT_WORD)
			return true;
	return false;
}

int command_set(struct session *session, const struct line *line)
{
	const struct argument *range = line_option(line, "Range");
	struct target target;
	struct lyd_node *object;
	int index = 0, error = target_parse(session, line, &target);

	if (!error && !target.type) {
		fputs("set what? Type: set [CATEGORY] TYPE NAME Property=Value ...\n", session->out);
		return -EINVAL;
	}
	if (!error)
		index = edit_index(session, target.type, line);
	if (!error && index >= 0)
		error = edit_check(session, &target, line, false);
	if (!error && index >= 0)
		error = edit_hash(session, target.type, line, command_set);
	if (error || index < 0)
		return error ? error : index;
	if (range && (!target.type->indexed || target.name || index)) {
		fputs("-Range is for objects with an Index, without a name.\n", session->out);
		return -EINVAL;
	}
	if (!range && !sets_something(line)) {
		fputs("set what? Properties are missing: Property=Value ...\n", session->out);
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
	error = edit_rename_check(session, target.type, object, line);
	if (!error)
		error = set_object(session, target.type, object, line, (unsigned)index);
	return error ? error : edit_rename(session, target.type, object, line);
}
