/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_SWITCHOVER_SWITCHOVER_H
#define DATAPATH_SWITCHOVER_SWITCHOVER_H

/*
 * A planned change of the active node that loses no packet (C22-056 to C22-058; docs/high-availability.md).
 *
 * The node that yields goes on forwarding ("passing") what the switches still bring it, but with its own Ethernet address
 * as the source, so that no switch learns the shared one there again. The node that takes over announces the shared
 * address at once, and keeps what comes for it ("holding") until the other has forwarded its last packet and its last
 * record has been applied. So at any time one node forwards, and packets of a flow keep their order.
 *
 * Both are bounded by the workers' own clocks: passing by three quarters of PeerDead, holding by a whole one. It begins
 * later than passing, so that it also ends later.
 */

#include "datapath/core/datapath.h"

struct worker_state;

/* Written by the control thread, read by workers: TSC, 0 where not. */
struct switchover {
	_Atomic uint64_t passing_until, holding_until;
};
extern struct switchover switchover;

/* --- control thread: switchover.c */

/* This node is about to say that it yields: when it returns, no worker sends with the shared address any more. */
void switchover_pass(void);
/* This node is about to become active by the wish of one that yields. */
void switchover_hold(void);
bool switchover_passing(void);
bool switchover_holding(void);
/* datapath.active has just been set. */
void switchover_activity(bool active);
/* The peer has taken over: passing ends as soon as nothing comes any more. */
void switchover_peer_active(void);
/* Nothing may be forwarded from here on. */
void switchover_abort(void);
/* The peer's last record has come: holding ends once it is applied. */
void switchover_peer_ended(void);

/* --- worker: hold.c */

/* At the start of a walk, whose time is given. */
void switchover_refresh(struct worker_state *state, uint64_t now);
/* Frames came in by a port: takes those to be held, and notes others. Returns how many are left, in their order. */
uint16_t switchover_receive(struct worker_state *state, uint16_t port, struct rte_mbuf **frames,
                            uint16_t count);
/* Gives back, oldest first, up to BURST frames that were held. Returns how many. */
uint16_t switchover_release(struct worker_state *state, struct rte_mbuf **frames);
/* Posted, argument: struct worker_job *. It ends when nothing comes any more, or passing has ended. */
void switchover_await_quiet(struct worker *worker, void *argument);
/* After a walk. */
void switchover_walked(struct worker_state *state, uint64_t now);
/* A walk that took until now may still send what it has made. */
static inline bool switchover_in_time(uint64_t now)
{
	uint64_t until = atomic_load_explicit(&switchover.passing_until, memory_order_relaxed);

	return until == 0 || now < until;
}

#endif
