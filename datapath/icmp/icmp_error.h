/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ICMP_ICMP_ERROR_H
#define DATAPATH_ICMP_ICMP_ERROR_H

/* Answers to packets that are dropped: ICMP errors (RFC 792, RFC 1812 4.3) and TCP resets (RFC 9293 3.5.2).
 */

#include "datapath/flow/flow_key.h"

#define ICMP_ERROR_UNREACHABLE         3
#define ICMP_ERROR_TIME_EXCEEDED       11
#define ICMP_CODE_TTL                  0
#define ICMP_CODE_FRAGMENTATION_NEEDED 4
#define ICMP_CODE_PROHIBITED           13
#define ICMP_SEND_RESET                255 /* in icmp_type: a TCP reset instead */

/* RFC 1812 4.3.2.3: as much of the packet as fits into 576 bytes. */
#define ICMP_ERROR_LENGTH_MAX 576

/* What node icmp_error shall answer to a packet that is diverted to it. mtu in host byte order, 0: none. */
static inline void icmp_error_request(struct rte_mbuf *mbuf, uint8_t type, uint8_t code, uint16_t mtu)
{
	struct parsed *parsed = parsed_of(mbuf);

	parsed->icmp_type = type;
	parsed->icmp_code = code;
	parsed->icmp_mtu = mtu;
}

static inline void icmp_error_request_reset(struct rte_mbuf *mbuf)
{
	icmp_error_request(mbuf, ICMP_SEND_RESET, 0, 0);
}

/*
 * Turns a packet (data at its IP header, checked by ipv4_parse) into the ICMP error about it, from the
 * address source (network byte order) to its sender. Returns 0 or -ENOSPC without headroom. Any thread that
 * owns the packet.
 */
int icmp_error_build(struct rte_mbuf *mbuf, uint8_t type, uint8_t code, uint16_t mtu, uint32_t source);

/*
 * Turns a TCP segment into the reset that refuses it. Returns 0, -EINVAL for a segment that is itself a
 * reset. Any thread that owns the packet.
 */
int tcp_reset_build(struct rte_mbuf *mbuf);

#endif
