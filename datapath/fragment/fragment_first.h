/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FRAGMENT_FRAGMENT_FIRST_H
#define DATAPATH_FRAGMENT_FRAGMENT_FIRST_H

#include "datapath/fragment/fragment.h"
#include "datapath/worker/state.h"

/*
 * Reads the first fragment of a packet (data at its IP header): its transport header, which has to be whole in it (RFC
 * 1858, RFC 7112), says which flow all of them belong to. total: bytes of the packet's payload, 0: not known yet; *least:
 * that it has at least. The payload of a TCP segment is the whole one's, or what it may have at most. Returns
 * COUNTER_COUNT or the reason to drop the packet, fragmented ICMP among them (C28-016). Worker thread.
 */
enum counter fragment_first(struct worker_state *state, struct rte_mbuf *mbuf,
                            const struct fragment *fragment, uint32_t total, struct parsed *out,
                            uint32_t *least);

#endif
