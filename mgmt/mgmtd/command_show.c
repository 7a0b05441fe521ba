/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check.h"
#include "mgmt/mgmtd/command.h"
#include "mgmt/mgmtd/show_list.h"
#include "mgmt/mgmtd/show_object.h"
#include "mgmt/mgmtd/target.h"

#include <errno.h>
#include <string.h>

static int show_errors(struct session *session)
{
	if (!check_configuration(&session->engine->candidate, session->out))
		fputs("No errors.\n", session->out);
	return 0;
}

struct changes {
	struct session *session;
	const struct configuration *other;
	unsigned count;
	struct show_places places;
	bool deleted; /* the walk is over the old configuration, looking for what is gone */
};

static void show_property_changes(struct session *session, const struct object_type *type,
                                  const struct lyd_node *old, const struct lyd_node *object)
{
	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (value_equal(old, object, property) || property->key)
			continue;
		fprintf(session->out, "     %s: ", property->name);
		show_value(old, property, session->out);
		fputs(" -> ", session->out);
		show_value(object, property, session->out);
		fputc('\n', session->out);
	}
}

static void show_change(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct changes *changes = user;
	struct session *session = changes->session;
	const struct lyd_node *old = counterpart(changes->other, type, object);
	char label[OBJECT_LABEL];
	bool moved;

	if (changes->deleted) {
		if (old)
			return;
		fprintf(session->out, "-  %s\n", object_label(type, object, label));
		changes->count++;
		return;
	}
	moved = old && type->indexed &&
	        object_index_from(&changes->places.committed, old) !=
	            object_index_from(&changes->places.shown, object);
	if (old || type->singleton) {
		if (objects_equal(type, old, object) && !moved)
			return;
		fprintf(session->out, "*  %s", object_label(type, object, label));
		if (moved)
			fprintf(session->out, " (was at %u)",
			        object_index_from(&changes->places.committed, old));
		fputc('\n', session->out);
		show_property_changes(session, type, old, object);
	} else {
		fprintf(session->out, "+  %s\n", object_label(type, object, label));
	}
	changes->count++;
}

/* What `activate` would change (C02-044), and what is activated but not committed. */
static int show_changes(struct session *session)
{
	struct engine *engine = session->engine;
	const struct configuration *from = engine->uncommitted ? &engine->committed : &engine->running;
	struct changes changes = {.session = session, .other = from};

	configuration_walk(&engine->candidate, show_change, &changes);
	changes.other = &engine->candidate;
	changes.deleted = true;
	configuration_walk(from, show_change, &changes);
	if (!changes.count)
		fputs("No changes.\n", session->out);
	else if (engine->uncommitted)
		fputs("Activated changes are not committed yet.\n", session->out);
	return 0;
}

struct search {
	struct session *session;
	const struct object_type *type;
	const char *name;
	unsigned count;
};

static void find_reference(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct search *search = user;
	char label[OBJECT_LABEL];

	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (!property_refers_to(property, search->type))
			continue;
		for (unsigned node = 0; node < 1u + property->per_node; node++) {
			const struct lyd_node *value = value_first(object, property, node);

			for (; value; value = value_next(value)) {
				if (strcmp(lyd_get_value(value), search->name) != 0)
					continue;
				fprintf(search->session->out, "   %s  %s\n",
				        object_label(type, object, label), property->name);
				search->count++;
			}
		}
	}
}

static int show_references(struct session *session, const struct target *target,
                           const struct lyd_node *object)
{
	struct search search = {session, target->type, object_key(target->type, object), 0};

	configuration_walk(&session->engine->candidate, find_reference, &search);
	if (!search.count)
		fputs("Nothing refers to it.\n", session->out);
	return 0;
}

/* What can be typed at the root: categories, types without one; a '/' where cc is needed first (C02-031). */
static void show_types(struct session *session)
{
	const struct schema *schema = session->engine->schema;

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (type->parent)
			continue;
		fprintf(session->out, "   %s%s%s%s\n", type->category ? type->category : "",
		        type->category ? " " : "", type->name, type->context ? "/" : "");
	}
}

static void show_many(struct session *session, const char *category, const struct object_type *parent,
                      struct lyd_node *context)
{
	const struct schema *schema = session->engine->schema;
	bool first = true;

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (type->parent != parent ||
		    (category && (!type->category || strcmp(type->category, category) != 0)))
			continue;
		if (!first)
			fputc('\n', session->out);
		first = false;
		if (type->singleton)
			fprintf(session->out, "%s\n", type->name);
		else
			show_list(session, type, context, true);
	}
}

static int show_target(struct session *session, const struct target *target, bool references)
{
	struct lyd_node *object;

	if (!target->type) {
		if (target->category)
			show_many(session, target->category, NULL, NULL);
		else if (session_context(session))
			show_many(session, NULL, session->context_type, session_context(session));
		else
			show_types(session);
		return 0;
	}
	if (!target->type->singleton && !target->name) {
		show_list(session, target->type, target->context, false);
		return 0;
	}
	object = target->type->singleton ? target_find(&session->engine->candidate, target)
	                                 : target_object(session, target);
	if (!object && !target->type->singleton)
		return -ENOENT;
	if (references)
		return show_references(session, target, object);
	show_object(session, target->type, object);
	return 0;
}

int command_show(struct session *session, const struct line *line)
{
	struct target target;
	int error;

	if (line_option(line, "errors"))
		return show_errors(session);
	if (line_option(line, "changes"))
		return show_changes(session);
	error = target_parse(session, line, &target);
	return error ? error : show_target(session, &target, line_option(line, "references") != NULL);
}
