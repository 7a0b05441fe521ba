/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/show/show_changes.h"
#include "mgmt/mgmtd/show/show_json.h"
#include "mgmt/mgmtd/show/show_list.h"
#include "mgmt/mgmtd/show/show_object.h"
#include "mgmt/mgmtd/upgrade/license.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static int show_errors(struct session *session, bool as_json)
{
	struct json json = {.out = session->out};
	struct problems problems = {.json = &json};

	if (as_json) {
		json_open(&json, NULL, '[');
		check_all(&session->engine->candidate, &problems);
		json_close(&json, ']');
		json_finish(&json);
	} else if (!check_configuration(&session->engine->candidate, session->out)) {
		fputs("No errors.\n", session->out);
	}
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

	if (!target->type && references) {
		fputs("show: -references is of one object: show TYPE NAME -references.\n", session->out);
		return -EINVAL;
	}
	if (!target->type) {
		if (target->category)
			show_many(session, target->category, NULL, NULL);
		else if (session_context(session))
			show_many(session, NULL, session->context_type, session_context(session));
		else
			show_types(session);
		return 0;
	}
	if (references && !target->type->singleton && !target->name) {
		fprintf(session->out, "show: -references is of one object: which %s?\n", target->type->name);
		return -EINVAL;
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

/* What makes no sense together is named, not ignored. */
static int check_options(struct session *session, const struct line *line)
{
	if (line_option(line, "json") && line_option(line, "references")) {
		fputs("show: -references has no JSON form; leave -json out.\n", session->out);
		return -EINVAL;
	}
	if (line_option(line, "all") && !line_option(line, "json")) {
		fputs("show: -all adds the defaults to what -json prints; type -json too, or leave it out.\n",
		      session->out);
		return -EINVAL;
	}
	if (line_option(line, "errors") && line_option(line, "changes")) {
		fputs("show: -errors or -changes, one at a time.\n", session->out);
		return -EINVAL;
	}
	if ((line_option(line, "errors") || line_option(line, "changes")) &&
	    (line_word_count(line) > 1 || line_option(line, "references"))) {
		fputs("show: -errors and -changes are of the whole configuration: nothing else stands with "
		      "them but -json.\n",
		      session->out);
		return -EINVAL;
	}
	return 0;
}

int command_show(struct session *session, const struct line *line)
{
	bool json = line_option(line, "json") != NULL;
	struct target target;
	int error = check_options(session, line);

	if (error)
		return error;
	if (line_option(line, "errors"))
		return show_errors(session, json);
	if (line_option(line, "changes"))
		return json ? show_changes_json(session) : show_changes(session);
	if (line_word_count(line) == 2 && !strcasecmp(line_word(line, 1), "License"))
		return license_show(session);
	error = target_parse(session, line, &target);
	if (!error && json)
		return show_json(session, &target, line_option(line, "all") != NULL);
	return error ? error : show_target(session, &target, line_option(line, "references") != NULL);
}
