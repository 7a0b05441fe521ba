/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/configuration.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void configuration_clear(struct configuration *configuration)
{
	lyd_free_all(configuration->tree);
	configuration->tree = NULL;
}

int configuration_copy(const struct configuration *configuration, struct configuration *out)
{
	out->schema = configuration->schema;
	out->tree = NULL;
	if (!configuration->tree)
		return 0;
	return lyd_dup_siblings(configuration->tree, NULL, LYD_DUP_RECURSIVE, &out->tree) ? -ENOMEM : 0;
}

int configuration_replace(struct configuration *to, const struct configuration *from)
{
	struct configuration copy;
	int error = configuration_copy(from, &copy);

	if (error)
		return error;
	configuration_clear(to);
	*to = copy;
	return 0;
}

static int prune_node_local(struct configuration *configuration, bool local)
{
	/* local: removes what is node-local; else removes everything but that. Works on whole types only. */
	for (size_t i = 0; i < configuration->schema->type_count; i++) {
		const struct object_type *type = &configuration->schema->types[i];
		struct lyd_node *object;

		if (type->parent || type->node_local != local)
			continue;
		while ((object = object_first(configuration, type, NULL)))
			object_delete(configuration, object);
	}
	return 0;
}

static void prune_empty(struct configuration *configuration)
{
	struct lyd_node *node, *next;

	LY_LIST_FOR_SAFE(configuration->tree, next, node)
	{
		if (node->schema->nodetype != LYS_CONTAINER || lyd_child(node))
			continue;
		if (node == configuration->tree)
			configuration->tree = node->next;
		lyd_free_tree(node);
	}
}

int configuration_print(const struct configuration *configuration, bool mirrored, char **json)
{
	struct configuration copy;
	int error = configuration_copy(configuration, &copy);

	if (error)
		return error;
	if (mirrored)
		prune_node_local(&copy, true);
	prune_empty(&copy);
	*json = NULL;
	if (!copy.tree)
		*json = strdup("{}\n");
	else if (lyd_print_mem(json, copy.tree, LYD_JSON, LYD_PRINT_WITHSIBLINGS))
		*json = NULL;
	configuration_clear(&copy);
	return *json ? 0 : -ENOMEM;
}

int configuration_parse(struct configuration *out, const char *json, char reason[256])
{
	struct lyd_node *tree = NULL;

	if (lyd_parse_data_mem(out->schema->context, json, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0,
	                       &tree)) {
		const char *message = ly_errmsg(out->schema->context);
		const char *path = ly_errpath(out->schema->context);

		/* libyang's words quote the value, and the reason goes into logs. */
		if ((path && schema_names_secret(out->schema, path)) || (message && strstr(message, "$y$")))
			message = "a secret has a value that is not allowed";
		snprintf(reason, 256, "%s%s%s", message ? message : "not a configuration", path ? ": " : "",
		         path ? path : "");
		lyd_free_all(tree);
		return -EBADMSG;
	}
	out->tree = tree;
	return 0;
}

int configuration_keep_own(struct configuration *configuration, const struct configuration *own)
{
	struct configuration local;
	int error = configuration_copy(own, &local);

	if (error)
		return error;
	prune_node_local(configuration, true);
	prune_node_local(&local, false);
	prune_empty(&local);
	if (local.tree && lyd_merge_siblings(&configuration->tree, local.tree, LYD_MERGE_DESTRUCT)) {
		configuration_clear(&local);
		return -ENOMEM;
	}
	return 0;
}

static bool print_both(const struct configuration *a, const struct configuration *b, char *text[2])
{
	text[0] = text[1] = NULL;
	return !configuration_print(a, false, &text[0]) && !configuration_print(b, false, &text[1]);
}

bool configuration_equal(const struct configuration *a, const struct configuration *b)
{
	char *text[2];
	bool equal = print_both(a, b, text) && !strcmp(text[0], text[1]);

	free(text[0]);
	free(text[1]);
	return equal;
}
