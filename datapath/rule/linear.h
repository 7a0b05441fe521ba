/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_LINEAR_H
#define DATAPATH_RULE_LINEAR_H

/* The rules one after the other, as the guide tells it (C07-004): what rule_match must answer. For tests. */

#include "datapath/rule/rule.h"

/* As rule_match. */
uint32_t linear_match(const struct policy *policy, const struct rule_query *query);

#endif
