/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/merge_order.h"
#include "mgmt/mgmtd/check/check.h"

#include <string.h>

struct list {
	const struct configuration *configuration;
	const struct object_type *type;
	const struct lyd_node *context;
};

/* holder: in any configuration, or NULL at the root. */
static struct list list_of(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *holder)
{
	struct list list = {configuration, type, NULL};

	if (type->parent)
		list.context = counterpart(configuration, type->parent, holder);
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
                        struct configuration *into, const struct object_type *type,
                        const struct lyd_node *holder)
{
	struct list old = list_of(base, type, holder), mine = list_of(edited, type, holder);
	struct list theirs = list_of(into, type, holder);

	if (type->parent && (!old.context || !mine.context || !theirs.context))
		return false;
	if (same_order(&old, &mine) || same_order(&mine, &theirs))
		return false;
	if (!same_order(&old, &theirs))
		return true;
	follow(into, &theirs, &mine);
	return false;
}

struct orders {
	const struct configuration *base, *edited;
	struct configuration *into;
	const struct object_type *type;
	FILE *conflicts;
	unsigned before, count;
};

static void merge_within(const struct object_type *holder_type, struct lyd_node *holder, void *user)
{
	struct orders *orders = user;

	if (merge_order(orders->base, orders->edited, orders->into, orders->type, holder))
		fprintf(orders->conflicts, "%s%s %s (order)", orders->before + orders->count++ ? "; " : "",
		        orders->type->name, holder ? object_key(holder_type, holder) : "");
}

unsigned merge_orders(const struct configuration *base, const struct configuration *edited,
                      struct configuration *into, FILE *conflicts, unsigned before)
{
	struct orders orders = {
	    .base = base, .edited = edited, .into = into, .conflicts = conflicts, .before = before};

	for (size_t i = 0; i < base->schema->type_count; i++) {
		orders.type = &base->schema->types[i];
		if (!orders.type->indexed)
			continue;
		if (orders.type->parent)
			configuration_walk_type(base, orders.type->parent, merge_within, &orders);
		else
			merge_within(NULL, NULL, &orders);
	}
	return orders.count;
}
