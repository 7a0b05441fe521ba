/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/schema.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libyang/plugins_exts.h>

/* The argument of an extension of ours ("" where it has none), or NULL where it is absent. */
static const char *extension(const struct lysc_ext_instance *instances, const char *name)
{
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(instances, i)
	if (!strcmp(instances[i].def->name, name) &&
	    !strcmp(instances[i].def->module->name, "hadrian-extensions"))
		return instances[i].argument ? instances[i].argument : "";
	return NULL;
}

bool words_contain(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; at && *at; at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL)
		if (!strncmp(at, word, length) && (at[length] == ' ' || !at[length]))
			return true;
	return false;
}

static const char *leaf_default(const struct lysc_node *node)
{
	const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)node;

	if (node->nodetype != LYS_LEAF || !leaf->dflt)
		return NULL;
	return lyd_value_get_canonical(node->module->ctx, leaf->dflt);
}

static void property_fill(struct property *property, const struct lysc_node *node)
{
	const struct lysc_node *leaf = node;

	property->node = node;
	property->name = node->name;
	property->description = node->dsc ? node->dsc : "";
	if (node->nodetype == LYS_CONTAINER) {
		property->per_node = true;
		property->leaf[0] = leaf = lysc_node_child(node);
		property->leaf[1] = leaf->next;
	} else {
		property->leaf[0] = node;
	}
	property->list = leaf->nodetype == LYS_LEAFLIST;
	property->key = lysc_is_key(node);
	property->hidden = extension(node->exts, "hidden") != NULL;
	property->required = extension(node->exts, "required") != NULL;
	property->node_local = extension(node->exts, "node-local") != NULL;
	property->display_only = extension(node->exts, "display-only");
	property->not_available = extension(node->exts, "not-available") || property->display_only;
	property->references = extension(leaf->exts, "reference");
	property->literal = extension(leaf->exts, "literal");
	property->secret_length = extension(leaf->exts, "secret-length");
	property->special = extension(leaf->exts, "special");
	property->only_when = extension(node->exts, "only-when");
	property->shown_default = extension(node->exts, "shown-default");
	property->default_value = leaf_default(leaf);
}

static bool is_property(const struct lysc_node *node)
{
	return (node->nodetype & (LYS_LEAF | LYS_LEAFLIST)) ||
	       (node->nodetype == LYS_CONTAINER && extension(node->exts, "per-node"));
}

static int add_properties(struct object_type *type)
{
	size_t count = 0;

	for (const struct lysc_node *node = lysc_node_child(type->node); node; node = node->next)
		count += is_property(node);
	type->properties = calloc(count + 1, sizeof(*type->properties));
	if (!type->properties)
		return -ENOMEM;
	for (const struct lysc_node *node = lysc_node_child(type->node); node; node = node->next) {
		struct property *property = &type->properties[type->property_count];

		if (!is_property(node))
			continue;
		property_fill(property, node);
		if (property->key)
			type->key = property;
		type->property_count++;
	}
	return 0;
}

static int add_types(struct schema *schema, const struct lysc_node *first, const char *category,
                     struct object_type *parent);

static int add_type(struct schema *schema, const struct lysc_node *node, const char *category,
                    struct object_type *parent)
{
	struct object_type *type = &schema->types[schema->type_count];
	int error;

	if (schema->type_count == SCHEMA_TYPES_MAX)
		return -E2BIG;
	schema->type_count++;
	*type = (struct object_type){.name = node->name,
	                             .description = node->dsc ? node->dsc : "",
	                             .category = category,
	                             .columns = extension(node->exts, "columns"),
	                             .node = node,
	                             .parent = parent,
	                             .singleton = node->nodetype == LYS_CONTAINER,
	                             .indexed = extension(node->exts, "indexed") != NULL,
	                             .node_local = extension(node->exts, "node-local") != NULL};
	error = add_properties(type);
	if (error)
		return error;
	if (parent)
		parent->context = true;
	return add_types(schema, lysc_node_child(node), NULL, type);
}

static int add_types(struct schema *schema, const struct lysc_node *first, const char *category,
                     struct object_type *parent)
{
	int error = 0;

	for (const struct lysc_node *node = first; node && !error; node = node->next) {
		if (node->nodetype == LYS_CONTAINER && extension(node->exts, "category"))
			error = add_types(schema, lysc_node_child(node), node->name, parent);
		else if (node->nodetype == LYS_LIST ||
		         (node->nodetype == LYS_CONTAINER && !is_property(node)))
			error = add_type(schema, node, category, parent);
	}
	return error;
}

