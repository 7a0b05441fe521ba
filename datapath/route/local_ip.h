/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ROUTE_LOCAL_IP_H
#define DATAPATH_ROUTE_LOCAL_IP_H

/* The address that the firewall itself has on a route. Pure functions of a checked policy; any thread. */

#include "lib/policy.h"

/*
 * LocalIP of the route, or where it is not set the first address of its interface that lies in its network, else the first of the
 * network's IP version (C06-007); shared addresses come before a node's own. Version 0: there is none.
 */
struct ip_address route_local_ip(const struct policy *policy, const struct policy_route *route);

/* Tells in the log of routes that should have one and have none. Control thread. */
void route_local_ip_report(const struct policy *policy);

#endif
