/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ROUTE_ROUTE_IPV6_H
#define DATAPATH_ROUTE_ROUTE_IPV6_H

/* The IPv6 half of a routing table (route.h). Immutable once made. */

#include "datapath/route/route.h"

struct routes_ipv6;

/* Control thread. Returns 0 or -ENOMEM. */
int routes_ipv6_create(const struct policy *policy, struct routes_ipv6 **out);
void routes_ipv6_destroy(struct routes_ipv6 *routes);
/* As route_lookup_ipv6. Any thread. */
const struct route *routes_ipv6_lookup(const struct routes_ipv6 *routes, const uint8_t destination[16]);

#endif
