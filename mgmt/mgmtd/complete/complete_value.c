/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What stands behind Property= (C02-027, C02-029). */

#include "mgmt/mgmtd/complete/complete_internal.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/script/script_text.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The value under the cursor. */
struct place {
	const struct property *property;
	unsigned node;
	char name[MATCH_LENGTH]; /* Name=, Name:0= as it must be typed */
	const char *value;       /* what stands behind it */
};

/* Name, Name:0 or Name:1 in any letter case. */
static bool find_property(const struct completing *at, struct place *out)
{
	const char *equals = strchr(at->token, '='),
	           *colon = memchr(at->token, ':', (size_t)(equals - at->token));
	size_t length = (size_t)((colon ? colon : equals) - at->token);

	if (colon && (colon + 2 != equals || (colon[1] != '0' && colon[1] != '1')))
		return false;
	for (size_t i = 0; i < at->type->property_count; i++) {
		const struct property *property = &at->type->properties[i];

		if (strlen(property->name) != length || strncasecmp(property->name, at->token, length) != 0 ||
		    property->hidden || property->per_node != (colon != NULL))
			continue;
		*out = (struct place){
		    .property = property, .node = colon && colon[1] == '1', .value = equals + 1};
		snprintf(out->name, sizeof(out->name), "%s%s=", property->name,
		         !colon      ? ""
		         : out->node ? ":1"
		                     : ":0");
		return true;
	}
	return false;
}

static const struct lysc_type_enum *enumeration(const struct property *property)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)property->leaf[0])->type;

	return type->basetype == LY_TYPE_ENUM ? (const struct lysc_type_enum *)type : NULL;
}

/* Words that are values by themselves. */
static void offer_special(struct completing *at, const struct place *place)
{
	const char *words = place->property->special;

	while (words && *words) {
		size_t length = strcspn(words, " ");
		char word[MATCH_LENGTH];

		snprintf(word, sizeof(word), "%.*s", (int)length, words);
		matches_offer(&at->matches, word, "", "");
		words += length + strspn(words + length, " ");
	}
}

static void offer_references(struct completing *at, const struct place *place)
{
	const struct schema *schema = at->scene->candidate->schema;

	for (size_t i = 0; place->property->references && i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (!property_refers_to(place->property, type) ||
		    (type->parent && type->parent != at->scene->context_type))
			continue;
		complete_names(at, type, type->parent ? at->scene->context : NULL,
		               type == at->type ? at->object : NULL);
	}
}

static void offer_values(struct completing *at, const struct place *place)
{
	const struct property *property = place->property;
	const struct lysc_type_enum *type = enumeration(property);
	LY_ARRAY_COUNT_TYPE i;

	if (property->not_available) {
		if (property->default_value)
			matches_offer(&at->matches, property->default_value, "", "");
		return;
	}
	if (!property->required && !property->key && !strchr(place->value, ','))
		matches_offer(&at->matches, "<empty>", "", "");
	if (type)
		LY_ARRAY_FOR(type->enums, i)
	matches_offer(&at->matches, type->enums[i].name, "", "");
	offer_special(at, place);
	offer_references(at, place);
}

static void print_current(const struct completing *at, const struct place *place, FILE *out)
{
	const struct lyd_node *value = value_first(at->object, place->property, place->node);

	if (!value) {
		fputs(property_shown_default(place->property), out);
		return;
	}
	if (property_is_secret(place->property)) {
		fputs("********", out);
		return;
	}
	for (; value; value = value_next(value)) {
		script_write_value(lyd_get_value(value), out);
		if (value_next(value))
			fputc(',', out);
	}
}

static const char *type_name(const struct property *property)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)property->leaf[0])->type;
	const struct lysc_type_enum *words = enumeration(property);

	if (words && LY_ARRAY_COUNT(words->enums) == 2 && !strcmp(words->enums[0].name, "Yes"))
		return "Boolean";
	return words || type->basetype == LY_TYPE_STRING ? "String" : "Integer";
}

static void explain(struct completing *at, const struct place *place, bool current)
{
	const struct property *property = place->property;
	int width = current ? 13 : 11;

	fprintf(at->out, "%*s:  %s\n%*s:  %s\n%*s:  %s\n", width, "Type", type_name(property), width,
	        "Description", property->description, width, "Default", property_shown_default(property));
	if (current) {
		fprintf(at->out, "%*s:  ", width, "Current Value");
		print_current(at, place, at->out);
		fputc('\n', at->out);
	}
	if (!enumeration(property)) {
		fprintf(at->out, "%*s:  ", width, "Allowed");
		property_describe(property, at->out);
		fputc('\n', at->out);
	}
}

