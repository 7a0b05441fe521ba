/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_REPLICATION_DELAY_H
#define CLUSTER_REPLICATION_DELAY_H

/*
 * How old records are when the inactive node's datapath has them. The nodes' clocks have nothing in common, so the active node
 * reads its own twice: each batch says when its oldest record was made, and once a second the inactive node sends that time back,
 * with the time added for which it kept it (as RTCP does, RFC 3550, section 6.4.1). What passes until that is read is the delay and
 * the way back. Times are of clock_stamp() (lib/clock.h). Pure; one thread.
 */

#include <stdint.h>

#define DELAY_VALID_MS 3000

struct delay {
	uint32_t received;            /* what the batch that came last says; 0: it does not */
	uint32_t applied, applied_at; /* 0: none since the last echo */
	uint32_t latest_us;
	uint64_t measured_ms; /* of clock_now_ms; 0: never */
};

/* The inactive node: the batch that came last is its datapath's. */
void delay_applied(struct delay *delay, uint32_t now);
/* What goes back to the peer; 0: nothing came since. */
uint32_t delay_echo(struct delay *delay, uint32_t now);
/* The active node: the peer's echo. */
void delay_heard(struct delay *delay, uint32_t echo, uint32_t now, uint64_t now_ms);
/* Microseconds as they were last measured; 0: nothing was mirrored in the last DELAY_VALID_MS. */
uint32_t delay_us(const struct delay *delay, uint64_t now_ms);

#endif
