/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/rename.h"
#include "mgmt/mgmtd/check/check.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct follow {
	const struct configuration *configuration;
	const struct object_type *type;
	const char *from, *to;
	int error;
};

/* A name may be that of objects of several types; the first in the schema's order is meant. */
static bool means_this_type(const struct follow *follow, const struct property *property)
{
	const struct schema *schema = follow->configuration->schema;

	if (!property_refers_to(property, follow->type) || words_contain(property->special, follow->from))
		return false;
	for (const struct object_type *type = schema->types; type < follow->type; type++)
		if (!type->parent && !type->singleton && property_refers_to(property, type) &&
		    object_find(follow->configuration, type, NULL, follow->from))
			return false;
	return true;
}

static int replace_values(struct lyd_node *object, const struct property *property, unsigned node,
                          const struct follow *follow)
{
	const struct lyd_node *first = value_first(object, property, node);
	size_t count = 0, found = 0, i = 0;
	char **values;
	int error = 0;

	for (const struct lyd_node *value = first; value; value = value_next(value), count++)
		found += !strcmp(lyd_get_value(value), follow->from);
	if (!found)
		return 0;
	/* Copies: the old values go before the new ones come. */
	values = calloc(count, sizeof(*values));
	if (!values)
		return -ENOMEM;
	for (const struct lyd_node *value = first; value; value = value_next(value)) {
		const char *text = lyd_get_value(value);

		values[i] = strdup(strcmp(text, follow->from) ? text : follow->to);
		error = values[i++] ? error : -ENOMEM;
	}
	if (!error)
		error = value_set(object, property, node, (const char *const *)values, count);
	for (i = 0; i < count; i++)
		free(values[i]);
	free(values);
	return error;
}

static void follow_references(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct follow *follow = user;

	for (size_t i = 0; i < type->property_count; i++) {
		const struct property *property = &type->properties[i];

		if (!means_this_type(follow, property))
			continue;
		for (unsigned node = 0; node < 1u + property->per_node && !follow->error; node++)
			follow->error = replace_values(object, property, node, follow);
	}
}

static const char *holder_path(const struct object_type *type, const struct lyd_node *object,
                               char path[OBJECT_PATH])
{
	path[0] = 0;
	if (type->parent)
		object_path(type->parent, lyd_parent(object), path);
	return path;
}

static int note(struct renames *renames, const struct object_type *type, const char *context,
                const char *from, const char *to)
{
	struct rename *grown;

	for (size_t i = 0; i < renames->count; i++) {
		struct rename *rename = &renames->list[i];

		if (rename->type != type || strcmp(rename->to, from) != 0 ||
		    strcmp(rename->context, context) != 0)
			continue;
		snprintf(rename->to, sizeof(rename->to), "%s", to);
		return 0;
	}
	grown = realloc(renames->list, (renames->count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	renames->list = grown;
	grown = &grown[renames->count++];
	grown->type = type;
	snprintf(grown->context, sizeof(grown->context), "%s", context);
	snprintf(grown->from, sizeof(grown->from), "%s", from);
	snprintf(grown->to, sizeof(grown->to), "%s", to);
	return 0;
}

void renames_clear(struct renames *renames)
{
	free(renames->list);
	*renames = (struct renames){0};
}

static void move_children(struct lyd_node *from, struct lyd_node *to)
{
	for (struct lyd_node *child = lyd_child(from), *next; child; child = next) {
		next = child->next;
		if (lysc_is_key(child->schema))
			continue;
		lyd_unlink_tree(child);
		lyd_insert_child(to, child);
	}
}

int object_rename(struct configuration *configuration, struct renames *renames,
                  const struct object_type *type, struct lyd_node **object, const char *key)
{
	struct follow follow = {.configuration = configuration, .type = type, .to = key};
	struct lyd_node *context = type->parent ? lyd_parent(*object) : NULL, *renamed;
	unsigned index = object_index(*object);
	char from[64], path[OBJECT_PATH];
	int error;

	snprintf(from, sizeof(from), "%s", object_key(type, *object));
	follow.from = from;
	error = object_create(configuration, type, context, key, &renamed);
	if (!error)
		error = note(renames, type, holder_path(type, *object, path), from, key);
	if (error)
		return error;
	/* While both are there, the former name still means this object. */
	configuration_walk(configuration, follow_references, &follow);
	move_children(*object, renamed);
	object_delete(configuration, *object);
	if (type->indexed)
		object_move(configuration, type, renamed, index);
	*object = renamed;
	return follow.error;
}

/* The key in the other configuration's, or in the candidate's, direction. */
static const char *other_key(const struct renames *renames, const struct object_type *type,
                             const char *context, const char *key, bool former)
{
	for (size_t i = 0; i < renames->count; i++) {
		const struct rename *rename = &renames->list[i];

		if (rename->type == type && !strcmp(rename->context, context) &&
		    !strcmp(former ? rename->to : rename->from, key))
			return former ? rename->from : rename->to;
	}
	return key;
}

static struct lyd_node *find(const struct renames *renames, const struct configuration *in,
                             const struct object_type *type, const struct lyd_node *object, bool former,
                             bool mapped)
{
	const char *key = object_key(type, object);
	const struct lyd_node *holder = NULL;
	char path[OBJECT_PATH];

	if (type->parent) {
		holder = find(renames, in, type->parent, lyd_parent(object), former, false);
		if (!holder)
			holder = find(renames, in, type->parent, lyd_parent(object), former, true);
		if (!holder)
			return NULL;
	}
	if (mapped)
		key = other_key(renames, type, holder_path(type, object, path), key, former);
	return object_find(in, type, holder, type->singleton ? NULL : key);
}

struct lyd_node *former_of(const struct renames *renames, const struct configuration *other,
                           const struct configuration *candidate, const struct object_type *type,
                           const struct lyd_node *object)
{
	struct lyd_node *found = find(renames, other, type, object, true, false), *present;

	if (found || !renames->count || type->singleton)
		return found;
	found = find(renames, other, type, object, true, true);
	/* Another object may have the former name by now. */
	present = found ? find(renames, candidate, type, found, false, false) : NULL;
	return present && present != object ? NULL : found;
}

struct lyd_node *present_of(const struct renames *renames, const struct configuration *candidate,
                            const struct object_type *type, const struct lyd_node *object)
{
	struct lyd_node *found = find(renames, candidate, type, object, false, false);

	return found || !renames->count || type->singleton
	           ? found
	           : find(renames, candidate, type, object, false, true);
}
