/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_IPV4_CLASSIFY_H
#define DATAPATH_IPV4_IPV4_CLASSIFY_H

#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/worker/state.h"

/*
 * Checks the packet, cuts off padding, and leaves its key and hashes in its private area. Returns
 * COUNTER_COUNT or the reason to drop it. Worker thread.
 */
static inline enum counter ipv4_classify(struct worker_state *state, struct rte_mbuf *mbuf,
                                         uint16_t interface)
{
	struct parsed *parsed = parsed_of(mbuf);
	uint32_t length = rte_pktmbuf_pkt_len(mbuf);
	uint16_t total = 0;
	enum counter reason = ipv4_parse(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf),
	                                 length, interface, parsed, &total);

	if (unlikely(reason != COUNTER_COUNT))
		return reason;
	if (unlikely(length > total) && rte_pktmbuf_trim(mbuf, length - total))
		return COUNTER_DROP_IPV4_LENGTH;
	parsed->hash = flow_hash(&parsed->key);
	rte_prefetch0(flow_bucket(state->flows, parsed->hash));
	return COUNTER_COUNT;
}

/* True where another worker owns the packet's flow. */
static inline bool ipv4_owned_elsewhere(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);

	if (datapath.worker_count <= 1)
		return false;
	packet->flow_hash = flow_symmetric_hash(&parsed_of(mbuf)->key);
	return flow_owner(packet->flow_hash) != state->worker->index;
}

#endif
