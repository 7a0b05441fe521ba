/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Groups: objects that name others of their kind, which must end somewhere. */

#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <string.h>

#define LOOP_TEXT 512

struct walk {
	const struct configuration *configuration;
	const struct object_type *type;
	const struct property *members;
	const char *path[RESOLVE_DEPTH + 1];
	unsigned steps;
};

/* Whether name, reached by the first depth names of the path, is one of them or leads to one of them. */
static bool leads_back(struct walk *walk, const char *name, unsigned depth, unsigned *first, unsigned *last)
{
	const struct lyd_node *object;

	for (unsigned i = 0; i < depth; i++) {
		if (strcmp(walk->path[i], name) != 0)
			continue;
		*first = i;
		*last = depth;
		return true;
	}
	object = object_find(walk->configuration, walk->type, NULL, name);
	if (!object || depth > RESOLVE_DEPTH || ++walk->steps > RESOLVE_MAX)
		return false;
	walk->path[depth] = name;
	for (const struct lyd_node *item = value_first(object, walk->members, 0); item;
	     item = value_next(item))
		if (leads_back(walk, lyd_get_value(item), depth + 1, first, last))
			return true;
	return false;
}

/* "a -> b -> a", however the object leads there. */
static bool find_loop(const struct configuration *configuration, const struct object_type *type,
                      const struct property *members, const struct lyd_node *object, char text[LOOP_TEXT])
{
	struct walk walk = {configuration, type, members, {0}, 0};
	unsigned first, last;
	size_t length = 0;

	if (!leads_back(&walk, object_key(type, object), 0, &first, &last))
		return false;
	for (unsigned i = first; i < last && length < LOOP_TEXT; i++)
		length += (size_t)snprintf(text + length, LOOP_TEXT - length, "%s -> ", walk.path[i]);
	if (length < LOOP_TEXT)
		snprintf(text + length, LOOP_TEXT - length, "%s", walk.path[first]);
	return true;
}

/* 0, or why it stands for nothing. */
static int resolve(const struct configuration *configuration, const struct object_type *type,
                   const struct lyd_node *object)
{
	struct services services = {0};
	struct ranges ranges = {0};
	char missing[64];
	int error = 0;

	if (!strcmp(type->name, "IPAddress"))
		error = resolve_address(configuration, object_key(type, object), &ranges, missing);
	else if (!strcmp(type->name, "ServiceGroup"))
		error = resolve_service(configuration, object_key(type, object), &services, missing);
	ranges_free(&ranges);
	services_free(&services);
	return error;
}

void check_groups(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *object, struct problems *problems)
{
	const struct property *members = type_property(type, "Members");
	char loop[LOOP_TEXT];
	int error;

	if (!members)
		members = type_property(type, "Address");
	if (!members || type->parent || !property_refers_to(members, type))
		return;
	if (find_loop(configuration, type, members, object, loop)) {
		problem(problems, type, object, "%s leads back to where it began: %s. Take one of them out",
		        members->name, loop);
		return;
	}
	error = resolve(configuration, type, object);
	if (error == -ELOOP)
		problem(problems, type, object,
		        "%s is nested more than %d deep, or names too many objects. Make fewer levels",
		        members->name, RESOLVE_DEPTH);
	else if (error == -E2BIG)
		problem(problems, type, object, "stands for more than %d elements. Make it smaller",
		        RESOLVE_MAX);
}