static int is_module_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length < 120 && !strncmp(entry->d_name, "hadrian-", 8) && length > 13 &&
	       !strcmp(entry->d_name + length - 5, ".yang");
}

static int load_modules(struct schema *schema, char reason[256])
{
	struct dirent **entries;
	int count = scandir(schema->directory, &entries, is_module_file, alphasort);
	int error = 0;

	if (count <= 0) {
		snprintf(reason, 256, "no schema (hadrian-*.yang) in %.180s: set HADRIAN_SCHEMA_DIR",
		         schema->directory);
		return -ENOENT;
	}
	for (int i = 0; i < count; i++) {
		char name[128];

		snprintf(name, sizeof(name), "%.*s", (int)strlen(entries[i]->d_name) - 5, entries[i]->d_name);
		if (!error && !ly_ctx_load_module(schema->context, name, NULL, NULL)) {
			snprintf(reason, 256, "schema module %s: %s", name, ly_errmsg(schema->context));
			error = -EINVAL;
		}
		free(entries[i]);
	}
	free(entries);
	return error;
}

static int build_types(struct schema *schema)
{
	const struct lys_module *module;
	uint32_t index = 0;
	int error = 0;

	while (!error && (module = ly_ctx_get_module_iter(schema->context, &index)))
		if (module->implemented && !strncmp(module->name, "hadrian-", 8) && module->compiled)
			error = add_types(schema, module->compiled->data, NULL, NULL);
	return error;
}

int schema_load(const char *directory, struct schema **out, char reason[256])
{
	struct schema *schema = calloc(1, sizeof(*schema));
	int error = -ENOMEM;

	reason[0] = 0;
	if (!schema)
		return -ENOMEM;
	if (!directory)
		directory = getenv("HADRIAN_SCHEMA_DIR");
	snprintf(schema->directory, sizeof(schema->directory), "%s",
	         directory ? directory : HADRIAN_SCHEMA_DIR);
	ly_log_options(LY_LOSTORE_LAST);
	if (!ly_ctx_new(schema->directory, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIR_CWD,
	                &schema->context)) {
		error = load_modules(schema, reason);
		if (!error)
			error = build_types(schema);
	}
	if (error) {
		if (!reason[0])
			snprintf(reason, 256, "cannot read the schema in %.200s", schema->directory);
		schema_free(schema);
		return error;
	}
	*out = schema;
	return 0;
}

void schema_free(struct schema *schema)
{
	if (!schema)
		return;
	for (size_t i = 0; i < schema->type_count; i++)
		free(schema->types[i].properties);
	ly_ctx_destroy(schema->context);
	free(schema);
}

const struct object_type *schema_type(const struct schema *schema, const struct object_type *parent,
                                      const char *name)
{
	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].parent == parent && !strcmp(schema->types[i].name, name))
			return &schema->types[i];
	return NULL;
}

const struct object_type *schema_type_of(const struct schema *schema, const struct lysc_node *node)
{
	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].node == node)
			return &schema->types[i];
	return NULL;
}

bool schema_has_category(const struct schema *schema, const char *category)
{
	for (size_t i = 0; i < schema->type_count; i++)
		if (schema->types[i].category && !strcmp(schema->types[i].category, category))
			return true;
	return false;
}

const struct property *type_property(const struct object_type *type, const char *name)
{
	for (size_t i = 0; i < type->property_count; i++)
		if (!strcmp(type->properties[i].name, name))
			return &type->properties[i];
	return NULL;
}

bool property_refers_to(const struct property *property, const struct object_type *type)
{
	return words_contain(property->references, type->name);
}

static const struct lysc_type_enum *enumeration(const struct property *property)
{
	const struct lysc_node_leaf *leaf = (const struct lysc_node_leaf *)property->leaf[0];

	return leaf->type->basetype == LY_TYPE_ENUM ? (const struct lysc_type_enum *)leaf->type : NULL;
}

const char *property_value_label(const struct property *property, const char *value)
{
	const struct lysc_type_enum *type = enumeration(property);
	LY_ARRAY_COUNT_TYPE i;

	if (!type)
		return NULL;
	LY_ARRAY_FOR(type->enums, i)
	if (!strcmp(type->enums[i].name, value))
		return extension(type->enums[i].exts, "label");
	return NULL;
}

const char *property_unalias(const struct property *property, const char *value)
{
	const struct lysc_type_enum *type = enumeration(property);
	LY_ARRAY_COUNT_TYPE i;

	if (!type)
		return value;
	LY_ARRAY_FOR(type->enums, i)
	{
		const char *alias = extension(type->enums[i].exts, "alias");

		if (alias && !strcmp(alias, value))
			return type->enums[i].name;
	}
	return value;
}
