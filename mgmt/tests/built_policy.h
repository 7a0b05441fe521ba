/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_TESTS_BUILT_POLICY_H
#define MGMT_TESTS_BUILT_POLICY_H

/* What the candidate of a console becomes for the datapath. */

#include "lib/policy.h"
#include "mgmt/tests/console.h"

/* The candidate must be right. policy is valid until blob is freed, by the caller; its generation is 7. */
void build_policy(struct console *console, struct policy *policy, void **blob);
/* As build_policy; only its settings. */
struct policy_settings build_settings(struct console *console);

/* Abort the test where there is none of that name. */
const struct policy_interface *interface_named(const struct policy *policy, const char *name);
const struct policy_rule *rule_named(const struct policy *policy, const char *name);

#endif
