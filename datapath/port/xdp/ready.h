/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_XDP_READY_H
#define DATAPATH_PORT_XDP_READY_H

#include "lib/policy.h"

#include <rte_mempool.h>
#include <stdint.h>

/*
 * What AF_XDP needs besides DPDK, with a reason for people where it is missing. Control thread. All return 0
 * or -errno.
 */

/* Huge pages and privileges of this process. */
int xdp_check(const struct policy_interface *interface, char reason[256]);
/*
 * A packet pool for so many queues, and the device's first queue free: waits for the kernel to be done with a
 * socket that was bound there before, some seconds at most, while heartbeats go on.
 */
int xdp_ready(const struct policy_interface *interface, int kernel_index, unsigned queues,
              struct rte_mempool **pool, char reason[256]);
#endif
