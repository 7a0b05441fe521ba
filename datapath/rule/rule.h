/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_RULE_H
#define DATAPATH_RULE_RULE_H

/* The IP rules of a policy (C07-001, C07-004): ordered, the first that matches decides. Immutable once made.
 */

#include "lib/policy.h"

#include <stdint.h>

#define RULE_NONE UINT32_MAX /* none matches: the implicit deny (C07-014) */

/* What a new flow is asked for (C01-016). Host byte order. */
struct rule_query {
	uint16_t source_interface, destination_interface;
	uint32_t source, destination;
	uint16_t source_port, destination_port; /* 0 without ports */
	uint8_t protocol;
	uint8_t icmp_type, icmp_code;
};

struct rule_table;

/* Control thread; the policy must outlive the table. Returns 0 or -ENOMEM. */
int rule_table_create(const struct policy *policy, struct rule_table **out);
void rule_table_destroy(struct rule_table *table);
/* The index in policy.rules of the rule that decides, or RULE_NONE. Any thread. */
uint32_t rule_match(const struct rule_table *table, const struct rule_query *query);

#endif
