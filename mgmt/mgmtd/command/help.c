/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/command/command.h"
#include "mgmt/mgmtd/configuration/nearest.h"
#include "mgmt/mgmtd/session/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define OPTION_WIDTH 24

/* The guide's form: everything under a heading stands eight columns to the right. */
static void print_indented(const char *lines, FILE *out)
{
	while (*lines) {
		int length = (int)strcspn(lines, "\n");

		fprintf(out, "%s%.*s\n", length ? "        " : "", length, lines);
		lines += length;
		lines += *lines == '\n';
	}
}

static void print_options(const struct session *session, const struct command *command)
{
	bool first = true;

	for (const struct command_option *option = command->options; option && option->name; option++) {
		bool optional = option->value && *option->value == '[';
		char text[64];

		if (option->writes && !session->may_write)
			continue;
		snprintf(text, sizeof(text), "-%s%s%s%s", option->name, optional ? "[" : "",
		         option->value ? "=" : "", option->value ? option->value + optional : "");
		fprintf(session->out, "%s        %-*s %s\n", first ? "\nOPTIONS\n" : "", OPTION_WIDTH, text,
		        option->summary);
		first = false;
	}
}

/* C02-023 */
static void print_command(const struct session *session, const struct command *command)
{
	fprintf(session->out, "COMMAND\n        %s%s%s%s. %s\n\nUSAGE\n", command->name,
	        command->alias ? " (" : "", command->alias ? command->alias : "", command->alias ? ")" : "",
	        command->summary);
	print_indented(command->usage, session->out);
	print_options(session, command);
}

static void list_commands(const struct session *session)
{
	for (const struct command *command = commands; command->name; command++)
		if (command_is_open(command, session->views, session->may_write))
			fprintf(session->out, "   %-12s  %s\n", command->name, command->summary);
}

int command_help(struct session *session, const struct line *line)
{
	const char *name = line_word(line, 1);
	const struct command *command = name ? command_find(name) : NULL;

	if (!name) {
		list_commands(session);
	} else if (command) {
		print_command(session, command);
		if (command->view & ~session->views)
			fprintf(session->out, "\nThe command is in the view %s: 'cmdview %s' opens it.\n",
			        command_view_name(command->view), command_view_name(command->view));
	} else {
		fprintf(session->out, "There is no command '%s'; 'help' lists the commands.\n", name);
		return -EINVAL;
	}
	return 0;
}

/* helpconfig may ask for any type, also for those that need a context. */
static const struct object_type *any_type(const struct schema *schema, const char *category, const char *name)
{
	for (size_t i = 0; name && i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (!strcmp(type->name, name) &&
		    (!category || (type->category && !strcmp(type->category, category))))
			return type;
	}
	return NULL;
}

static void add_property(struct table *table, const struct property *property)
{
	char *allowed = NULL;
	size_t length;
	FILE *out = open_memstream(&allowed, &length);

	if (!out)
		return;
	property_describe(property, out);
	fclose(out);
	table_row(table, property->required || property->key ? "*" : "");
	table_cell(table, "%s%s", property->name, property->per_node ? ":0 :1" : "");
	table_cell(table, "%s", property->default_value ? property->default_value : "");
	table_cell(table, "%s", property->description);
	table_cell(table, "%s", allowed);
	free(allowed);
}

static void print_type(const struct object_type *type, FILE *out)
{
	struct table table = {0};

	fprintf(out, "%s. %s\n\n", type->name, type->description);
	table_column(&table, "Property");
	table_column(&table, "Default");
	table_column(&table, "Description");
	table_column(&table, "Allowed");
	for (size_t i = 0; i < type->property_count; i++)
		if (!type->properties[i].hidden)
			add_property(&table, &type->properties[i]);
	table_print(&table, 3, out);
	fputs("\n*  must have a value\n", out);
}

/* The types of a category (C02-024), or all where category is NULL; a '/' where cc goes into objects. */
static void print_types(const struct schema *schema, const char *category, FILE *out)
{
	struct table table = {0};

	if (!category)
		table_column(&table, "Category");
	table_column(&table, "Type");
	table_column(&table, "Description");
	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (category && (!type->category || strcmp(type->category, category) != 0))
			continue;
		table_row(&table, "");
		if (!category && type->parent)
			table_cell(&table, "%s/", type->parent->name);
		else if (!category)
			table_cell(&table, "%s", type->category ? type->category : "");
		table_cell(&table, "%s%s", type->name, type->context ? "/" : "");
		table_cell(&table, "%s", type->description);
	}
	table_print(&table, 3, out);
}

static int unknown(struct session *session, const char *word)
{
	const struct schema *schema = session->engine->schema;
	struct nearest nearest;

	nearest_start(&nearest, word);
	for (size_t i = 0; i < schema->type_count; i++) {
		nearest_offer(&nearest, schema->types[i].name);
		if (schema->types[i].category)
			nearest_offer(&nearest, schema->types[i].category);
	}
	fprintf(session->out, "helpconfig: there is no object type or category '%s'.", word);
	if (nearest.best)
		fprintf(session->out, " Did you mean '%s'?", nearest.best);
	fputs(" 'helpconfig' lists them.\n", session->out);
	return -EINVAL;
}

int command_helpconfig(struct session *session, const struct line *line)
{
	const struct schema *schema = session->engine->schema;
	const char *first = line_word(line, 1), *second = line_word(line, 2);
	const struct object_type *type = any_type(schema, second ? first : NULL, second ? second : first);

	if (!first) {
		print_types(schema, NULL, session->out);
		return 0;
	}
	if (type)
		print_type(type, session->out);
	else if (!second && schema_has_category(schema, first))
		print_types(schema, first, session->out);
	else
		return unknown(session, second ? second : first);
	return 0;
}
