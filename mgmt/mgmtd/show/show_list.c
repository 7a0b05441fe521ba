/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/show/show_list.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/session/table.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <stdlib.h>
#include <string.h>

/* A column of the schema's list, "Property:Heading:text for the default", cut apart in place. */
struct column {
	const struct property *property;
	const char *heading, *when_default;
	bool resolved;
};

static size_t read_columns(const struct object_type *type, char *text, struct column *columns)
{
	size_t count = 0;
	char *saved = NULL;

	for (char *one = strtok_r(text, ",", &saved); one && count < TABLE_COLUMNS_MAX - 1;
	     one = strtok_r(NULL, ",", &saved)) {
		struct column *column = &columns[count];
		char *heading = strchr(one, ':'), *when_default = heading ? strchr(heading + 1, ':') : NULL;

		*column = (struct column){.resolved = *one == '='};
		if (heading)
			*heading++ = 0;
		if (when_default)
			*when_default++ = 0;
		column->property = type_property(type, one + column->resolved);
		column->heading = heading ? heading : one;
		column->when_default = when_default;
		count += column->property != NULL;
	}
	return count;
}

static void write_resolved(const struct configuration *configuration, const struct lyd_node *object,
                           const struct property *property, FILE *out)
{
	struct ranges ranges = {0};
	char text[IP_RANGE_TEXT];

	resolve_addresses(configuration, object, property, 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		fprintf(out, "%s%s", i ? ", " : "", ip_range_format(&ranges.range[i], text));
	if (!ranges.count)
		show_value(object, property, out);
	ranges_free(&ranges);
}

static void add_cell(struct table *table, const struct configuration *configuration,
                     const struct lyd_node *object, const struct column *column)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return;
	if (column->when_default && !value_first(object, column->property, 0))
		fputs(column->when_default, out);
	else if (column->resolved)
		write_resolved(configuration, object, column->property, out);
	else
		show_value(object, column->property, out);
	fclose(out);
	table_cell(table, "%s", text);
	free(text);
}

static void add_row(struct session *session, const struct object_type *type, const struct lyd_node *object,
                    bool deleted, struct show_places *places, const struct column *columns, size_t count,
                    struct table *table)
{
	char symbols[4];

	show_symbols(session, type, object, deleted, places, symbols);
	if (table_row(table, symbols))
		return;
	if (type->indexed)
		table_cell(table, "%u", object_index_from(&places->shown, object));
	for (size_t i = 0; i < count; i++)
		add_cell(table, deleted ? &session->engine->committed : &session->engine->candidate, object,
		         &columns[i]);
}

/* Objects that are committed and no longer in the candidate. */
static void add_deleted(struct session *session, const struct object_type *type,
                        const struct lyd_node *context, const struct column *columns, size_t count,
                        struct table *table)
{
	const struct configuration *committed = &session->engine->committed;
	struct show_places places = {0};
	struct lyd_node *object = NULL;

	if (!type->parent)
		object = object_first(committed, type, NULL);
	else if (context && counterpart(committed, type->parent, context))
		object = object_first(committed, type, counterpart(committed, type->parent, context));
	for (; object; object = object_next(object))
		if (!present_of(&session->engine->renames, &session->engine->candidate, type, object))
			add_row(session, type, object, true, &places, columns, count, table);
}

void show_list(struct session *session, const struct object_type *type, struct lyd_node *context, bool titled)
{
	struct column columns[TABLE_COLUMNS_MAX];
	struct show_places places = {0};
	struct table table = {0};
	char *text = strdup(type->columns ? type->columns : "Name");
	size_t count = text ? read_columns(type, text, columns) : 0;

	if (titled)
		fprintf(session->out, "%s\n\n", type->name);
	if (type->indexed)
		table_column(&table, "#");
	for (size_t i = 0; i < count; i++)
		table_column(&table, columns[i].heading);
	for (struct lyd_node *object = object_first(&session->engine->candidate, type, context); object;
	     object = object_next(object))
		add_row(session, type, object, false, &places, columns, count, &table);
	add_deleted(session, type, context, columns, count, &table);
	table_print(&table, 3, session->out);
	free(text);
}
