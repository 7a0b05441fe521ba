/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SPARE_SPARE_H
#define DATAPATH_SPARE_SPARE_H

/*
 * Spare links for Corosync over Critical interfaces (lib/spare_link.h): a TUN device "spare-links" with this node's
 * address of every link, whose packets travel in frames between the two nodes. Control thread.
 */

#include "datapath/core/datapath.h"

/* A new policy is in force. Returns 0 or -errno; without a kernel that has IPv6 there are no spare links, which is none. */
int spare_configure(const struct policy *policy);
/* A frame of SPARE_LINK_ETHERTYPE that came in; takes it. */
void spare_receive(struct rte_mbuf *mbuf);
void spare_stop(void);

#endif
