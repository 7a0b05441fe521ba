/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_FORWARD_H
#define DATAPATH_FLOW_FLOW_FORWARD_H

/*
 * What is done to packets of known flows, one piece for both families. flow_forward.c is the fast way, with the family
 * as a constant; flow_special.c is what one test there sets apart: every feature that most packets do without.
 */

#include "datapath/flow/flow.h"
#include "datapath/ipv4/ipv4_output.h"
#include "datapath/ipv6/ipv6_output.h"
#include "datapath/nat/nat.h"

/* Edges of flow_forward and ipv6_forward. FORWARD_ERROR: icmp_error_request has said which. */
enum forward_edge {
	FORWARD_TRANSMIT,
	FORWARD_CONTROL,
	FORWARD_SETUP,
	FORWARD_ERROR,
	FORWARD_DROP,
	FORWARD_FRAGMENT
};

/* One more packet of a direction (C01-013). */
static inline void forward_account(struct worker_state *state, struct flow_direction *direction,
                                   const struct rte_mbuf *mbuf)
{
	direction->last_seen = state->now;
	direction->packets++;
	direction->bytes += rte_pktmbuf_pkt_len(mbuf);
}

/* TTL or hop limit of a packet with its data at the IP header. */
static inline uint8_t forward_hops(const struct rte_mbuf *mbuf, bool ipv6)
{
	return ipv6 ? rte_pktmbuf_mtod(mbuf, const struct rte_ipv6_hdr *)->hop_limits
	            : rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *)->time_to_live;
}

/* One hop less; there is one. */
static inline void forward_hop(const struct worker_state *state, struct rte_mbuf *mbuf, bool ipv6)
{
	if (ipv6)
		rte_pktmbuf_mtod(mbuf, struct rte_ipv6_hdr *)->hop_limits--;
	else
		ipv4_hop(rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *), rte_pktmbuf_pkt_len(mbuf),
		         state->strip_df_below);
}

/*
 * A packet (data at its IP header, of either family) of the flow and direction that struct packet names, with all that
 * may be special about it: decisions that do not hold any more, the host, TCP's states, limits, errors, a neighbour
 * that is not known. Worker thread. Returns its edge; what is dropped is counted.
 */
rte_edge_t flow_forward_special(struct worker_state *state, struct rte_mbuf *mbuf);

#endif
