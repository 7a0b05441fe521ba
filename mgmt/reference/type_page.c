/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/reference/property_section.h"
#include "mgmt/reference/reference.h"

const char *type_page_name(const struct object_type *type, char name[REFERENCE_NAME_MAX])
{
	snprintf(name, REFERENCE_NAME_MAX, "%s%s%s.md", type->parent ? type->parent->name : "",
	         type->parent ? "-" : "", type->name);
	return name;
}

static void write_context(const struct object_type *holder, FILE *out)
{
	if (holder->parent)
		write_context(holder->parent, out);
	fprintf(out, "cc %s%s%s%s\n    ", holder->category ? holder->category : "",
	        holder->category ? " " : "", holder->name, holder->singleton ? "" : " NAME");
}

/* How its objects are typed. */
static void write_form(const struct object_type *type, FILE *out)
{
	const char *category = type->category ? type->category : "", *blank = type->category ? " " : "";
	bool named = type->key && !type->key->hidden;

	fputs("\n## Typed as\n\n    ", out);
	if (type->parent)
		write_context(type->parent, out);
	if (!type->singleton)
		fprintf(out, "add %s%s%s%s Property=Value ...%s\n    ", category, blank, type->name,
		        named ? " NAME" : "", type->indexed ? " [Index=N]" : "");
	fprintf(out, "set %s%s%s%s Property=Value ...\n\n", category, blank, type->name,
	        type->singleton ? ""
	        : named         ? " NAME"
	                        : " INDEX");
}

static void write_facts(const struct schema *schema, const struct object_type *type, FILE *out)
{
	char page[REFERENCE_NAME_MAX];

	if (type->category)
		fprintf(out, "- Category: %s\n", type->category);
	if (type->singleton)
		fputs("- There is exactly one\n", out);
	if (type->parent)
		fprintf(out, "- In: [%s](%s)\n", type->parent->name, type_page_name(type->parent, page));
	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].parent == type)
			fprintf(out, "- Holds: [%s](%s)\n", schema->types[i].name,
			        type_page_name(&schema->types[i], page));
	if (type->indexed)
		fputs("- Their order matters: `Index` is the position, from 1\n", out);
	fprintf(out, "- In a cluster: %s\n",
	        type->node_local ? "of this node only, not sent to the peer" : "the same on both nodes");
	if (type_property(type, "Disabled"))
		fputs("- Taken out of use with `-disable`, back with `-enable`\n", out);
}

static void write_predefined(const struct configuration *predefined, const struct object_type *type,
                             FILE *out)
{
	const struct lyd_node *object =
	    type->singleton || type->parent ? NULL : object_first(predefined, type, NULL);

	if (!object)
		return;
	fputs("## Predefined objects\n\n", out);
	for (; object; object = object_next(object)) {
		fprintf(out, "- `%s`: ", object_key(type, object));
		markdown_text(value_of(type, object, "Comments"), out);
		fputc('\n', out);
	}
}

void type_page(const struct configuration *predefined, const struct object_type *type, FILE *out)
{
	const struct schema *schema = predefined->schema;

	fprintf(out, "# %s\n\n", type->name);
	markdown_text(type->description, out);
	fputs("\n\n", out);
	write_facts(schema, type, out);
	write_form(type, out);
	fputs("## Properties\n\n", out);
	for (size_t i = 0; i < type->property_count; i++)
		if (!type->properties[i].hidden)
			property_section(schema, &type->properties[i], out);
	write_predefined(predefined, type, out);
}
