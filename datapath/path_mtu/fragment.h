/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PATH_MTU_FRAGMENT_H
#define DATAPATH_PATH_MTU_FRAGMENT_H

/* Makes fragments of a packet that the next link does not take (C28-028, C28-029). */

#include <rte_mbuf.h>
#include <stdint.h>

/* Fragments of one packet at most: one of 65,535 bytes for a link of 576. */
#define FRAGMENTS_MAX 120

/*
 * Copies a packet (data at its IP header, checked by ipv4_parse) into fragments of mtu bytes at most, none with DF,
 * each in one piece. identification (host byte order) is theirs where the packet has none: a host need not choose one
 * for a packet with DF (RFC 6864 4.1). The packet stays the caller's; its DF may be cleared. Returns how many there are
 * in out, which the caller owns, or -ENOMEM, -EMSGSIZE where there would be too many. Any thread.
 */
int fragment_ipv4(struct rte_mbuf *mbuf, uint16_t mtu, uint16_t identification, struct rte_mempool *pool,
                  struct rte_mbuf *out[FRAGMENTS_MAX]);

/*
 * The same of IPv6 (RFC 8200 4.5), checked by ipv6_parse: each fragment gets a fragment header with that
 * identification. Also -EBADMSG where the packet has no place for one.
 */
int fragment_ipv6(struct rte_mbuf *mbuf, uint16_t mtu, uint32_t identification, struct rte_mempool *pool,
                  struct rte_mbuf *out[FRAGMENTS_MAX]);

#endif
