/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV6_IPV6_CLASSIFY_H
#define DATAPATH_IPV6_IPV6_CLASSIFY_H

#include "datapath/flow/flow.h"
#include "datapath/fragment/fragment_judge.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/length/length_limits.h"

#include <netinet/in.h>

/*
 * Checks the packet, cuts off padding, and leaves its key, hashes and the places of its headers in its private area.
 * Returns COUNTER_COUNT or the reason to drop it, or COUNTER_FRAGMENT_RECEIVED: node fragment_input judges it. Worker thread.
 */
static inline enum counter ipv6_classify(struct worker_state *state, struct rte_mbuf *mbuf,
                                         uint16_t interface)
{
	struct packet *packet = packet_of(mbuf);
	struct parsed *parsed = parsed_of(mbuf);
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t present = rte_pktmbuf_data_len(mbuf), length = rte_pktmbuf_pkt_len(mbuf);
	struct ipv6_layout layout;

	if (unlikely(state->drop_ipv6))
		return COUNTER_DROP_IP_VERSION;
	if (unlikely(present != length || !ipv6_parse_plain(ip, length, interface, parsed, &layout))) {
		enum counter reason = ipv6_parse(ip, present, length, interface, parsed, &layout);

		if (reason == COUNTER_FRAGMENT_RECEIVED)
			packet->transport = layout.transport;
		else if (reason == COUNTER_COUNT && layout.atomic)
			reason = fragment_atomic(state, mbuf, interface);
		if (reason != COUNTER_COUNT)
			return reason;
		parsed->hash = flow_hash(&parsed->key);
	}
	if (length_limits_exceed(state,
	                         parsed->flags & PARSED_ICMP_ERROR ? IPPROTO_ICMPV6 : parsed->key.protocol,
	                         layout.total - layout.transport))
		return length_limits_exceeded(state, mbuf, interface);
	packet->addresses = layout.addresses;
	packet->transport = layout.transport;
	if (rte_pktmbuf_pkt_len(mbuf) > layout.total &&
	    rte_pktmbuf_trim(mbuf, rte_pktmbuf_pkt_len(mbuf) - layout.total))
		return COUNTER_DROP_IPV6_LENGTH;
	rte_prefetch0(flow_bucket(state->flows, parsed->hash));
	return COUNTER_COUNT;
}

/* True where another worker owns the packet's flow. */
static inline bool ipv6_owned_elsewhere(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	struct flow_addresses addresses;

	if (datapath.worker_count <= 1)
		return false;
	addresses = flow_addresses_of(mbuf);
	packet->flow_hash = flow_symmetric_hash_ipv6(&parsed_of(mbuf)->key, &addresses);
	return flow_owner(packet->flow_hash) != state->worker->index;
}

#endif
