/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ICMP_ICMPV6_ERROR_H
#define DATAPATH_ICMP_ICMPV6_ERROR_H

/* Answers to IPv6 packets that are dropped: ICMPv6 errors (RFC 4443) and TCP resets; see icmp_error.h. */

#include "datapath/icmp/icmp_error.h"

#define ICMPV6_ERROR_UNREACHABLE   1
#define ICMPV6_ERROR_TOO_BIG       2
#define ICMPV6_ERROR_TIME_EXCEEDED 3
#define ICMPV6_ERROR_PARAMETER     4
#define ICMPV6_CODE_HEADER_FIELD   0 /* of parameter problem; the MTU is where the field stands */
#define ICMPV6_CODE_PROHIBITED     1 /* of unreachable */
#define ICMPV6_CODE_HOP_LIMIT      0 /* of time exceeded */

/* RFC 4443 2.4 (c): as much of the packet as fits into the smallest MTU that IPv6 knows. */
#define ICMPV6_ERROR_LENGTH_MAX 1280

/* The checksum of length bytes of that protocol behind the header (RFC 8200 8.1), where the field itself is 0. */
uint16_t ipv6_checksum(const void *ip, const void *transport, uint16_t length, uint8_t protocol);

/*
 * Turns a packet (data at its IP header, checked by ipv6_parse) into the ICMPv6 error about it, from the address
 * source to its sender. Returns 0 or -ENOSPC without headroom. Any thread that owns the packet.
 */
int icmpv6_error_build(struct rte_mbuf *mbuf, uint8_t type, uint8_t code, uint32_t mtu,
                       const uint8_t source[16]);

/* As tcp_reset_build. */
int tcp_reset_build_ipv6(struct rte_mbuf *mbuf);

#endif
