/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/configuration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The category container around a type, NULL where it has none. */
static const struct lysc_node *category_node(const struct object_type *type)
{
	return type->parent ? NULL : type->node->parent;
}

/* The siblings among which objects of a type are. */
static struct lyd_node *siblings(const struct configuration *configuration, const struct object_type *type,
                                 const struct lyd_node *context)
{
	const struct lysc_node *category = category_node(type);
	struct lyd_node *container = NULL;

	if (type->parent)
		return context ? lyd_child(context) : NULL;
	if (!category)
		return configuration->tree;
	if (!configuration->tree || lyd_find_sibling_val(configuration->tree, category, NULL, 0, &container))
		return NULL;
	return lyd_child(container);
}

struct lyd_node *object_first(const struct configuration *configuration, const struct object_type *type,
                              const struct lyd_node *context)
{
	struct lyd_node *first = siblings(configuration, type, context);

	while (first && first->schema != type->node)
		first = first->next;
	return first;
}

struct lyd_node *object_next(const struct lyd_node *object)
{
	struct lyd_node *next = object->next;

	while (next && next->schema != object->schema)
		next = next->next;
	return next;
}

struct lyd_node *object_find(const struct configuration *configuration, const struct object_type *type,
                             const struct lyd_node *context, const char *key)
{
	struct lyd_node *first = siblings(configuration, type, context), *match = NULL;
	char predicate[128];

	if (!first)
		return NULL;
	if (type->singleton || !key) {
		lyd_find_sibling_val(first, type->node, NULL, 0, &match);
		return match;
	}
	/* Keys are names or numbers: what needs quoting is not a key. */
	if (strpbrk(key, "'\"]") || snprintf(predicate, sizeof(predicate), "[%s='%s']", type->key->name,
	                                     key) >= (int)sizeof(predicate))
		return NULL;
	if (lyd_find_sibling_val(first, type->node, predicate, 0, &match))
		return NULL;
	return match;
}

struct lyd_node *object_find_named(const struct configuration *configuration, const struct object_type *type,
                                   const struct lyd_node *context, const char *name)
{
	const struct property *property = type_property(type, "Name");

	if (!property || type->singleton)
		return NULL;
	if (property->key)
		return object_find(configuration, type, context, name);
	for (struct lyd_node *object = object_first(configuration, type, context); object;
	     object = object_next(object)) {
		const char *value = value_text(object, property, 0);

		if (value && !strcmp(value, name))
			return object;
	}
	return NULL;
}

struct lyd_node *object_at(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *context, unsigned index)
{
	struct lyd_node *object = index ? object_first(configuration, type, context) : NULL;

	while (object && --index)
		object = object_next(object);
	return object;
}

unsigned object_index(const struct lyd_node *object)
{
	unsigned index = 1;
	const struct lyd_node *first = lyd_first_sibling(object);

	for (; first && first != object; first = first->next)
		index += first->schema == object->schema;
	return index;
}

unsigned object_index_from(struct index_cursor *cursor, const struct lyd_node *object)
{
	if (cursor->object != object)
		cursor->index = cursor->object && object_next(cursor->object) == object
		                    ? cursor->index + 1
		                    : object_index(object);
	cursor->object = object;
	return cursor->index;
}

unsigned object_count(const struct configuration *configuration, const struct object_type *type,
                      const struct lyd_node *context)
{
	unsigned count = 0;

	for (struct lyd_node *object = object_first(configuration, type, context); object;
	     object = object_next(object))
		count++;
	return count;
}

/* The container that a new object goes into; *parent NULL means the root. */
static int make_parent(struct configuration *configuration, const struct object_type *type,
                       struct lyd_node *context, struct lyd_node **parent)
{
	const struct lysc_node *category = category_node(type);

	*parent = context;
	if (type->parent || !category)
		return 0;
	*parent = NULL;
	if (configuration->tree && !lyd_find_sibling_val(configuration->tree, category, NULL, 0, parent))
		return 0;
	if (lyd_new_inner(NULL, category->module, category->name, 0, parent))
		return -ENOMEM;
	return lyd_insert_sibling(configuration->tree, *parent, &configuration->tree) ? -ENOMEM : 0;
}

