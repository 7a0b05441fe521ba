/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/target.h"

#include <errno.h>
#include <string.h>

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
	const struct argument *range = line_option(line, "Range");
	char label[OBJECT_LABEL];
	struct lyd_node *object;
	struct target target;
	int error = target_parse(session, line, &target);

	if (error)
		return error;
	if (!target.type || target.type->singleton) {
		fputs(target.type ? "This object is always there and cannot be deleted.\n"
		                  : "delete what? Type: delete [CATEGORY] TYPE NAME\n",
		      session->out);
		return -EINVAL;
	}
	if (range && (!target.type->indexed || target.name)) {
		fputs("-Range is for objects with an Index, without a name.\n", session->out);
		return -EINVAL;
	}
	if (range)
		return delete_range(session, &target, range);
	object = target_object(session, &target);
	if (!object)
		return -ENOENT;
	if (object_is_permanent(target.type, object)) {
		fprintf(session->out, "%s is always there and cannot be deleted.\n",
		        object_label(target.type, object, label));
		return -EPERM;
	}
	if (interface_is_type(target.type))
		error =
		    interface_leave_equivalence(&session->engine->candidate, object_key(target.type, object));
	if (error)
		return error;
	fprintf(session->out, "Deleted %s.\n", object_label(target.type, object, label));
	object_delete(&session->engine->candidate, object);
	return 0;
}
