/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/merge.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/merge_order.h"
#include "mgmt/mgmtd/show/show_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct merge {
	const struct configuration *base, *edited;
	struct configuration *into;
	FILE *out;
	unsigned conflicts;
	int error;
};

static void conflict(struct merge *merge, const struct object_type *type, const struct lyd_node *object,
                     const char *what)
{
	char label[OBJECT_LABEL];

	fprintf(merge->out, "%s%s (%s)", merge->conflicts++ ? "; " : "", object_label(type, object, label),
	        what);
}

static int copy_values(struct lyd_node *to, const struct lyd_node *from, const struct property *property)
{
	int error = 0;

	for (unsigned node = 0; node < 1u + property->per_node && !error; node++) {
		const struct lyd_node *value = value_first(from, property, node);
		const char **values;
		size_t count = 0;

		for (const struct lyd_node *at = value; at; at = value_next(at))
			count++;
		values = calloc(count + 1, sizeof(*values));
		if (!values)
			return -ENOMEM;
		for (size_t i = 0; i < count; i++, value = value_next(value))
			values[i] = lyd_get_value(value);
		error = value_set(to, property, node, values, count);
		free(values);
	}
	return error;
}

/* The object of into that holds those of the type; false where it is gone. */
static bool find_context(const struct merge *merge, const struct object_type *type,
                         const struct lyd_node *object, struct lyd_node **context)
{
	*context = NULL;
	if (!type->parent)
		return true;
	*context = counterpart(merge->into, type->parent, lyd_parent(object));
	return *context;
}

static void merge_properties(struct merge *merge, const struct object_type *type, const struct lyd_node *base,
                             struct lyd_node *edited)
{
	struct lyd_node *theirs = counterpart(merge->into, type, edited);

	for (size_t i = 0; i < type->property_count && !merge->error; i++) {
		const struct property *property = &type->properties[i];

		if (property->key || value_equal(base, edited, property) ||
		    value_equal(theirs, edited, property))
			continue;
		if (!value_equal(base, theirs, property)) {
			conflict(merge, type, edited, property->name);
			continue;
		}
		if (!theirs)
			merge->error = object_create(merge->into, type, NULL, NULL, &theirs);
		if (!merge->error)
			merge->error = copy_values(theirs, edited, property);
	}
}

static uint32_t highest_number(const struct configuration *configuration, const struct object_type *type,
                               const struct lyd_node *context)
{
	uint32_t highest = 0;

	for (struct lyd_node *object = object_first(configuration, type, context); object;
	     object = object_next(object)) {
		uint32_t number = value_number(type, object, "Id");

		highest = number > highest ? number : highest;
	}
	return highest;
}

/* A number that no object of the type has on either side. */
static uint32_t free_number(const struct merge *merge, const struct object_type *type,
                            const struct lyd_node *context)
{
	const struct lyd_node *own = type->parent ? counterpart(merge->edited, type->parent, context) : NULL;
	uint32_t theirs = highest_number(merge->into, type, context);
	uint32_t mine = type->parent && !own ? 0 : highest_number(merge->edited, type, own);

	return (theirs > mine ? theirs : mine) + 1;
}

/* Both added an object of that number, and they are two: this one gets another. */
static void add_numbered(struct merge *merge, const struct object_type *type, struct lyd_node *context,
                         const struct lyd_node *edited)
{
	struct lyd_node *added;
	unsigned index = object_index(edited), count;
	char key[16];

	snprintf(key, sizeof(key), "%u", free_number(merge, type, context));
	merge->error = object_create(merge->into, type, context, key, &added);
	for (size_t i = 0; i < type->property_count && !merge->error; i++)
		if (!type->properties[i].key)
			merge->error = copy_values(added, edited, &type->properties[i]);
	count = object_count(merge->into, type, context);
	if (!merge->error && type->indexed)
		merge->error = object_move(merge->into, type, added, index < count ? index : count);
}

static bool number_is_taken(const struct merge *merge, const struct object_type *type,
                            const struct lyd_node *context, uint32_t number)
{
	for (struct lyd_node *object = object_first(merge->into, type, context); object;
	     object = object_next(object))
		if (value_number(type, object, "Id") == number)
			return true;
	return false;
}

