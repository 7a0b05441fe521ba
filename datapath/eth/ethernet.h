/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ETH_ETHERNET_H
#define DATAPATH_ETH_ETHERNET_H

/* Ethernet frames as they come in (C01-011). Pure; any thread. */

#include "datapath/vlan/vlan.h"
#include "datapath/worker/state.h"
#include "lib/heartbeat.h"
#include "lib/spare_link.h"

#define ETHERNET_MAC_MASK   0x0000ffffffffffffULL
#define ETHERNET_IPV6_GROUP 0x3333 /* the first two bytes (RFC 2464, 7) */

/* Where a frame goes. */
enum ethernet_verdict {
	ETHERNET_IPV4,
	ETHERNET_IPV6,
	ETHERNET_ARP,
	ETHERNET_HEARTBEAT,
	ETHERNET_SPARE_LINK,
	ETHERNET_TAGGED,
	ETHERNET_DROP
};

/*
 * Judges a frame of that length (all of it readable, bytes beyond are not touched). active: this node answers
 * to the shared address. *shared: it came for the shared address, for everyone or for a group of IPv6. *reason is set for
 * ETHERNET_DROP.
 */
static inline enum ethernet_verdict ethernet_judge(const uint8_t *frame, uint32_t length, uint64_t mac,
                                                   uint64_t shared_mac, bool active, bool *shared,
                                                   enum counter *reason)
{
	uint64_t destination, source;
	uint16_t type;

	*reason = COUNTER_DROP_ETHERNET_SHORT;
	if (unlikely(length < RTE_ETHER_HDR_LEN))
		return ETHERNET_DROP;
	__builtin_memcpy(&destination, frame, sizeof(destination));
	__builtin_memcpy(&source, frame + 6, sizeof(source));
	__builtin_memcpy(&type, frame + 12, sizeof(type));
	destination &= ETHERNET_MAC_MASK;
	source &= ETHERNET_MAC_MASK;

	*reason = COUNTER_DROP_ETHERNET_SOURCE;
	if (unlikely(source & 1 || source == 0))
		return ETHERNET_DROP;
	/* Heartbeats have addresses of their own. */
	if (unlikely(type == RTE_BE16(HEARTBEAT_ETHERTYPE)))
		return ETHERNET_HEARTBEAT;
	*shared = destination == shared_mac;
	if (unlikely(destination != mac && !*shared)) {
		/* Between the addresses of the heartbeats. */
		if (type == RTE_BE16(SPARE_LINK_ETHERTYPE))
			return ETHERNET_SPARE_LINK;
		*reason = COUNTER_DROP_ETHERNET_DESTINATION;
		if (destination != ETHERNET_MAC_MASK &&
		    ((destination & 0xffff) != ETHERNET_IPV6_GROUP ||
		     (type != RTE_BE16(RTE_ETHER_TYPE_IPV6) && !vlan_is_tag(type))))
			return ETHERNET_DROP;
		*shared = true;
	} else if (unlikely(*shared && !active && shared_mac != mac)) {
		*reason = COUNTER_DROP_INACTIVE;
		return ETHERNET_DROP;
	}
	if (likely(type == RTE_BE16(RTE_ETHER_TYPE_IPV4)))
		return ETHERNET_IPV4;
	*reason = COUNTER_DROP_ETHERTYPE;
	if (type == RTE_BE16(RTE_ETHER_TYPE_IPV6))
		return ETHERNET_IPV6;
	if (vlan_is_tag(type))
		return ETHERNET_TAGGED;
	/* Where the nodes use their devices' addresses, for everything. */
	if (type == RTE_BE16(SPARE_LINK_ETHERTYPE) && mac == shared_mac)
		return ETHERNET_SPARE_LINK;
	return type == RTE_BE16(RTE_ETHER_TYPE_ARP) ? ETHERNET_ARP : ETHERNET_DROP;
}

/* Takes the header off a frame that is no shorter. */
static inline void ethernet_pull(struct rte_mbuf *mbuf)
{
	mbuf->data_off += RTE_ETHER_HDR_LEN;
	mbuf->data_len -= RTE_ETHER_HDR_LEN;
	mbuf->pkt_len -= RTE_ETHER_HDR_LEN;
}

/* The link state of an adjacency; 0 and others that are not resolved lack ADJACENCY_RESOLVED. */
static inline uint64_t adjacency_link(uint32_t adjacency)
{
	return atomic_load_explicit(&datapath.adjacencies[adjacency].link, memory_order_acquire);
}

/* Puts the header of a frame before the packet; both addresses in the low 48 bits, type in network byte order.
 * Headroom is every pool's. */
static inline void ethernet_push(struct rte_mbuf *mbuf, uint64_t destination, uint64_t source, uint16_t type)
{
	uint64_t first = (destination & ETHERNET_MAC_MASK) | source << 48;
	uint32_t second = source >> 16;
	uint8_t *frame;

	mbuf->data_off -= RTE_ETHER_HDR_LEN;
	mbuf->data_len += RTE_ETHER_HDR_LEN;
	mbuf->pkt_len += RTE_ETHER_HDR_LEN;
	frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	__builtin_memcpy(frame, &first, sizeof(first));
	__builtin_memcpy(frame + 8, &second, sizeof(second));
	__builtin_memcpy(frame + 12, &type, sizeof(type));
}

#endif
