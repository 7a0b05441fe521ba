/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Up to what holds the context (C24-019). */
static void leave_context(struct session *session)
{
	char *last = strrchr(session->context_path, '/');

	session->context_type = session->context_type ? session->context_type->parent : NULL;
	if (last)
		*last = 0;
}

int command_cc(struct session *session, const struct line *line)
{
	struct lyd_node *object;
	struct target target;
	int error;

	if (!strcmp(line->argument[0].name, "cc..") ||
	    (line->count == 2 && !strcmp(line->argument[1].name, ".."))) {
		leave_context(session);
		return 0;
	}
	if (line_word_count(line) == 1) {
		session->context_type = NULL;
		return 0;
	}
	error = target_parse(session, line, &target);
	if (error)
		return error;
	if (!target.type || !target.type->context) {
		fprintf(session->out, "cc goes into objects that hold others; %s%s.\n",
		        target.type ? target.type->name : "a category alone",
		        target.type ? " holds none" : " is none");
		return -EINVAL;
	}
	object = NULL;
	if (target.type->singleton)
		object_create(&session->engine->candidate, target.type, target.context, NULL, &object);
	else
		object = target_object(session, &target);
	if (!object)
		return -ENOENT;
	session->context_type = target.type;
	object_path(target.type, object, session->context_path);
	return 0;
}

int command_exit(struct session *session, const struct line *line)
{
	(void)line;
	session->leaving = true;
	return 0;
}

int command_cfglog(struct session *session, const struct line *line)
{
	return cfglog_print(&session->engine->cfglog, line_option(line, "all") != NULL, session->out);
}

static void add_netobject(const struct configuration *configuration, const struct object_type *type,
                          struct lyd_node *object, struct table *table)
{
	struct ranges ranges = {0};
	char text[IP_RANGE_TEXT], missing[64], *list = NULL;
	size_t length;
	FILE *out = open_memstream(&list, &length);

	if (!out)
		return;
	resolve_address(configuration, object_key(type, object), &ranges, missing);
	for (size_t i = 0; i < ranges.count; i++)
		fprintf(out, "%s%s", i ? ", " : "", ip_range_format(&ranges.range[i], text));
	fclose(out);
	table_row(table, "");
	table_cell(table, "%s", object_key(type, object));
	table_cell(table, "%s", list);
	ranges_free(&ranges);
	free(list);
}

int command_netobjects(struct session *session, const struct line *line)
{
	const struct object_type *type = schema_type(session->engine->schema, NULL, "IPAddress");
	struct target target = {.type = type, .name = line_word(line, 1)};
	struct configuration copy = {0};
	const struct configuration *view =
	    engine_learned_view(session->engine, &session->engine->candidate, &copy);
	struct table table = {0};
	struct lyd_node *object;

	object = target.name ? target_object(session, &target)
	                     : object_first(&session->engine->candidate, type, NULL);
	if (target.name && !object) {
		configuration_clear(&copy);
		return -ENOENT;
	}
	table_column(&table, "");
	table_column(&table, "");
	for (; object; object = target.name ? NULL : object_next(object))
		add_netobject(view, type, object, &table);
	table_print(&table, 0, session->out);
	configuration_clear(&copy);
	return 0;
}
