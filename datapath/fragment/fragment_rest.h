/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FRAGMENT_FRAGMENT_REST_H
#define DATAPATH_FRAGMENT_FRAGMENT_REST_H

/*
 * What follows the first fragment of a packet in its flow goes the way that one went: where the flow has dropped it, for its
 * TCP numbers, say, nobody could put the others together. The worker that owns the flow remembers the last of such packets.
 * Worker thread.
 */

#include "datapath/worker/state.h"

#include <rte_mbuf.h>

/* A first fragment (data at its IP header) was forwarded by its flow, or dropped. */
void fragment_rest_decide(struct worker_state *state, struct rte_mbuf *mbuf, bool dropped);
/* The first one of a later fragment was dropped. */
bool fragment_rest_dropped(const struct worker_state *state, struct rte_mbuf *mbuf);

#endif
