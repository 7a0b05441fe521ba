/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_VLAN_VLAN_OUTPUT_H
#define DATAPATH_VLAN_VLAN_OUTPUT_H

#include "datapath/vlan/vlan.h"
#include "datapath/worker/state.h"

#include <string.h>

/*
 * Puts the tags of a VLAN interface into a frame (mbuf.port: its logical port) and makes mbuf.port the port with the
 * device. False where that is no VLAN's, or its carrier has no device now. Worker thread.
 */
static inline bool vlan_push(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct worker_vlan *vlan;
	uint8_t *frame;

	if (mbuf->port < PORTS_MAX || mbuf->port >= LOGICAL_PORTS_MAX)
		return false;
	vlan = &state->vlans[mbuf->port - PORTS_MAX];
	if (unlikely(!vlan->tag_bytes || !(state->ports_seen >> vlan->carrier & 1)))
		return false;
	frame = (uint8_t *)rte_pktmbuf_prepend(mbuf, vlan->tag_bytes);
	if (unlikely(!frame))
		return false;
	memmove(frame, frame + vlan->tag_bytes, 2 * sizeof(struct rte_ether_addr));
	if (likely(vlan->tag_bytes == VLAN_TAG_BYTES))
		memcpy(frame + 2 * sizeof(struct rte_ether_addr), vlan->tags, VLAN_TAG_BYTES);
	else
		memcpy(frame + 2 * sizeof(struct rte_ether_addr), vlan->tags, vlan->tag_bytes);
	mbuf->port = vlan->carrier;
	vlan->sent_packets++;
	vlan->sent_bytes += rte_pktmbuf_pkt_len(mbuf);
	return true;
}

#endif
