/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_EDIT_H
#define MGMT_MGMTD_EDIT_H

/* What `add` and `set` share: the properties of a typed line, checked before the candidate is touched. */

#include "mgmt/mgmtd/session/session.h"

struct target;

/* Index= is no property but a position (C02-034). Returns it, 0 where none was typed, -EINVAL after a
 * message. */
int edit_index(struct session *session, const struct object_type *type, const struct line *line);
/* Checks every property of the line. adding: the key may be among them. Returns 0, or -errno after a message.
 */
int edit_check(struct session *session, const struct target *target, const struct line *line, bool adding);
/*
 * Has the passwords of a line that edit_check took hashed by the worker, and then runs the command again, with
 * the hashes. Returns 0 where there is nothing to wait for, SESSION_WAITS, or -errno after a message.
 */
int edit_hash(struct session *session, const struct object_type *type, const struct line *line,
              int (*again)(struct session *session, const struct line *line));
/* The session waits no more. */
void edit_forget(struct session *session);
/* Sets the properties, which have been checked. Returns 0, or -errno after a message. */
int edit_assign(struct session *session, const struct object_type *type, struct lyd_node *object,
                const struct line *line);
/*
 * Name= of an object that is there: whether it may get that name, which is asked before anything is changed; and
 * it gets the name, and references follow. Return 0, or -errno after a message.
 */
int edit_rename_check(struct session *session, const struct object_type *type, const struct lyd_node *object,
                      const struct line *line);
int edit_rename(struct session *session, const struct object_type *type, struct lyd_node *object,
                const struct line *line);
/* -disable and -enable. Returns 0, or -errno after a message. */
int edit_disable(struct session *session, const struct object_type *type, struct lyd_node *object,
                 const struct line *line);

#endif
