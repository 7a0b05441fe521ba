/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_RENAME_H
#define MGMT_MGMTD_RENAME_H

/*
 * New names for objects: references follow, and what was committed under the former name is known as the same
 * object until the next commit. Loop's thread.
 */

#include "mgmt/mgmtd/configuration/configuration.h"

struct rename {
	const struct object_type *type;
	char context[OBJECT_PATH]; /* the path of what holds it, "" at the root */
	char from[64], to[64];
};

struct renames {
	struct rename *list;
	size_t count;
};

/*
 * Gives *object another key, in place where its type is indexed, and changes every reference to it. The object
 * moves: *object is the new one. Returns 0, -EEXIST, -EINVAL for a key that the schema refuses, or -ENOMEM.
 */
int object_rename(struct configuration *configuration, struct renames *renames,
                  const struct object_type *type, struct lyd_node **object, const char *key);
void renames_clear(struct renames *renames);

/*
 * The object of another configuration, the committed one, that an object of candidate is or was: by its key, or
 * by the former one. NULL where there is none.
 */
struct lyd_node *former_of(const struct renames *renames, const struct configuration *other,
                           const struct configuration *candidate, const struct object_type *type,
                           const struct lyd_node *object);
/* An object of the other configuration as it is now in candidate, or NULL. */
struct lyd_node *present_of(const struct renames *renames, const struct configuration *candidate,
                            const struct object_type *type, const struct lyd_node *object);

#endif
