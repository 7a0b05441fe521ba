/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_RULE_H
#define DATAPATH_RULE_RULE_H

/* The IP rules of a policy (C07-001, C07-004): ordered, the first that matches decides. Immutable once made.
 */

#include "lib/policy.h"

#include <stddef.h>
#include <stdint.h>

#define RULE_NONE UINT32_MAX /* none matches: the implicit deny (C07-014) */

union rule_address {
	uint32_t ip4;    /* host byte order */
	uint8_t ip6[16]; /* as in the packet */
};

/* What a new flow is asked for (C01-016). Host byte order but for IPv6 addresses. */
struct rule_query {
	uint16_t source_interface, destination_interface;
	union rule_address source, destination;
	uint16_t source_port, destination_port; /* 0 without ports */
	uint8_t version;                        /* 4 or 6: of both addresses */
	uint8_t protocol;
	uint8_t icmp_type, icmp_code; /* of ICMP and ICMPv6 */
};

struct rule_table;

/*
 * Any thread, with time: 100,000 rules take about a second. The policy must outlive the table. Returns 0 or -ENOMEM.
 */
int rule_table_create(const struct policy *policy, struct rule_table **out);
void rule_table_destroy(struct rule_table *table);
/* Bytes of memory that it takes besides the policy. */
size_t rule_table_bytes(const struct rule_table *table);
/* The index in policy.rules of the rule that decides, or RULE_NONE. Any thread. */
uint32_t rule_match(const struct rule_table *table, const struct rule_query *query);
/*
 * The same for many, whose waits for memory overlap: a search among many rules is little else. *rules becomes what
 * rule_match says of the query of that index. Any thread.
 */
void rule_match_all(const struct rule_table *table, const struct rule_query *queries, uint32_t count,
                    uint32_t *rules);

#endif
