/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_XDP_POOL_H
#define DATAPATH_PORT_XDP_POOL_H

/*
 * Packet pools of AF_XDP ports. DPDK's driver keeps packets of its pool when it is closed, and when opening
 * fails; so that devices which come and go do not use up the datapath's packets, each such port has a pool of
 * its own that goes with it. Control thread.
 */

#include <rte_mempool.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of huge pages that the pool of a port with so many queues takes. */
size_t xdp_pool_size(unsigned queues);
/* Returns 0; -ENOMEM without huge pages for it; -EAGAIN where the pools of ports that were closed still wait. */
int xdp_pool_create(unsigned queues, struct rte_mempool **out);
/*
 * The port is closed and workers have let go of it; packets of it may still be under way between them, or wait
 * in the rings of a PCI device. The pool goes when neither can be. NULL is fine.
 */
void xdp_pool_retire(struct rte_mempool *pool);
/* Once a second. pci_open: a PCI port is open, which keeps the packets that it sent until it sends more. */
void xdp_pool_second(bool pci_open);

#endif
