/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HOST_ADDRESSES_H
#define DATAPATH_HOST_ADDRESSES_H

/* The addresses and routes that the node's own namespace has of a policy. Control thread. */

#include "lib/policy.h"

/*
 * Gives the kernel's device (index) of an interface the addresses of the policy, and where it is a host
 * interface the routes that lead out of it, so that answers of local daemons leave; takes away those of
 * before. A shared address is there at either node, so that daemons may bind to it, but as a host address
 * without a route, so that it is never the source of a connection that the node itself opens. Returns 0 or
 * -errno of the first that failed.
 */
int addresses_apply(const struct policy *policy, const struct policy_interface *interface, int index);
/* The device is about to go. */
void addresses_forget(int index);

#endif
