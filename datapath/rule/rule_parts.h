/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_RULE_PARTS_H
#define DATAPATH_RULE_RULE_PARTS_H

/* The lists of one rule as parts of boxes. Of datapath/rule only; one thread. */

#include "datapath/rule/classifier.h"

struct rule_parts {
	struct rule_part *part;
	uint32_t count, capacity;
};

/* Fills the list with what the rule says of it; one-dimensional ones ascending and disjoint. 0 or -ENOMEM. */
int rule_parts_take(const struct policy *policy, const struct policy_rule *rule, uint8_t version,
                    const struct rule_space space[2], unsigned list, struct rule_parts *out);
/* Half as many parts, each larger than the two that it holds. */
void rule_parts_halve(struct rule_parts *parts);

#endif
