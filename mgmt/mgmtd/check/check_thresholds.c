/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/policy.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/policy/policy_thresholds.h"

#include <string.h>

#define DURATION_MAX_MS UINT32_MAX

struct numbers {
	unsigned rules, definitions, spared;
	struct problems *problems;
};

static void check_definition(const struct object_type *type, const struct lyd_node *object,
                             struct problems *problems)
{
	const char *limit = value_of(type, object, "Limit"), *interval = value_of(type, object, "Interval"),
	           *duration = value_of(type, object, "Duration");

	if (*limit && (!threshold_limit(limit) || threshold_limit(limit) > POLICY_THRESHOLD_LIMIT_MAX))
		problem(problems, type, object, "Limit '%s' must be 1 at least, and 2 billion (2G) at most",
		        limit);
	if (threshold_milliseconds(interval) < 1000 || threshold_milliseconds(interval) > DURATION_MAX_MS)
		problem(problems, type, object, "Interval '%s' must be 1s at least, and 1193h at most",
		        interval);
	if (threshold_milliseconds(duration) > DURATION_MAX_MS)
		problem(problems, type, object, "Duration '%s' must be 49d at most", duration);
}

/* What is in something that is disabled is disabled with it. */
static bool is_used(const struct object_type *type, const struct lyd_node *object)
{
	for (; type->parent; object = lyd_parent(object), type = type->parent)
		if (object_disabled(type, object))
			return false;
	return true;
}

static void look_at(const struct object_type *type, struct lyd_node *object, void *user)
{
	struct numbers *numbers = user;

	if (!is_used(type, object))
		return;
	if (!strcmp(type->name, "ThresholdRule") && ++numbers->rules == POLICY_THRESHOLD_RULES_MAX + 1)
		problem(numbers->problems, type, object, "there may be %d of them; disable or delete some",
		        POLICY_THRESHOLD_RULES_MAX);
	if (!strcmp(type->name, "ThresholdSet") && !strcmp(value_of(type, object, "Action"), "RandomDrop") &&
	    !*value_of(type, object, "Probability"))
		problem(numbers->problems, type, object,
		        "Probability must be set where Action is RandomDrop");
	if (!strcmp(type->name, "ThresholdSet") && !strcmp(value_of(type, object, "Action"), "Blacklist") &&
	    !*value_of(type, object, "Timeout"))
		problem(numbers->problems, type, object,
		        "Timeout must be set where Action is Blacklist; 0 has no end");
	if (!strcmp(type->name, "WhitelistRule") && ++numbers->spared == POLICY_WHITELIST_RULES_MAX + 1)
		problem(numbers->problems, type, object, "there may be %d of them; disable or delete some",
		        POLICY_WHITELIST_RULES_MAX);
	if (strcmp(type->name, "ThresholdDefinition") != 0)
		return;
	if (++numbers->definitions == POLICY_THRESHOLD_DEFINITIONS_MAX + 1)
		problem(numbers->problems, type, object, "there may be %d of them; disable or delete some",
		        POLICY_THRESHOLD_DEFINITIONS_MAX);
	check_definition(type, object, numbers->problems);
}

/* C24-002: it would be taken and do nothing. */
static void warn_of_empty(const struct object_type *type, struct lyd_node *object, void *user)
{
	const struct numbers *numbers = user;
	bool any = false;

	for (const struct lyd_node *child = lyd_child(object); child && !any; child = child->next)
		any = child->schema->nodetype == LYS_LIST;
	if (!any && is_used(type, object))
		warning(numbers->problems, type, object, "does nothing without a %s; add one in its context",
		        !strcmp(type->name, "ThresholdRule") ? "ThresholdSet" : "ThresholdDefinition");
}

void check_thresholds(const struct configuration *configuration, struct problems *problems)
{
	const struct object_type *holder = schema_type(configuration->schema, NULL, "ThresholdRules");
	const struct object_type *rule = schema_type(configuration->schema, holder, "ThresholdRule");
	const struct object_type *set = schema_type(configuration->schema, rule, "ThresholdSet");
	struct numbers numbers = {.problems = problems};

	configuration_walk_type(configuration, rule, look_at, &numbers);
	configuration_walk_type(configuration, set, look_at, &numbers);
	configuration_walk_type(configuration, schema_type(configuration->schema, set, "ThresholdDefinition"),
	                        look_at, &numbers);
	configuration_walk_type(configuration,
	                        schema_type(configuration->schema,
	                                    schema_type(configuration->schema, NULL, "Whitelist"),
	                                    "WhitelistRule"),
	                        look_at, &numbers);
	configuration_walk_type(configuration, rule, warn_of_empty, &numbers);
	configuration_walk_type(configuration, set, warn_of_empty, &numbers);
}
