/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_LINEAR_H
#define DATAPATH_RULE_LINEAR_H

/*
 * The rules one after the other, as the guide tells it (C07-004): what rule_match must answer, for tests; and what a
 * single rule says.
 */

#include "datapath/rule/rule.h"

#include <stdbool.h>

/* Whether a rule of the policy, whatever it does, is about such a flow. Any thread. */
bool linear_holds(const struct policy *policy, const struct policy_rule *rule,
                  const struct rule_query *query);
/* As rule_match. */
uint32_t linear_match(const struct policy *policy, const struct rule_query *query);

#endif
