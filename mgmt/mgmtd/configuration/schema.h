/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCHEMA_H
#define MGMT_MGMTD_SCHEMA_H

/*
 * The object types of the configuration, read once from the YANG modules of HADRIAN_SCHEMA_DIR. Everything
 * that handles objects (commands, checks, help) works from these tables and knows no type by itself; only
 * what applies a configuration does. Immutable after loading; used by the one thread of mgmtd.
 */

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SCHEMA_TYPES_MAX 128

struct property {
	const char *name;
	const char *description;
	const struct lysc_node *node; /* leaf, leaf-list, or the container of a per-node property */
	const struct lysc_node
	    *leaf[2]; /* where values are; [1] is NULL unless per_node (0: master, 1: slave) */
	bool list;    /* several values */
	bool per_node;
	bool hidden;
	bool key;
	bool required;
	bool node_local;
	bool
	    not_available; /* this release does not provide it, or display_only: only the default can be set */
	const char *display_only;  /* where what it shows comes from, or NULL */
	const char *references;    /* object types whose names are values, separated by blanks, or NULL */
	const char *literal;       /* kind of value, see hadrian-extensions.yang, or NULL */
	const char *secret_length; /* "1..100": of a secret before it is sealed, or NULL */
	const char *special;       /* words that are values, or NULL */
	const char *only_when;     /* "Property=Value" without which it says nothing, or NULL */
	const char *shown_default; /* shown where there is no value, or NULL */
	const char *default_value; /* or NULL */
};

struct object_type {
	const char *name;
	const char *description;
	const char *category; /* or NULL */
	const char *columns;  /* or NULL */
	const struct lysc_node *node;
	const struct object_type *parent; /* the type whose context (cc) holds these objects, or NULL */
	const struct property *key;       /* NULL for a singleton */
	struct property *properties;      /* in the order of the schema */
	size_t property_count;
	bool singleton;
	bool indexed;    /* order matters, Index is a position */
	bool context;    /* holds objects of its own */
	bool node_local; /* never mirrored */
};

struct schema {
	struct ly_ctx *context;
	struct object_type types[SCHEMA_TYPES_MAX];
	size_t type_count;
	char directory[256];
};

/*
 * Loads every hadrian-*.yang of the directory (NULL: the environment's HADRIAN_SCHEMA_DIR, or where it was
 * installed). Returns 0 and *out (schema_free), or -errno with the reason.
 */
int schema_load(const char *directory, struct schema **out, char reason[256]);
/* NULL is fine. */
void schema_free(struct schema *schema);

/* The type of that name directly in a context (parent NULL: at the root), or NULL. Names are case-sensitive.
 */
const struct object_type *schema_type(const struct schema *schema, const struct object_type *parent,
                                      const char *name);
/* The type of a data node, or NULL. */
const struct object_type *schema_type_of(const struct schema *schema, const struct lysc_node *node);
bool schema_has_category(const struct schema *schema, const char *category);
/* The property of that name, or NULL. */
const struct property *type_property(const struct object_type *type, const char *name);
/* Its value is never shown, printed or logged: a password's hash, or a secret. */
bool property_is_secret(const struct property *property);
/* How long a value of the literal secret may be. */
void property_secret_length(const struct property *property, size_t *least, size_t *most);
/* True where the text (a path, a message, a line) has the name of a property whose value must not be shown, in any letter
 * case. */
bool schema_names_secret(const struct schema *schema, const char *text);
/* True where the type is one of the property's references. */
bool property_refers_to(const struct property *property, const struct object_type *type);
/* True where words (separated by blanks, or NULL) hold word. */
bool words_contain(const char *words, const char *word);
/* Writes what a value of the property may be: "Yes, No", "1..63", "the name of a IPAddress" ... */
void property_describe(const struct property *property, FILE *out);
/* What is shown where the property has no value. */
const char *property_shown_default(const struct property *property);
/* The label of an enumeration's value, or NULL. */
const char *property_value_label(const struct property *property, const char *value);
/* The value that a typed word stands for: itself, or what it is an alias of. */
const char *property_unalias(const struct property *property, const char *value);

#endif
