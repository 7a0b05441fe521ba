/* SPDX-License-Identifier: GPL-2.0-or-later */

/* SecurityEquivalentInterfaces: every interface of a group names the others, in the order of the configuration. */

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/interface.h"

#include <errno.h>
#include <string.h>

struct names {
	const char *name[POLICY_INTERFACES_MAX];
	size_t count;
};

static bool contains(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

static void add(struct names *names, const char *name)
{
	if (names->count < POLICY_INTERFACES_MAX && !contains(names, name))
		names->name[names->count++] = name;
}

static const struct property *list_of(const struct object_type *type)
{
	return type_property(type, "SecurityEquivalentInterfaces");
}

/* The group, without the interface itself. */
static int set_others(const struct object_type *type, struct lyd_node *interface, const struct names *group)
{
	struct names others = {.count = 0};

	for (size_t i = 0; i < group->count; i++)
		if (strcmp(group->name[i], object_key(type, interface)) != 0)
			add(&others, group->name[i]);
	return value_set(interface, list_of(type), 0, others.name, others.count);
}

/* What it names, without the group. */
static int remove_group(const struct object_type *type, struct lyd_node *interface, const struct names *group)
{
	const struct property *list = list_of(type);
	char kept_text[POLICY_INTERFACES_MAX][64];
	struct names kept = {.count = 0};
	bool changed = false;

	for (const struct lyd_node *item = value_first(interface, list, 0); item; item = value_next(item)) {
		if (contains(group, lyd_get_value(item)) || kept.count == POLICY_INTERFACES_MAX) {
			changed = true;
			continue;
		}
		/* The values go with the list that they are in. */
		snprintf(kept_text[kept.count], sizeof(kept_text[0]), "%s", lyd_get_value(item));
		kept.name[kept.count] = kept_text[kept.count];
		kept.count++;
	}
	return changed ? value_set(interface, list, 0, kept.name, kept.count) : 0;
}

/* Members are those that there are; what is named and is none is left to the check. */
static int apply(struct configuration *configuration, const struct names *group, bool dissolve)
{
	struct interface_cursor at = {0};
	int error = 0;

	while (!error && interface_next(configuration, &at)) {
		if (contains(group, object_key(at.type, at.object)))
			error = dissolve ? 0 : set_others(at.type, at.object, group);
		else
			error = remove_group(at.type, at.object, group);
	}
	return error;
}

int interface_follow_equivalence(struct configuration *configuration, const struct object_type *type,
                                 struct lyd_node *interface)
{
	char text[POLICY_INTERFACES_MAX][64];
	struct names group = {.count = 0};
	const struct lyd_node *item = value_first(interface, list_of(type), 0);
	bool alone = !item;

	snprintf(text[0], sizeof(text[0]), "%s", object_key(type, interface));
	add(&group, text[0]);
	for (; item && group.count < POLICY_INTERFACES_MAX; item = value_next(item)) {
		snprintf(text[group.count], sizeof(text[0]), "%s", lyd_get_value(item));
		add(&group, text[group.count]);
	}
	return apply(configuration, &group, alone || group.count == 1);
}

int interface_leave_equivalence(struct configuration *configuration, const char *name)
{
	struct names group = {.name = {name}, .count = 1};

	return apply(configuration, &group, true);
}