int object_create(struct configuration *configuration, const struct object_type *type,
                  struct lyd_node *context, const char *key, struct lyd_node **out)
{
	struct lyd_node *parent, *node = object_find(configuration, type, context, key);
	LY_ERR result;
	int error;

	if (node) {
		*out = node;
		return type->singleton ? 0 : -EEXIST;
	}
	error = make_parent(configuration, type, type->parent ? context : NULL, &parent);
	if (error)
		return error;
	if (type->singleton)
		result = lyd_new_inner(parent, type->node->module, type->name, 0, &node);
	else
		result = lyd_new_list(parent, type->node->module, type->name, 0, &node, key);
	if (result)
		return result == LY_EVALID ? -EINVAL : -ENOMEM;
	if (!parent && lyd_insert_sibling(configuration->tree, node, &configuration->tree)) {
		lyd_free_tree(node);
		return -ENOMEM;
	}
	*out = node;
	return 0;
}

void object_delete(struct configuration *configuration, struct lyd_node *object)
{
	if (object == configuration->tree)
		configuration->tree = object->next;
	lyd_free_tree(object);
}

int object_move(struct configuration *configuration, const struct object_type *type, struct lyd_node *object,
                unsigned index)
{
	const struct lyd_node *context = type->parent ? lyd_parent(object) : NULL;
	unsigned count = object_count(configuration, type, context), now = object_index(object);
	struct lyd_node *place;
	LY_ERR result;

	if (!index || index > count)
		return -ERANGE;
	if (index == now)
		return 0;
	place = object_at(configuration, type, context, index);
	result = index < now ? lyd_insert_before(place, object) : lyd_insert_after(place, object);
	configuration->tree = lyd_first_sibling(configuration->tree);
	return result ? -EINVAL : 0;
}

int object_restore(struct configuration *configuration, const struct object_type *type,
                   struct lyd_node *context, const struct lyd_node *source)
{
	struct lyd_node *old =
	    object_find(configuration, type, context, type->singleton ? NULL : object_key(type, source));
	struct lyd_node *parent, *copy;
	unsigned index = object_index(source), count;

	if (make_parent(configuration, type, type->parent ? context : NULL, &parent) ||
	    lyd_dup_single(source, NULL, LYD_DUP_RECURSIVE, &copy))
		return -ENOMEM;
	if (old)
		object_delete(configuration, old);
	if (parent ? lyd_insert_child(parent, copy)
	           : lyd_insert_sibling(configuration->tree, copy, &configuration->tree)) {
		lyd_free_tree(copy);
		return -ENOMEM;
	}
	count = object_count(configuration, type, context);
	return type->indexed ? object_move(configuration, type, copy, index < count ? index : count) : 0;
}

/* The tables and rule sets that everything else is built on (C06-001, C07-002, C02-003). */
bool object_is_permanent(const struct object_type *type, const struct lyd_node *object)
{
	const char *key = object_key(type, object);

	return (!strcmp(key, "main") &&
	        (!strcmp(type->name, "RoutingTable") || !strcmp(type->name, "IPRuleSet"))) ||
	       (!strcmp(type->name, "COMPortAccess") && !strcmp(key, "COM1")) ||
	       (!strcmp(type->name, "LocalUserDatabase") && !strcmp(key, "AdminUsers"));
}

const char *object_key(const struct object_type *type, const struct lyd_node *object)
{
	const char *key = type->key ? value_text(object, type->key, 0) : NULL;

	return key ? key : "";
}

const char *object_label_at(const struct object_type *type, const struct lyd_node *object, unsigned index,
                            char text[OBJECT_LABEL])
{
	if (type->singleton || !type->key->hidden)
		return object_label(type, object, text);
	snprintf(text, OBJECT_LABEL, "%s/%u", type->name, index);
	return text;
}

const char *object_label(const struct object_type *type, const struct lyd_node *object,
                         char text[OBJECT_LABEL])
{
	if (type->singleton)
		snprintf(text, OBJECT_LABEL, "%s", type->name);
	else if (type->key->hidden)
		snprintf(text, OBJECT_LABEL, "%s/%u", type->name, object_index(object));
	else
		snprintf(text, OBJECT_LABEL, "%s %s", type->name, object_key(type, object));
	return text;
}

bool object_disabled(const struct object_type *type, const struct lyd_node *object)
{
	return !strcmp(value_of(type, object, "Disabled"), "Yes");
}
