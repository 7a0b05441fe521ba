/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SHOW_JSON_H
#define MGMT_MGMTD_SHOW_JSON_H

/* `show -json`: objects for programs, with the names that a person types. Secrets are left out. */

#include "mgmt/mgmtd/configuration/target.h"
#include "mgmt/mgmtd/session/json.h"
#include "mgmt/mgmtd/session/session.h"

/*
 * The objects of a target, with those that they hold: a member for each type, an array of its objects or the one
 * that there is of it. all: properties without a value have their default, or null. Returns 0, or -ENOENT after
 * saying which object is not there.
 */
int show_json(struct session *session, const struct target *target, bool all);

/* Type, Name or Index, and In for an object inside another: what says which object is meant. */
void json_identity(struct json *json, const struct object_type *type, const struct lyd_node *object);
/* The value alone as a member of that name, null where there is neither value nor default. */
void json_value(struct json *json, const char *name, const struct lyd_node *object,
                const struct property *property, unsigned node);

#endif
