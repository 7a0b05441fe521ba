/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_SEGMENT_H
#define DATAPATH_TCP_SEGMENT_H

/* The TCP segment that a packet carries. Worker thread. */

#include "datapath/tcp/sequence.h"

#include <rte_ip.h>
#include <rte_mbuf.h>

/* The TCP header of a packet (data at its IP header) whose headers were checked. */
static inline struct rte_tcp_hdr *tcp_header(struct rte_mbuf *mbuf, bool ipv6)
{
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);

	return (struct rte_tcp_hdr *)(ip + (ipv6 ? packet_of(mbuf)->transport : (*ip & 0x0f) << 2));
}

/*
 * Reads it, and of a SYN what it offers (*options, else empty). Returns COUNTER_COUNT, or COUNTER_DROP_TCP_OPTIONS
 * where a SYN has options that no TCP sends.
 */
enum counter tcp_segment_read(struct rte_mbuf *mbuf, struct tcp_segment *out, struct tcp_options *options);

#endif
