/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/lease.h"

static uint64_t cycles(uint64_t ns, uint64_t hz)
{
	return ns / 1000 * hz / 1000000;
}

void lease_set_fence(struct lease *lease, uint64_t fence_ns, uint64_t stride_ns, uint64_t hz)
{
	lease->fence_ns = fence_ns;
	lease->fence_tsc = cycles(fence_ns, hz);
	lease->stride_ns = stride_ns;
	lease->stride_tsc = cycles(stride_ns, hz);
}

void lease_begin(struct lease *lease, uint64_t now, uint64_t tsc)
{
	lease->sent_ns = lease->base_ns = now;
	lease->sent_tsc = lease->base_tsc = tsc;
	lease->pending_ns = 0;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static void went_out(struct lease *lease, uint64_t now, uint64_t tsc)
{
	uint64_t sent_ns = lease->sent_ns, sent_tsc = lease->sent_tsc;

	lease_begin(lease, now, tsc);
	if (!sent_ns)
		return;
	lease->base_ns = earlier(now, sent_ns + lease->stride_ns);
	lease->base_tsc = earlier(tsc, sent_tsc + lease->stride_tsc);
}

void lease_sent(struct lease *lease, bool direct, uint64_t now, uint64_t tsc)
{
	if (direct) {
		went_out(lease, now, tsc);
	} else if (!lease->pending_ns) {
		/* One at a time: a worker that is late would else be waited for for ever. */
		lease->pending_ns = now;
		lease->pending_tsc = tsc;
	}
}

void lease_walked(struct lease *lease, uint64_t walk_tsc)
{
	if (lease->pending_ns && walk_tsc > lease->pending_tsc)
		went_out(lease, lease->pending_ns, lease->pending_tsc);
}

bool lease_over(const struct lease *lease, uint64_t now, uint64_t tsc)
{
	/* Either clock may be the one that stood still; a base in the future is a read on another CPU. */
	return (now > lease->base_ns && now - lease->base_ns >= lease->fence_ns) ||
	       tsc >= lease_end_tsc(lease);
}
