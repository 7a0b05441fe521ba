/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_CONFIGURATION_H
#define MGMT_MGMTD_CONFIGURATION_H

/*
 * A configuration: a libyang tree of objects. It may hold references to what is not there until it is
 * activated (C05-005). All functions run on mgmtd's one thread; those that change something leave the tree as
 * it was where they return an error.
 */

#include "mgmt/mgmtd/configuration/schema.h"

#include <stdint.h>

#define OBJECT_LABEL 192
#define OBJECT_PATH  200

struct configuration {
	const struct schema *schema;
	struct lyd_node *tree; /* NULL: empty */
};

void configuration_clear(struct configuration *configuration);
/* A deep copy into *out, which was empty. Returns 0 or -ENOMEM. */
int configuration_copy(const struct configuration *configuration, struct configuration *out);
/* Replaces *to with a copy of from. Returns 0 or -ENOMEM. */
int configuration_replace(struct configuration *to, const struct configuration *from);
bool configuration_equal(const struct configuration *a, const struct configuration *b);

/* JSON, malloc'ed, NUL-terminated. mirrored: without what is node-local. Returns 0 or -ENOMEM. */
int configuration_print(const struct configuration *configuration, bool mirrored, char **json);
/*
 * Reads JSON (NUL-terminated) into *out, which was empty. Returns 0, or -EBADMSG with libyang's reason. Any
 * text is safe to give.
 */
int configuration_parse(struct configuration *out, const char *json, char reason[256]);
/* Puts the node-local parts of own into configuration. Returns 0 or -ENOMEM. */
int configuration_keep_own(struct configuration *configuration, const struct configuration *own);

/* First and next object of a type; context is the object that holds them, NULL at the root. NULL at the end.
 */
struct lyd_node *object_first(const struct configuration *configuration, const struct object_type *type,
                              const struct lyd_node *context);
struct lyd_node *object_next(const struct lyd_node *object);
/* By key (or a singleton, key NULL), NULL where there is none. Constant time. */
struct lyd_node *object_find(const struct configuration *configuration, const struct object_type *type,
                             const struct lyd_node *context, const char *key);
/* By the property Name (first one, C02-035) where the key is another. NULL where there is none. */
struct lyd_node *object_find_named(const struct configuration *configuration, const struct object_type *type,
                                   const struct lyd_node *context, const char *name);
/* By position from 1. */
struct lyd_node *object_at(const struct configuration *configuration, const struct object_type *type,
                           const struct lyd_node *context, unsigned index);
/* Position from 1. */
unsigned object_index(const struct lyd_node *object);
/*
 * The same for objects that are asked for one after the other: constant time for the one that follows the
 * last, and for the last again. A cursor begins as {0} and ends where its list changes.
 */
struct index_cursor {
	const struct lyd_node *object;
	unsigned index;
};
unsigned object_index_from(struct index_cursor *cursor, const struct lyd_node *object);
unsigned object_count(const struct configuration *configuration, const struct object_type *type,
                      const struct lyd_node *context);

/* Makes an object (key NULL for a singleton, which is returned where it exists). Returns 0 or -errno
 * (-EEXIST). */
int object_create(struct configuration *configuration, const struct object_type *type,
                  struct lyd_node *context, const char *key, struct lyd_node **out);
/*
 * Puts a copy of an object of another configuration, with all that it holds, into this one, at the position it
 * has there as far as there is one, in place of the one of its key. Returns 0 or -ENOMEM.
 */
int object_restore(struct configuration *configuration, const struct object_type *type,
                   struct lyd_node *context, const struct lyd_node *source);
/* What everything else is built on: it can neither be deleted nor renamed. */
bool object_is_permanent(const struct object_type *type, const struct lyd_node *object);
/* Removes and frees it. */
void object_delete(struct configuration *configuration, struct lyd_node *object);
/* Moves it to a position from 1. Returns 0 or -ERANGE. */
int object_move(struct configuration *configuration, const struct object_type *type, struct lyd_node *object,
                unsigned index);
/* "IPAddress if1_ip", "IPRule/1", "HASettings". Returns text. */
const char *object_label(const struct object_type *type, const struct lyd_node *object,
                         char text[OBJECT_LABEL]);
/* The same where the position (from 1) is known. */
const char *object_label_at(const struct object_type *type, const struct lyd_node *object, unsigned index,
                            char text[OBJECT_LABEL]);
/* The key's value, "" for a singleton. */
const char *object_key(const struct object_type *type, const struct lyd_node *object);
bool object_disabled(const struct object_type *type, const struct lyd_node *object);
/*
 * The keys of what holds an object, the outermost first, and its own, with '/' between: "main", "/3/1" (a singleton's is
 * empty).
 */
void object_path(const struct object_type *type, const struct lyd_node *object, char path[OBJECT_PATH]);
/* The object with that path, NULL where there is none. */
struct lyd_node *object_at_path(const struct configuration *configuration, const struct object_type *type,
                                const char *path);
/* The same object of another configuration: of the same key in the same holder. NULL where there is none. */
struct lyd_node *counterpart(const struct configuration *other, const struct object_type *type,
                             const struct lyd_node *object);

/* First and next value that is set (not the default); node 0 or 1 of a per-node property, else 0. */
const struct lyd_node *value_first(const struct lyd_node *object, const struct property *property,
                                   unsigned node);
const struct lyd_node *value_next(const struct lyd_node *value);
/* The single value, or the default, or NULL. object may be NULL (an absent singleton). */
const char *value_text(const struct lyd_node *object, const struct property *property, unsigned node);
/* The same by the property's name; "" instead of NULL. */
const char *value_of(const struct object_type *type, const struct lyd_node *object, const char *name);
/* As a number, 0 where there is none. */
uint32_t value_number(const struct object_type *type, const struct lyd_node *object, const char *name);
/*
 * Replaces all values of a property (node as above); count 0 unsets it. Values must have been checked
 * (value.h). Returns 0, -EINVAL where the schema refuses one, or -ENOMEM.
 */
int value_set(struct lyd_node *object, const struct property *property, unsigned node,
              const char *const values[], size_t count);
/* Both objects of one type have the same values for the property. Either may be NULL. */
bool value_equal(const struct lyd_node *a, const struct lyd_node *b, const struct property *property);
/* The same for one node of a per-node property (else 0). */
bool value_equal_at(const struct lyd_node *a, const struct lyd_node *b, const struct property *property,
                    unsigned node);

#endif
