/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_LENGTH_LENGTH_LIMITS_H
#define DATAPATH_LENGTH_LENGTH_LIMITS_H

/*
 * How many bytes a packet may have behind its IP header and, of IPv6, its extension headers, by its protocol
 * (LengthLimSettings, C28-005 to C28-009). Of a fragment, where it ends in the whole packet counts. Worker thread.
 */

#include "datapath/worker/state.h"

/* Takes the limits of a policy, NULL: none. */
void length_limits_set(struct worker_state *state, const struct policy_length_limits *limits);

/* An oversized packet (data at its IP header, which is whole): tells of it where that is wanted; returns its counter. */
enum counter length_limits_exceeded(struct worker_state *state, const struct rte_mbuf *mbuf,
                                    uint16_t interface);

/* Whether so many bytes behind these headers are too many. */
static inline bool length_limits_exceed(const struct worker_state *state, uint8_t protocol, uint32_t length)
{
	return length > state->length_limit[protocol];
}

#endif
