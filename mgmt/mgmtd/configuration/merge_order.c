/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/merge_order.h"

#include <string.h>

struct list {
	const struct configuration *configuration;
	const struct object_type *type;
	const struct lyd_node *context;
};

static struct list list_of(const struct configuration *configuration, const struct object_type *type,
                           const char *context)
{
	struct list list = {configuration, type, NULL};

	if (type->parent)
		list.context = object_find(configuration, type->parent, NULL, context);
	return list;
}

static struct lyd_node *in_list(const struct list *list, const struct lyd_node *object)
{
	return object_find(list->configuration, list->type, list->context, object_key(list->type, object));
}

/* The first from object on that the other list has too. */
static struct lyd_node *common(struct lyd_node *object, const struct list *other)
{
	while (object && !in_list(other, object))
		object = object_next(object);
	return object;
}

static bool same_order(const struct list *a, const struct list *b)
{
	struct lyd_node *left = common(object_first(a->configuration, a->type, a->context), b);
	struct lyd_node *right = common(object_first(b->configuration, b->type, b->context), a);

	while (left && right) {
		if (strcmp(object_key(a->type, left), object_key(b->type, right)) != 0)
			return false;
		left = common(object_next(left), b);
		right = common(object_next(right), a);
	}
	return true;
}

static void follow(struct configuration *into, const struct list *list, const struct list *edited)
{
	unsigned index = 0;

	for (struct lyd_node *object = object_first(edited->configuration, edited->type, edited->context);
	     object; object = object_next(object)) {
		struct lyd_node *found = in_list(list, object);

		if (found)
			object_move(into, list->type, found, ++index);
	}
}

/* True where the other moved something too. */
static bool merge_order(const struct configuration *base, const struct configuration *edited,
                        struct configuration *into, const struct object_type *type, const char *context)
{
	struct list old = list_of(base, type, context), mine = list_of(edited, type, context);
	struct list theirs = list_of(into, type, context);

	if (type->parent && (!old.context || !mine.context || !theirs.context))
		return false;
	if (same_order(&old, &mine) || same_order(&mine, &theirs))
		return false;
	if (!same_order(&old, &theirs))
		return true;
	follow(into, &theirs, &mine);
	return false;
}

unsigned merge_orders(const struct configuration *base, const struct configuration *edited,
                      struct configuration *into, FILE *conflicts, unsigned before)
{
	unsigned count = 0;

	for (size_t i = 0; i < base->schema->type_count; i++) {
		const struct object_type *type = &base->schema->types[i];
		struct lyd_node *holder = type->parent ? object_first(base, type->parent, NULL) : NULL;

		if (!type->indexed)
			continue;
		do {
			const char *key = holder ? object_key(type->parent, holder) : "";

			if (merge_order(base, edited, into, type, key))
				fprintf(conflicts, "%s%s %s (order)", before + count++ ? "; " : "",
				        type->name, key);
			holder = holder ? object_next(holder) : NULL;
		} while (holder);
	}
	return count;
}
