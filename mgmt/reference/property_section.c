/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/reference/property_section.h"
#include "mgmt/reference/reference.h"

#include <stdlib.h>
#include <string.h>

/* type and units of a leaf and of a leaf-list are at the same place, as libyang promises. */
static const struct lysc_node_leaf *leaf_of(const struct property *property)
{
	return (const struct lysc_node_leaf *)property->leaf[0];
}

static const struct lysc_type_enum *enumeration(const struct property *property)
{
	const struct lysc_type *type = leaf_of(property)->type;

	return type->basetype == LY_TYPE_ENUM ? (const struct lysc_type_enum *)type : NULL;
}

static const char *kind(const struct property *property)
{
	const struct lysc_type_enum *words = enumeration(property);

	if (words)
		return !strcmp(words->enums[0].name, "Yes") ? "Yes or No" : "one of a few words";
	if (leaf_of(property)->type->basetype != LY_TYPE_STRING)
		return "number";
	if (property->references && !property->literal)
		return "name of an object";
	return property->references ? "value or name of an object" : "text";
}

static void write_type(const struct property *property, FILE *out)
{
	const char *units = leaf_of(property)->units;
	uint32_t most = property->list ? ((const struct lysc_node_leaflist *)property->leaf[0])->max : 0;

	fprintf(out, "- Type: %s%s", property->list ? "list, each " : "", kind(property));
	if (units)
		fprintf(out, ", in %s", units);
	if (most && most != UINT32_MAX)
		fprintf(out, "; at most %u values", most);
	fputc('\n', out);
}

static const char *alias(const struct lysc_type_bitenum_item *word)
{
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(word->exts, i)
	if (!strcmp(word->exts[i].def->name, "alias"))
		return word->exts[i].argument;
	return NULL;
}

static void write_words(const struct property *property, FILE *out)
{
	const struct lysc_type_enum *type = enumeration(property);
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(type->enums, i)
	{
		const char *label = property_value_label(property, type->enums[i].name);

		fprintf(out, "%s`%s`", i ? ", " : "", type->enums[i].name);
		if (label)
			fprintf(out, " (%s)", label);
		if (alias(&type->enums[i]))
			fprintf(out, " (also typed `%s`)", alias(&type->enums[i]));
	}
}

static void write_allowed(const struct property *property, FILE *out)
{
	char *allowed = NULL;
	size_t length;
	FILE *text;

	fputs("- Allowed: ", out);
	if (!property->not_available && enumeration(property)) {
		write_words(property, out);
	} else {
		text = open_memstream(&allowed, &length);
		if (!text)
			return;
		property_describe(property, text);
		fclose(text);
		markdown_text(allowed, out);
		free(allowed);
	}
	fputc('\n', out);
}

static void write_references(const struct schema *schema, const struct property *property, FILE *out)
{
	const char *at = property->references;

	if (!at)
		return;
	fputs("- Refers to: ", out);
	while (*at) {
		size_t length = strcspn(at, " ");

		markdown_type(schema, at, length, out);
		at += length;
		if (*at) {
			fputs(", ", out);
			at++;
		}
	}
	fputc('\n', out);
}

void property_section(const struct schema *schema, const struct property *property, FILE *out)
{
	fprintf(out, "### %s\n\n", property->name);
	markdown_text(property->description, out);
	fputs("\n\n", out);
	write_type(property, out);
	write_allowed(property, out);
	write_references(schema, property, out);
	if (property->key)
		fputs("- The name of the object: typed behind the type, and it cannot change\n", out);
	else if (property->required)
		fputs("- Must have a value\n", out);
	else
		fprintf(out, "- Default: `%s`\n", property_shown_default(property));
	if (property->per_node)
		fprintf(out,
		        "- One value for each node of a cluster: `%s:0=` the master's, `%s:1=` the slave's\n",
		        property->name, property->name);
	if (property->node_local)
		fputs("- Belongs to this node: not sent to the peer\n", out);
	if (property->only_when)
		fprintf(out, "- Only where `%s`\n", property->only_when);
	if (property->not_available && !property->display_only)
		fputs("- **Not available in this release**\n", out);
	fputc('\n', out);
}
