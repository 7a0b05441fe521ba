/* SPDX-License-Identifier: GPL-2.0-or-later */

/* [CATEGORY] TYPE NAME, and scripts (C02-021, C02-030, C02-031). */

#include "mgmt/mgmtd/complete/complete_internal.h"
#include "mgmt/mgmtd/script/script_file.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Whether the command can do something with objects of the type. */
static bool is_for(const struct completing *at, const struct object_type *type)
{
	if (complete_is(at, "cc"))
		return type->context;
	if (complete_is(at, "add") || complete_is(at, "delete"))
		return !type->singleton;
	return true;
}

static bool is_visible(const struct completing *at, const struct object_type *type)
{
	return !type->parent || type->parent == at->scene->context_type || at->words == WORDS_TYPE;
}

static const struct object_type *find_type(const struct completing *at, const char *word)
{
	const struct schema *schema = at->scene->candidate->schema;
	const struct object_type *found = NULL;

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (strcasecmp(type->name, word) != 0 || !is_visible(at, type))
			continue;
		if (at->category && (!type->category || strcmp(type->category, at->category) != 0))
			continue;
		/* What is in the context goes before what is at the root, as in commands. */
		if (!found || type->parent)
			found = type;
	}
	return found;
}

static const char *find_category(const struct completing *at, const char *word)
{
	const struct schema *schema = at->scene->candidate->schema;

	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].category && !strcasecmp(schema->types[i].category, word))
			return schema->types[i].category;
	return NULL;
}

static const struct lyd_node *find_object(const struct completing *at, const char *name)
{
	const struct configuration *candidate = at->scene->candidate;
	const struct lyd_node *object = object_find_named(candidate, at->type, at->holder, name);

	if (!object && at->type->indexed && *name && strspn(name, "0123456789") == strlen(name))
		object = object_at(candidate, at->type, at->holder, (unsigned)strtoul(name, NULL, 10));
	return object;
}

void complete_find_target(struct completing *at)
{
	size_t next = 1;
	const char *word = line_word(at->line, next++);

	if (!word ||
	    (at->words != WORDS_OBJECT && at->words != WORDS_DELETED_OBJECT && at->words != WORDS_TYPE))
		return;
	at->category = find_category(at, word);
	if (at->category)
		word = line_word(at->line, next++);
	at->type = word ? find_type(at, word) : NULL;
	if (!at->type)
		return;
	at->holder = at->type->parent ? at->scene->context : NULL;
	word = line_word(at->line, next);
	at->named = word || at->type->singleton || (at->type->parent && !at->holder);
	if (at->type->parent && !at->holder)
		return;
	if (at->type->singleton)
		at->object = object_find(at->scene->candidate, at->type, at->holder, NULL);
	else if (word)
		at->object = find_object(at, word);
}

static void offer_type(struct completing *at, const struct object_type *type)
{
	matches_offer(&at->matches, type->name, "", type->context ? "/" : "");
}

/*
 * Categories, and types without one; in a context what it holds (C02-030, C02-031). A type whose category was
 * left out is offered only where nothing else begins like it: completion assumes the category (C02-021).
 */
static void offer_types(struct completing *at)
{
	const struct schema *schema = at->scene->candidate->schema;
	const char *last = "";

	for (size_t i = 0; i < schema->type_count; i++) {
		const struct object_type *type = &schema->types[i];

		if (!is_for(at, type) || !is_visible(at, type))
			continue;
		if (at->category) {
			if (type->category && !strcmp(type->category, at->category))
				offer_type(at, type);
		} else if (!type->category) {
			offer_type(at, type);
		} else if (strcmp(type->category, last) != 0) {
			last = type->category;
			matches_offer(&at->matches, last, "", "");
		}
	}
	for (size_t i = 0; i < schema->type_count && !at->category && !at->matches.count; i++)
		if (is_for(at, &schema->types[i]) && is_visible(at, &schema->types[i]))
			offer_type(at, &schema->types[i]);
}

void complete_names(struct completing *at, const struct object_type *type, const struct lyd_node *holder,
                    const struct lyd_node *but)
{
	const struct property *property = type_property(type, "Name");
	bool digits =
	    *at->matches.typed && strspn(at->matches.typed, "0123456789") == strlen(at->matches.typed);
	unsigned index = 0;

	if (type->singleton)
		return;
	if (type->key && !type->key->hidden)
		property = type->key;
	for (const struct lyd_node *object = object_first(at->scene->candidate, type, holder); object;
	     object = object_next(object)) {
		const char *value = property ? value_text(object, property, 0) : NULL;
		char number[16];

		index++;
		if (object == but)
			continue;
		if (value)
			matches_offer(&at->matches, value, "", "");
		if (type->indexed && (!value || digits)) {
			snprintf(number, sizeof(number), "%u", index);
			matches_offer(&at->matches, number, "", "");
		}
	}
}

void complete_names_of(struct completing *at, const char *type)
{
	complete_names(at, schema_type(at->scene->candidate->schema, NULL, type), NULL, NULL);
}

/* Of the committed configuration, what the candidate has no more. */
static void offer_deleted(struct completing *at)
{
	const struct configuration *committed = at->scene->committed;
	const struct object_type *type = at->type, *holder = at->scene->context_type;
	const struct property *name = type_property(type, "Name");
	const struct lyd_node *context = NULL;

	if (type->parent)
		context = counterpart(committed, holder, at->holder);
	if (type->singleton || !name || (type->parent && !context))
		return;
	for (struct lyd_node *object = object_first(committed, type, context); object;
	     object = object_next(object)) {
		const char *value = value_text(object, name, 0);

		if (value && !counterpart(at->scene->candidate, type, object))
			matches_offer(&at->matches, value, "", "");
	}
}

void complete_target(struct completing *at)
{
	bool adding = complete_is(at, "add");

	if (!at->type) {
		/* Of a type that is not known there is nothing to tell. */
		at->settled = line_word_count(at->line) != 1u + (at->category != NULL);
		if (!at->settled)
			offer_types(at);
		return;
	}
	if (at->words == WORDS_TYPE)
		return;
	if (at->words == WORDS_DELETED_OBJECT) {
		if (!at->named)
			offer_deleted(at);
	} else if (!at->named && !adding && !line_option(at->line, "Range")) {
		complete_names(at, at->type, at->holder, NULL);
	} else if (!at->named && adding && !at->type->key->hidden) {
		at->settled = true;
		if (!*at->token)
			fprintf(at->out, "Name of the new %s\n", at->type->name);
	} else if (complete_edits(at)) {
		complete_properties(at);
	}
}

void complete_scripts(struct completing *at)
{
	DIR *folder = opendir(at->scene->scripts);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		if (script_name_is_valid(entry->d_name))
			matches_offer(&at->matches, entry->d_name, "", "");
	if (folder)
		closedir(folder);
}
