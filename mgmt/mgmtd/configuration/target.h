/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_TARGET_H
#define MGMT_MGMTD_TARGET_H

/*
 * What a command is about: [category] type [name], seen from the session's context (C02-021, C02-031,
 * C02-035).
 */

#include "mgmt/mgmtd/session/session.h"

struct target {
	const char *category;           /* only a category was typed */
	const struct object_type *type; /* or NULL */
	struct lyd_node *context;       /* the object that holds those of the type, NULL at the root */
	const char *name;               /* as typed, or NULL */
};

/*
 * Reads the words after the command. Returns 0 (everything NULL where there are none), or -errno after saying
 * which word is not known and what was probably meant.
 */
int target_parse(struct session *session, const struct line *line, struct target *out);

/*
 * The object by key, index or name in a configuration whose context is the same. Returns NULL without a
 * message.
 */
struct lyd_node *target_find(const struct configuration *configuration, const struct target *target);
/* As target_find in the candidate, with a message where it is not there. */
struct lyd_node *target_object(struct session *session, const struct target *target);

/* The properties of a type, unknown ones refused with what is near. Returns 0 and *property, or -EINVAL. */
int target_property(struct session *session, const struct object_type *type, const struct argument *argument,
                    const struct property **property);

/* Whether position index is in a -Range such as 10,11-15; -EINVAL with a message where it is none. */
int range_contains(struct session *session, const struct argument *range, unsigned index);

#endif