static void add_named(struct merge *merge, const struct object_type *type, struct lyd_node *context,
                      const struct lyd_node *edited)
{
	const struct property *id = type_property(type, "Id");
	bool renumber =
	    id && !id->key && number_is_taken(merge, type, context, value_number(type, edited, "Id"));
	char text[16];
	const char *value[1] = {text};

	snprintf(text, sizeof(text), "%u", renumber ? free_number(merge, type, context) : 0);
	merge->error = object_restore(merge->into, type, context, edited);
	if (!merge->error && renumber)
		merge->error = value_set(counterpart(merge->into, type, edited), id, 0, value, 1);
}

static void merge_added(struct merge *merge, const struct object_type *type, struct lyd_node *edited)
{
	struct lyd_node *theirs = counterpart(merge->into, type, edited), *context;

	if (!find_context(merge, type, edited, &context)) {
		conflict(merge, type, edited, "what holds it was deleted");
	} else if (!theirs) {
		add_named(merge, type, context, edited);
	} else if (!objects_equal(type, theirs, edited)) {
		if (type->key->hidden)
			add_numbered(merge, type, context, edited);
		else
			conflict(merge, type, edited, "added at both");
	}
}

static void merge_edited(const struct object_type *type, struct lyd_node *edited, void *user)
{
	struct merge *merge = user;
	const struct lyd_node *base = counterpart(merge->base, type, edited);

	if (merge->error)
		return;
	if (!base && !type->singleton)
		merge_added(merge, type, edited);
	else if (objects_equal(type, base, edited))
		return;
	else if (!type->singleton && !counterpart(merge->into, type, edited))
		conflict(merge, type, edited, "deleted");
	else
		merge_properties(merge, type, base, edited);
}

static void merge_deleted(const struct object_type *type, struct lyd_node *base, void *user)
{
	struct merge *merge = user;
	struct lyd_node *theirs = counterpart(merge->into, type, base);

	if (type->singleton || !theirs || counterpart(merge->edited, type, base))
		return;
	/* What holds it was deleted with it, and decides for both. */
	if (type->parent && !counterpart(merge->edited, type->parent, lyd_parent(base)))
		return;
	if (lyd_compare_single(base, theirs, LYD_COMPARE_FULL_RECURSION) == LY_SUCCESS)
		object_delete(merge->into, theirs);
	else
		conflict(merge, type, base, "changed, and deleted here");
}

int configuration_merge(const struct configuration *base, const struct configuration *edited,
                        struct configuration *into, FILE *conflicts)
{
	struct merge merge = {.base = base, .edited = edited, .into = into, .out = conflicts};

	configuration_walk(base, merge_deleted, &merge);
	configuration_walk(edited, merge_edited, &merge);
	if (!merge.error)
		merge.conflicts += merge_orders(base, edited, into, conflicts, merge.conflicts);
	return merge.error ? merge.error : (int)merge.conflicts;
}

struct differences {
	const struct configuration *other;
	FILE *out;
	unsigned most, count;
	bool deleted;
};

static void difference(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct differences *differences = user;
	const struct lyd_node *other = counterpart(differences->other, type, object);
	char label[OBJECT_LABEL];

	if (differences->deleted ? other != NULL || type->singleton
	                         : (other || type->singleton) && objects_equal(type, other, object))
		return;
	if (differences->count++ < differences->most)
		fprintf(differences->out, "%s%c%s", differences->count > 1 ? ", " : "",
		        differences->deleted ? '-' : (other || type->singleton ? '*' : '+'),
		        object_label(type, object, label));
}

unsigned configuration_differences(const struct configuration *from, const struct configuration *to,
                                   unsigned most, FILE *out)
{
	struct differences differences = {.other = from, .out = out, .most = most};

	configuration_walk(to, difference, &differences);
	differences.other = to;
	differences.deleted = true;
	configuration_walk(from, difference, &differences);
	if (differences.count > most)
		fprintf(out, " and %u more", differences.count - most);
	return differences.count;
}
