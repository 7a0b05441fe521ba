/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/tests/built_policy.h"
#include "mgmt/mgmtd/check/check.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

void build_policy(struct console *console, struct policy *policy, void **blob)
{
	char reason[256];
	size_t length;

	ck_assert_uint_eq(check_configuration(&console->engine.candidate, stderr), 0);
	ck_assert_msg(policy_build(&console->engine.candidate, 7, blob, &length, reason) == 0, "%s", reason);
	ck_assert_int_eq(policy_open(*blob, length, policy, reason), 0);
}

struct policy_settings build_settings(struct console *console)
{
	struct policy_settings settings;
	struct policy policy;
	void *blob;

	build_policy(console, &policy, &blob);
	settings = *policy.settings;
	free(blob);
	return settings;
}

const struct policy_interface *interface_named(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->interface_count; i++)
		if (!strcmp(policy->interfaces[i].name, name))
			return &policy->interfaces[i];
	ck_abort_msg("no interface %s", name);
	return NULL;
}

const struct policy_rule *rule_named(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->rule_count; i++)
		if (!strcmp(policy->rules[i].name, name))
			return &policy->rules[i];
	ck_abort_msg("no rule %s", name);
	return NULL;
}
