/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/lease.h"

void lease_set_fence(struct lease *lease, uint64_t fence_ns, uint64_t hz)
{
	lease->fence_ns = fence_ns;
	lease->fence_tsc = fence_ns / 1000 * hz / 1000000;
}

void lease_sent(struct lease *lease, bool direct, uint64_t now, uint64_t tsc)
{
	if (direct) {
		lease->base_ns = now;
		lease->base_tsc = tsc;
		lease->pending_ns = 0;
	} else if (!lease->pending_ns) {
		/* One at a time: a worker that is late would else be waited for for ever. */
		lease->pending_ns = now;
		lease->pending_tsc = tsc;
	}
}

void lease_walked(struct lease *lease, uint64_t walk_tsc)
{
	if (!lease->pending_ns || walk_tsc <= lease->pending_tsc)
		return;
	lease->base_ns = lease->pending_ns;
	lease->base_tsc = lease->pending_tsc;
	lease->pending_ns = 0;
}

bool lease_over(const struct lease *lease, uint64_t now, uint64_t tsc)
{
	/* Either clock may be the one that stood still; a base in the future is a read on another CPU. */
	return (now > lease->base_ns && now - lease->base_ns >= lease->fence_ns) ||
	       tsc >= lease_end_tsc(lease);
}