/* Property= and the current value (.) or the default (*). A secret is nobody's to see. */
static void insert_value(struct completing *at, const struct place *place)
{
	const struct property *property = place->property;
	size_t length;
	FILE *out;

	if (property_is_secret(property)) {
		explain(at, place, true);
		at->insert = strdup(place->name);
		return;
	}
	out = open_memstream(&at->insert, &length);
	if (!out)
		return;
	fputs(place->name, out);
	if (*place->value == '.' && value_first(at->object, property, place->node))
		print_current(at, place, out);
	else if (property->default_value)
		script_write_value(property->default_value, out);
	else
		fputs("<empty>", out);
	fclose(out);
}

/* The last value of a list, or the whole of another. */
static const char *last_value(const struct place *place)
{
	const char *last = place->value;
	bool quoted = false;

	for (const char *c = place->value; *c && place->property->list; c++) {
		if (*c == '\\' && c[1])
			c++;
		else if (*c == '"')
			quoted = !quoted;
		else if (*c == ',' && !quoted)
			last = c + 1;
	}
	return last;
}

/* Whether what is typed can stand: then a blank ends it. */
static bool is_whole(const struct completing *at, const struct place *place)
{
	struct line *line = malloc(sizeof(*line));
	char reason[128], *text = NULL;
	size_t length;
	FILE *out = line ? open_memstream(&text, &length) : NULL;
	bool whole = false;

	/* A name of what is not there could stand, but is hardly meant. */
	if (out && !(place->property->references && name_is_valid(at->matches.typed)) &&
	    !line_parse(at->token, line, reason)) {
		whole = line->count == 1 && line->argument[0].kind == ARGUMENT_PROPERTY &&
		        !value_check(at->type->name, place->property, &line->argument[0], out);
		line_free(line);
	}
	if (out)
		fclose(out);
	free(text);
	free(line);
	return whole;
}

static void print_choices(struct completing *at)
{
	if (!at->matches.count)
		return;
	fputs("\nList of all valid choices:\n\nName\n-----------\n", at->out);
	matches_print(&at->matches, 0, at->out);
}

static void extend_value(struct completing *at, const struct place *place)
{
	const char *last = last_value(place);
	char *kept = NULL;
	int length;

	if (!matches_start(&at->matches, last))
		return;
	at->matches.present = place->property->list ? place->value : NULL;
	offer_values(at, place);
	if (!*place->value) {
		explain(at, place, false);
		print_choices(at);
		return;
	}
	length = asprintf(&kept, "%s%.*s", place->name, (int)(last - place->value), place->value);
	if (length < 0)
		return;
	if (at->matches.count) {
		complete_take(at, kept, (size_t)length, !place->property->list);
	} else if (*last && !property_is_secret(place->property) && is_whole(at, place)) {
		if (asprintf(&at->insert, "%s%s ", place->name, place->value) < 0)
			at->insert = NULL;
	} else {
		explain(at, place, false);
	}
	free(kept);
}

/* Index is a position, and no property. */
static void complete_index(struct completing *at)
{
	unsigned count = object_count(at->scene->candidate, at->type, at->holder) + complete_is(at, "add");

	if (strncasecmp(at->token, "Index=", 6) != 0 || !at->type->indexed)
		return;
	if (!strcmp(at->token + 6, ".") && at->object) {
		if (asprintf(&at->insert, "Index=%u", object_index(at->object)) < 0)
			at->insert = NULL;
	} else if (!at->token[6]) {
		fprintf(at->out,
		        "       Type:  Integer\nDescription:  Position of the object, from 1.\n"
		        "    Allowed:  a number 1..%u\n",
		        count);
	}
}

void complete_value(struct completing *at)
{
	struct place place;

	if (!find_property(at, &place)) {
		complete_index(at);
	} else if (!strcmp(place.value, "?")) {
		explain(at, &place, true);
		/* What was asked does not stay in the line. */
		at->insert = strdup(place.name);
	} else if (!strcmp(place.value, ".") || !strcmp(place.value, "*")) {
		insert_value(at, &place);
	} else {
		extend_value(at, &place);
	}
}
