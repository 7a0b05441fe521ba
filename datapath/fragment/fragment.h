/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FRAGMENT_FRAGMENT_H
#define DATAPATH_FRAGMENT_FRAGMENT_H

/*
 * What a fragment's headers say (RFC 791, RFC 8200 4.5), the same for both families, and which worker judges it: all
 * fragments of a packet meet on one, whatever ports their packet has. Pure; any thread once flow_hash_start has run.
 */

#include "datapath/core/counters.h"
#include "datapath/flow/flow_key.h"

#include <rte_ip.h>

#define IPV6_FRAGMENT_HEADER 8

/*
 * What fragments of one packet have in common. The interface too: who sends by another one must not put anything into
 * a packet whose first fragment has passed the rules of this one.
 */
struct fragment_key {
	uint8_t source[16], destination[16]; /* IPv4: the first four bytes, the others 0 */
	uint32_t identification;             /* host byte order */
	uint16_t interface;
	uint8_t protocol; /* IPv4 only; of IPv6 the first fragment's counts */
	uint8_t version;  /* 4 or 6 */
};
_Static_assert(sizeof(struct fragment_key) == 40, "hashed and compared as five words");

struct fragment {
	struct fragment_key key;
	uint32_t offset;  /* bytes in the packet's payload; a multiple of 8 */
	uint32_t length;  /* bytes of that payload */
	uint32_t data;    /* where they stand, from the IP header on */
	uint32_t total;   /* bytes of the IP packet that the fragment is; what is behind is padding */
	uint8_t protocol; /* of the payload */
	bool more;        /* it is not the last */
};

/*
 * Reads a packet that ipv4_parse found to be a fragment, and one that ipv6_parse did, with its fragment header at
 * that place. interface is what it came in by.
 */
struct fragment fragment_read_ipv4(const uint8_t *ip, uint16_t interface);
struct fragment fragment_read_ipv6(const uint8_t *ip, uint32_t header, uint16_t interface);

/*
 * COUNTER_COUNT, or the counter of a fragment that no host makes: no data, data behind the largest packet, or a length
 * that leaves the next one no place (all but the last are multiples of 8).
 */
enum counter fragment_check(const struct fragment *fragment);

static inline uint64_t fragment_hash(const struct fragment_key *key)
{
	uint64_t words[5];

	memcpy(words, key, sizeof(words));
	return flow_hash_fold(flow_hash_words(words[0], words[1]) ^ flow_hash_secret[0],
	                      flow_hash_fold(flow_hash_words(words[2], words[3]) ^ flow_hash_secret[1],
	                                     words[4] ^ flow_hash_secret[2]));
}

static inline unsigned fragment_owner(uint64_t hash)
{
	return flow_owner(hash >> 32);
}

/*
 * A keyed digest of samples places of four bytes in length bytes of a packet from data on, of all bytes where there
 * are no more. The seed says which places, and is secret: two fragments differ by it only where their data does, and
 * whoever changes data does not know which (C28-012).
 */
uint64_t fragment_digest(const struct rte_mbuf *mbuf, uint32_t data, uint32_t length, uint16_t samples,
                         uint64_t seed);

#endif
