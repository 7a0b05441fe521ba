/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Which values of a file this version does not take: libyang keeps them as opaque nodes, and goes on (MA-033). */

#include "mgmt/mgmtd/check/check.h"

#include <stdlib.h>
#include <string.h>

struct refusal {
	const struct schema *schema;
	FILE *out;
	unsigned count;
};

static const char *name_of(const struct lyd_node *node)
{
	return node->schema ? node->schema->name : ((const struct lyd_node_opaq *)node)->name.name;
}

static const char *text_of(const struct lyd_node *node)
{
	const char *text = node->schema ? lyd_get_value(node) : ((const struct lyd_node_opaq *)node)->value;

	return text ? text : "";
}

static const struct lyd_node *child_named(const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *child;

	LY_LIST_FOR(lyd_child(parent), child)
	if (!strcmp(name_of(child), name))
		return child;
	return NULL;
}

/* What the node would be by its names; NULL for a category, a property, or what nobody knows. */
static const struct object_type *type_of(const struct refusal *refusal, const struct lyd_node *node)
{
	return node ? schema_type(refusal->schema, type_of(refusal, lyd_parent(node)), name_of(node)) : NULL;
}

static void print_object(const struct refusal *refusal, const struct lyd_node *object)
{
	const struct object_type *type = type_of(refusal, object);
	const struct lyd_node *key = child_named(object, type && type->key ? type->key->name : "Name");

	fprintf(refusal->out, "Error for %s", name_of(object));
	if (!key)
		return;
	fputc(' ', refusal->out);
	refusal_value(text_of(key), refusal->out);
}

static void print_reason(const struct property *property, FILE *out)
{
	if (property) {
		fputs("it must be ", out);
		property_describe(property, out);
	} else {
		fputs("this version does not have this property", out);
	}
	fputs(".\n", out);
}

/* An opaque leaf, or any of an opaque object. holder: its parent, or that one's where it is a node's value. */
static void look_at_leaf(struct refusal *refusal, const struct lyd_node *leaf, const struct lyd_node *holder,
                         const char *name, const char *suffix)
{
	const struct object_type *type = type_of(refusal, holder);
	const struct property *property = type ? type_property(type, name) : NULL;
	const struct lysc_node *node =
	    property ? property->leaf[!strcmp(suffix, ":1") && property->per_node] : NULL;

	if (property && property->per_node && !*suffix)
		property = NULL;
	if (property && !lyd_value_validate(refusal->schema->context, node, text_of(leaf),
	                                    strlen(text_of(leaf)), NULL, NULL, NULL))
		return;
	if (refusal->count++ >= CHECK_REFUSALS_SHOWN)
		return;
	print_object(refusal, holder);
	fprintf(refusal->out, " %s%s=\"", name, suffix);
	refusal_value(!property || property_is_secret(property) ? "***" : text_of(leaf), refusal->out);
	fputs("\": ", refusal->out);
	print_reason(property, refusal->out);
}

static void refuse_unknown(struct refusal *refusal, const struct lyd_node *object, const char *why)
{
	if (refusal->count++ >= CHECK_REFUSALS_SHOWN)
		return;
	print_object(refusal, object);
	fprintf(refusal->out, ": %s.\n", why);
}

static void look(struct refusal *refusal, const struct lyd_node *node);

static void look_inside(struct refusal *refusal, const struct lyd_node *node)
{
	const struct lyd_node *child;

	LY_LIST_FOR(lyd_child(node), child)
	look(refusal, child);
}

/* An opaque node that holds others, or one without a parent. */
static void look_at_object(struct refusal *refusal, const struct lyd_node *node)
{
	unsigned before = refusal->count;

	if (!type_of(refusal, node) &&
	    (lyd_parent(node) || !schema_has_category(refusal->schema, name_of(node)))) {
		refuse_unknown(refusal, node, "this version does not have this type");
		return;
	}
	look_inside(refusal, node);
	if (refusal->count == before)
		refuse_unknown(refusal, node, "it is not complete, or has not the form of its type");
}

static bool is_per_node(const struct refusal *refusal, const struct lyd_node *container)
{
	const struct object_type *type = container ? type_of(refusal, lyd_parent(container)) : NULL;
	const struct property *property = type ? type_property(type, name_of(container)) : NULL;

	return property && property->per_node;
}

static void look(struct refusal *refusal, const struct lyd_node *node)
{
	const struct lyd_node *parent = lyd_parent(node);
	bool leaf = node->schema ? (node->schema->nodetype & (LYS_LEAF | LYS_LEAFLIST)) != 0
	                         : parent && !lyd_child(node) && !type_of(refusal, node);

	if (node->schema && leaf && (!parent || parent->schema))
		return;
	if (leaf && is_per_node(refusal, parent))
		look_at_leaf(refusal, node, lyd_parent(parent), name_of(parent),
		             !strcmp(name_of(node), "node-1") ? ":1" : ":0");
	else if (leaf)
		look_at_leaf(refusal, node, parent, name_of(node), "");
	else if (node->schema || is_per_node(refusal, node))
		look_inside(refusal, node);
	else
		look_at_object(refusal, node);
}

unsigned check_values(const struct schema *schema, const char *json, FILE *out)
{
	struct refusal refusal = {.schema = schema, .out = out};
	struct lyd_node *tree = NULL, *node;

	if (!lyd_parse_data_mem(schema->context, json, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &tree))
		LY_LIST_FOR(tree, node)
	look(&refusal, node);
	lyd_free_all(tree);
	if (refusal.count > CHECK_REFUSALS_SHOWN)
		fprintf(out, "and %u more\n", refusal.count - CHECK_REFUSALS_SHOWN);
	return refusal.count;
}
