/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FRAGMENT_FRAGMENT_JUDGE_H
#define DATAPATH_FRAGMENT_FRAGMENT_JUDGE_H

/* What becomes of a fragment, on the worker that judges its packet (FragSettings, C28-010 to C28-021). */

#include "datapath/event/event.h"
#include "datapath/fragment/reassembly.h"
#include "datapath/worker/state.h"

enum fragment_fate {
	FRAGMENT_DROP,    /* counted */
	FRAGMENT_HELD,    /* until the first fragment comes */
	FRAGMENT_FORWARD, /* its key is that of its packet's flow */
	FRAGMENT_ERROR,   /* dropped; icmp_error_request has said what its sender is told */
};

/*
 * Judges a fragment (data at its IP header, checked by ipv4_parse or ipv6_parse; of IPv6 packet.transport is where the
 * fragment header stands). *index is where fragments wait that this one has freed: fragment_next returns them, and must
 * be called until it returns NULL. 0: none.
 */
enum fragment_fate fragment_judge(struct worker_state *state, struct rte_mbuf *mbuf, uint32_t *index);
struct rte_mbuf *fragment_next(struct worker_state *state, uint32_t index);

/* Ends what is overdue, some of it at a time. Every turn of the worker. */
void fragment_expire(struct worker_state *state);

/* The entry of the fragment's packet, a new one where there is none; REASSEMBLY_NONE: no room (C28-010). */
uint32_t fragment_enter(struct worker_state *state, const struct fragment *fragment);
/*
 * Ends a reassembly: what comes of it within seconds is dropped for the reason next; 0: that would begin it anew. What
 * waits is dropped now, and counted.
 */
void fragment_end(struct worker_state *state, uint32_t index, enum reassembly_state next, uint32_t seconds,
                  enum counter reason);

/* A fragment of a packet whose flow was refused is dropped by that: tells of it where that is wanted (C28-014). */
void fragment_refused(struct worker_state *state, struct rte_mbuf *mbuf);

/* An IPv6 packet that is its own only fragment. COUNTER_COUNT, or the reason to drop it (C28-021). */
enum counter fragment_atomic(struct worker_state *state, const struct rte_mbuf *mbuf, uint16_t interface);

/* --- fragment_events.c: what is logged
 * ------------------------------------------------------------------------------- */

/* NULL without a policy. */
const struct policy_fragments *fragment_settings(const struct worker_state *state);
void fragment_tell(struct worker_state *state, enum event_kind kind, const struct fragment *fragment);
/* A reassembly has ended without its packet: kind says why. */
void fragment_tell_failed(struct worker_state *state, enum event_kind kind,
                          const struct reassembly *reassembly);
/* The same for what is dropped because of the state that its packet is in. */
void fragment_tell_late(struct worker_state *state, const struct fragment *fragment,
                        const struct reassembly *reassembly);

#endif
