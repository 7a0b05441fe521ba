/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HOST_HOST_H
#define DATAPATH_HOST_HOST_H

/*
 * Host interfaces: for every DPDK interface a TUN device "h-<interface>" in the node's own namespace, over
 * which Linux daemons are reached with ordinary sockets; and the addresses of Sync interfaces, which stay
 * with the kernel. Control thread.
 */

#include "datapath/core/datapath.h"

/* Whether every interface of a policy can have its host interface. Returns 0 or -EINVAL with reason. */
int host_check(const struct policy *policy, char reason[256]);
/* Makes devices, addresses and routes those of the policy. Returns 0, or -errno and the reason of the first
 * failure. */
int host_reconcile(const struct policy *policy, char reason[256]);
void host_stop(void);

/* A packet for the node itself (PACKET_TO_HOST); takes it. */
void host_deliver(struct rte_mbuf *mbuf);

#endif
