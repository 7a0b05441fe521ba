/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ROUTE_LIST_H
#define MGMT_MGMTD_ROUTE_LIST_H

/*
 * Routes to any range of addresses, on their way into a policy, whose routes are prefixes. The narrowest range
 * wins, then the lowest metric, then what was added first (C06-005, C06-012). One thread.
 */

#include "lib/policy.h"

struct route_list {
	struct policy_route *route;
	size_t count, capacity;
};

/* network may be any range; IPv6 is left out. Returns 0 or -ENOMEM. */
int route_list_add(struct route_list *list, const struct policy_route *route);
/*
 * Adds the routes to a policy so that the longest prefix gives what the ranges mean: a range that is one
 * prefix as it is, any other as the fewest prefixes of what no better route has. Returns 0, -E2BIG where one
 * range gives too many, or -ENOMEM.
 */
int route_list_write(const struct route_list *list, struct policy_builder *builder);
void route_list_free(struct route_list *list);

#endif
