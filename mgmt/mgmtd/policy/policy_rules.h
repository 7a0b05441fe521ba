/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_POLICY_RULES_H
#define MGMT_MGMTD_POLICY_RULES_H

#include "lib/policy.h"
#include "mgmt/mgmtd/configuration/configuration.h"

/*
 * Appends the rules that management access implies (index 0), then rule set main in order. Disabled rules are
 * left out, the others keep their Index. Returns 0 or -errno.
 */
int policy_add_rules(const struct configuration *configuration, struct policy_builder *builder);

/* Appends what an object of the type says of interfaces, networks and services, for *rule. Returns 0 or -errno. */
int policy_add_filter(const struct configuration *configuration, const struct object_type *type,
                      const struct lyd_node *object, struct policy_builder *builder,
                      struct policy_rule *rule);

#endif
