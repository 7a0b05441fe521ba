/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_LEASE_H
#define DATAPATH_HEARTBEAT_LEASE_H

/*
 * How long this node may forward without another heartbeat: the fence of decision 0003. It counts from the last heartbeat that
 * went out for certain, so that whatever stands still, this thread, the worker that sends, or the machine, ends it.
 * Heartbeat thread; workers read heartbeat_lanes.lease_tsc.
 */

#include <stdbool.h>
#include <stdint.h>

struct lease {
	uint64_t fence_ns, fence_tsc;   /* how long a heartbeat that went out is good for */
	uint64_t stride_ns, stride_tsc; /* and how much longer than the one before it, at most */
	uint64_t sent_ns;               /* boot time just before the last one that did, 0: none */
	uint64_t sent_tsc; /* the same in cycles, which also count while a virtual machine is paused */
	uint64_t base_ns, base_tsc; /* what the lease counts from: that, or stride behind the one before it */
	uint64_t pending_ns, pending_tsc; /* before one that a worker was given; 0: none waits */
};

/*
 * hz: cycles a second. A heartbeat that is late and lost prolongs nothing that the peer
 * knows of, so none prolongs the lease past what the one before it bears.
 */
void lease_set_fence(struct lease *lease, uint64_t fence_ns, uint64_t stride_ns, uint64_t hz);
/* It counts from now, whatever was before. */
void lease_begin(struct lease *lease, uint64_t now, uint64_t tsc);

/* Heartbeats were sent, after now and tsc were read; direct: over a socket the peer listened on. */
void lease_sent(struct lease *lease, bool direct, uint64_t now, uint64_t tsc);
/* The sending worker ended a walk that began at walk_tsc. */
void lease_walked(struct lease *lease, uint64_t walk_tsc);
/* It is over: nothing may have been forwarded since. */
bool lease_over(const struct lease *lease, uint64_t now, uint64_t tsc);
/* When, in cycles. */
static inline uint64_t lease_end_tsc(const struct lease *lease)
{
	return lease->base_ns ? lease->base_tsc + lease->fence_tsc : 0;
}

#endif
