/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HOST_PATH_MTU_H
#define DATAPATH_HOST_PATH_MTU_H

/*
 * Path MTU discovery of the node's own packets (C28-023 to C28-026, C28-035): Linux does it behind the host interfaces,
 * for all errors that the datapath delivers. Control thread.
 */

#include "lib/policy.h"

#include <stdint.h>

/* Tells Linux the least path MTU and how long one is held. Returns 0 or -errno of the first that failed. */
int path_mtu_apply(const struct policy_path_mtu *settings);

/*
 * What Linux sends to a destination at most, bytes: the path MTU that was learned, or that of the route. *expires_s is
 * how long a learned one is still held, 0 where none was learned. Returns 0 where there is no route.
 */
uint32_t path_mtu_of(const struct ip_address *destination, uint32_t *expires_s);

#endif
