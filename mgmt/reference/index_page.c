/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/reference/reference.h"

#include <string.h>

static void type_line(const struct object_type *type, unsigned depth, FILE *out)
{
	char page[REFERENCE_NAME_MAX];

	fprintf(out, "%*s- [%s](%s): ", (int)(2 * depth), "", type->name, type_page_name(type, page));
	markdown_text(type->description, out);
	fputc('\n', out);
}

static void held_lines(const struct schema *schema, const struct object_type *holder, unsigned depth,
                       FILE *out)
{
	for (size_t i = 0; i < schema->type_count; i++) {
		if (schema->types[i].parent != holder)
			continue;
		type_line(&schema->types[i], depth, out);
		held_lines(schema, &schema->types[i], depth + 1, out);
	}
}

/* Types of one category (NULL: those without), each with those that it holds. */
static void category_lines(const struct schema *schema, const char *category, FILE *out)
{
	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];
		bool here = category ? type->category && !strcmp(type->category, category) : !type->category;

		if (type->parent || !here)
			continue;
		type_line(type, 0, out);
		held_lines(schema, type, 1, out);
	}
}

static bool category_is_new(const struct schema *schema, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (schema->types[i].category &&
		    !strcmp(schema->types[i].category, schema->types[index].category))
			return false;
	return true;
}

void index_page(const struct schema *schema, FILE *out)
{
	char page[REFERENCE_NAME_MAX];

	fputs("# Reference\n\nEvery object type and every command of this version, written from its schema "
	      "and its\n"
	      "table of commands.\n\n## Commands\n\n",
	      out);
	for (const struct command *command = commands; command->name; command++) {
		fprintf(out, "- [%s](%s): ", command->name, command_page_name(command, page));
		markdown_text(command->summary, out);
		fputc('\n', out);
	}
	fputs("\n## Object types without a category\n\n", out);
	category_lines(schema, NULL, out);
	for (size_t i = 0; i < schema->type_count; i++) {
		const char *category = schema->types[i].category;

		if (!category || !category_is_new(schema, i))
			continue;
		fprintf(out, "\n## Category %s\n\n", category);
		category_lines(schema, category, out);
	}
}
