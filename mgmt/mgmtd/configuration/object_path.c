/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/configuration.h"

#include <stdio.h>
#include <string.h>

void object_path(const struct object_type *type, const struct lyd_node *object, char path[OBJECT_PATH])
{
	size_t length = 0;

	path[0] = 0;
	if (type->parent) {
		object_path(type->parent, lyd_parent(object), path);
		length = strlen(path);
		length += (size_t)snprintf(path + length, OBJECT_PATH - length, "/");
	}
	if (length < OBJECT_PATH)
		snprintf(path + length, OBJECT_PATH - length, "%s", object_key(type, object));
}

struct lyd_node *object_at_path(const struct configuration *configuration, const struct object_type *type,
                                const char *path)
{
	const char *last = strrchr(path, '/');
	struct lyd_node *holder = NULL;
	char above[OBJECT_PATH];

	if (type->parent) {
		if (!last)
			return NULL;
		snprintf(above, sizeof(above), "%.*s", (int)(last - path), path);
		holder = object_at_path(configuration, type->parent, above);
		if (!holder)
			return NULL;
	}
	return object_find(configuration, type, holder, type->singleton ? NULL : last ? last + 1 : path);
}

struct lyd_node *counterpart(const struct configuration *other, const struct object_type *type,
                             const struct lyd_node *object)
{
	const struct lyd_node *context = NULL;

	if (type->parent) {
		context = counterpart(other, type->parent, lyd_parent(object));
		if (!context)
			return NULL;
	}
	return object_find(other, type, context, type->singleton ? NULL : object_key(type, object));
}
