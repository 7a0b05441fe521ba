/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_XDP_POOL_H
#define DATAPATH_PORT_XDP_POOL_H

/*
 * Packet pools of AF_XDP ports. DPDK's driver keeps packets of its pool when it is closed, and when opening
 * fails; so that devices which come and go do not use up the datapath's packets, each such port has a pool of
 * its own that goes with it. Control thread.
 */

#include <rte_mempool.h>

/* NULL without memory. */
struct rte_mempool *xdp_pool_create(unsigned queues);
/* The port is closed. Its packets may still be under way in workers: the pool goes after a while. NULL is
 * fine. */
void xdp_pool_retire(struct rte_mempool *pool);
/* Once a second. */
void xdp_pool_second(void);

#endif
