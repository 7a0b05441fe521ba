/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/configuration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The node among whose children a property's values are, NULL where there is none yet. */
static struct lyd_node *holder(const struct lyd_node *object, const struct property *property)
{
	struct lyd_node *container = NULL;

	if (!object)
		return NULL;
	if (!property->per_node)
		return (struct lyd_node *)object;
	if (lyd_child(object))
		lyd_find_sibling_val(lyd_child(object), property->node, NULL, 0, &container);
	return container;
}

const struct lyd_node *value_first(const struct lyd_node *object, const struct property *property,
                                   unsigned node)
{
	const struct lyd_node *parent = holder(object, property), *value;

	for (value = parent ? lyd_child(parent) : NULL; value; value = value->next)
		if (value->schema == property->leaf[node])
			return value;
	return NULL;
}

const struct lyd_node *value_next(const struct lyd_node *value)
{
	const struct lyd_node *next = value->next;

	while (next && next->schema != value->schema)
		next = next->next;
	return next;
}

const char *value_text(const struct lyd_node *object, const struct property *property, unsigned node)
{
	const struct lyd_node *value = value_first(object, property, node);

	return value ? lyd_get_value(value) : property->default_value;
}

const char *value_of(const struct object_type *type, const struct lyd_node *object, const char *name)
{
	const struct property *property = type_property(type, name);
	const char *value = property ? value_text(object, property, 0) : NULL;

	return value ? value : "";
}

uint32_t value_number(const struct object_type *type, const struct lyd_node *object, const char *name)
{
	return (uint32_t)strtoul(value_of(type, object, name), NULL, 10);
}

static void remove_values(struct lyd_node *object, const struct property *property, unsigned node)
{
	const struct lyd_node *value, *next;
	struct lyd_node *parent = holder(object, property);

	for (value = value_first(object, property, node); value; value = next) {
		next = value_next(value);
		lyd_free_tree((struct lyd_node *)value);
	}
	if (property->per_node && parent && !lyd_child(parent))
		lyd_free_tree(parent);
}

static int add_values(struct lyd_node *object, const struct property *property, unsigned node,
                      const char *const values[], size_t count)
{
	const struct lysc_node *leaf = property->leaf[node];
	struct lyd_node *parent = holder(object, property);

	if (!parent && lyd_new_inner(object, property->node->module, property->name, 0, &parent))
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (lyd_new_term(parent, leaf->module, leaf->name, values[i], 0, NULL))
			return -EINVAL;
	return 0;
}

int value_set(struct lyd_node *object, const struct property *property, unsigned node,
              const char *const values[], size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (lyd_value_validate(object->schema->module->ctx, property->leaf[node], values[i],
		                       strlen(values[i]), NULL, NULL, NULL))
			return -EINVAL;
	remove_values(object, property, node);
	return count ? add_values(object, property, node, values, count) : 0;
}

bool value_equal_at(const struct lyd_node *a, const struct lyd_node *b, const struct property *property,
                    unsigned node)
{
	const struct lyd_node *left = value_first(a, property, node), *right = value_first(b, property, node);

	while (left && right) {
		if (strcmp(lyd_get_value(left), lyd_get_value(right)) != 0)
			return false;
		left = value_next(left);
		right = value_next(right);
	}
	if (property->list || (!left && !right))
		return !left && !right;
	/* A value that is set and equals the default is no difference. */
	return property->default_value &&
	       !strcmp(property->default_value, lyd_get_value(left ? left : right));
}

bool value_equal(const struct lyd_node *a, const struct lyd_node *b, const struct property *property)
{
	return value_equal_at(a, b, property, 0) &&
	       (!property->per_node || value_equal_at(a, b, property, 1));
}
