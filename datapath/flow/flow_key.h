/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_KEY_H
#define DATAPATH_FLOW_FLOW_KEY_H

/* What names one direction of a flow (C01-013), and its hashes. Pure; any thread once flow_hash_start has
 * run. */

#include "datapath/core/datapath.h"

#include <stdint.h>
#include <string.h>

/*
 * An ICMP query has the identifier as its source port and its type and code as its destination port, an answer the
 * other way round with the query's type, so that an answer never counts as a query of the other side. Messages of all
 * other types have the source port 0.
 */
#define FLOW_ICMP_NO_QUERY 255

#define FLOW_IPV4 0
#define FLOW_IPV6 6

/*
 * A key of IPv6 has a fingerprint of both addresses in place of them, so that keys of both families are two words and
 * IPv4 pays nothing. The addresses themselves stand once in the flow, and each packet's are compared with them.
 */
struct flow_key {
	uint32_t source, destination;           /* network byte order; IPv6: flow_fingerprint */
	uint16_t source_port, destination_port; /* network byte order; 0 where the protocol has none */
	uint16_t interface; /* the packet comes in by it; POLICY_INTERFACE_CORE: from the host */
	uint8_t protocol;
	uint8_t family; /* FLOW_IPV4, FLOW_IPV6 */
};
_Static_assert(sizeof(struct flow_key) == 16, "compared as two words");

/* As in an IPv6 header. */
struct flow_addresses {
	uint8_t source[16], destination[16];
};

/* What the headers of a packet say, in struct packet's worker_private. */
struct parsed {
	struct flow_key key;
	uint64_t hash;           /* flow_hash of key */
	uint16_t payload_length; /* behind the transport header */
	uint8_t tcp_flags;
	uint8_t flags;     /* PARSED_... */
	uint8_t icmp_type; /* of the error to send, set where a packet is diverted to node icmp_error */
	uint8_t icmp_code;
	uint16_t icmp_mtu; /* host byte order */
};
_Static_assert(sizeof(struct parsed) == sizeof(((struct packet *)0)->worker_private),
               "lies in struct packet");

#define PARSED_ICMP_ERROR       0x01 /* an ICMP error; key is that of the embedded packet's answers */
#define PARSED_ICMP_ALONE       0x02 /* an ICMP error that belongs to no flow, or that has none by its type */
#define PARSED_OPTIONS          0x04 /* its IPv4 header has options */
#define PARSED_FRAGMENT         0x08 /* a fragment that was judged (datapath/fragment) */
#define PARSED_FRAGMENT_LATER   0x10 /* not the first: there is no transport header; key is the first one's */
#define PARSED_FRAGMENT_SUSPECT 0x20 /* an illegal fragment of its packet was dropped */

static inline struct parsed *parsed_of(struct rte_mbuf *mbuf)
{
	return (struct parsed *)packet_of(mbuf)->worker_private;
}

static inline uint16_t flow_icmp_port(uint8_t type, uint8_t code)
{
	return rte_cpu_to_be_16((uint16_t)(type << 8 | code));
}

/* Of a key of a flow's original direction; of an answer they say nothing. */
static inline uint8_t flow_icmp_type(const struct flow_key *key)
{
	return rte_be_to_cpu_16(key->destination_port) >> 8;
}

static inline uint8_t flow_icmp_code(const struct flow_key *key)
{
	return rte_be_to_cpu_16(key->destination_port) & 0xff;
}

/* The type of the query that a message of that type is or answers, or FLOW_ICMP_NO_QUERY. */
uint8_t flow_icmp_query(uint8_t type, bool ipv6);

/* The ports of the key of a message, of which eight bytes are there. */
void flow_icmp_ports(const uint8_t *message, bool ipv6, uint16_t ports[2]);

static inline void flow_key_words(const struct flow_key *key, uint64_t words[2])
{
	memcpy(words, key, sizeof(*key));
}

static inline bool flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
	uint64_t x[2], y[2];

	flow_key_words(a, x);
	flow_key_words(b, y);
	return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
}

/* The key of the answers to IPv4 packets with this key that leave by the given interface, without translation. */
static inline struct flow_key flow_key_reply(const struct flow_key *key, uint16_t interface)
{
	return (struct flow_key){.source = key->destination,
	                         .destination = key->source,
	                         .source_port = key->destination_port,
	                         .destination_port = key->source_port,
	                         .interface = interface,
	                         .protocol = key->protocol};
}

/*
 * Secret and random in each process: nobody outside can choose packets that meet in one bucket. The last two, of
 * the symmetric hash, are the same on both nodes of a cluster, so that both find both directions of a translated
 * flow on one worker.
 */
extern uint64_t flow_hash_secret[5];
/* Of SYN cookies (datapath/tcp/cookie.h); the same on both nodes of a cluster. */
extern uint64_t flow_cookie_key[2];

/*
 * Draws the secret once; cluster_secret (32 bytes, or NULL without a cluster) is where the symmetric hash takes its
 * own from. Control thread, before the first worker. Returns 0 or -errno.
 */
int flow_hash_start(const uint8_t *cluster_secret);

static inline uint64_t flow_hash_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t flow_hash_words(uint64_t first, uint64_t second)
{
	return flow_hash_fold(flow_hash_fold(first ^ flow_hash_secret[0], second ^ flow_hash_secret[1]),
	                      flow_hash_secret[2]);
}

static inline uint64_t flow_hash(const struct flow_key *key)
{
	uint64_t words[2];

	flow_key_words(key, words);
	return flow_hash_words(words[0], words[1]);
}

/* Order counts: that of the answers is another. */
static inline uint64_t flow_fingerprint(const struct flow_addresses *addresses)
{
	uint64_t words[4];

	memcpy(words, addresses, sizeof(words));
	return flow_hash_fold(flow_hash_fold(words[0] ^ flow_hash_secret[1], words[1] ^ flow_hash_secret[0]) ^
	                          flow_hash_secret[2],
	                      flow_hash_fold(words[2] ^ flow_hash_secret[0], words[3] ^ flow_hash_secret[2]) ^
	                          flow_hash_secret[1]);
}

/* Makes a key one of IPv6 between these addresses. */
static inline void flow_key_set_ipv6(struct flow_key *key, const struct flow_addresses *addresses)
{
	uint64_t fingerprint = flow_fingerprint(addresses);

	memcpy(&key->source, &fingerprint, sizeof(fingerprint));
	key->family = FLOW_IPV6;
}

static inline struct flow_addresses flow_addresses_reversed(const struct flow_addresses *addresses)
{
	struct flow_addresses reversed;

	memcpy(reversed.source, addresses->destination, sizeof(reversed.source));
	memcpy(reversed.destination, addresses->source, sizeof(reversed.destination));
	return reversed;
}

/* As flow_key_reply, of a key between these addresses. */
static inline struct flow_key flow_key_reply_ipv6(const struct flow_key *key,
                                                  const struct flow_addresses *addresses, uint16_t interface)
{
	struct flow_addresses reversed = flow_addresses_reversed(addresses);
	struct flow_key reply = flow_key_reply(key, interface);

	flow_key_set_ipv6(&reply, &reversed);
	return reply;
}

/* As flow_symmetric_hash below, of a key between these addresses. */
static inline uint32_t flow_symmetric_hash_ipv6(const struct flow_key *key,
                                                const struct flow_addresses *addresses)
{
	uint64_t words[4], a, b;

	if (unlikely(!key->source_port && !key->destination_port))
		return flow_hash_fold(key->protocol ^ flow_hash_secret[3], flow_hash_secret[4]) >> 32;
	memcpy(words, addresses, sizeof(words));
	a = flow_hash_fold(words[0] ^ flow_hash_secret[3], words[1] ^ flow_hash_secret[4]) + key->source_port;
	b = flow_hash_fold(words[2] ^ flow_hash_secret[3], words[3] ^ flow_hash_secret[4]) +
	    key->destination_port;
	return flow_hash_fold((a + b) ^ flow_hash_secret[3], (a ^ b) ^ flow_hash_secret[4] ^ key->protocol) >>
	       32;
}

/*
 * Equal for both directions, whatever the interfaces. Flows of a protocol without ports are equal by it too: where one
 * is translated, its answers must be met by the same worker, and there is no port to choose so that they are.
 */
static inline uint32_t flow_symmetric_hash(const struct flow_key *key)
{
	if (!key->source_port && !key->destination_port)
		return flow_hash_fold(key->protocol ^ flow_hash_secret[3], flow_hash_secret[4]) >> 32;
	uint64_t a = (uint64_t)key->source << 16 | key->source_port;
	uint64_t b = (uint64_t)key->destination << 16 | key->destination_port;
	uint64_t low = a < b ? a : b, high = a < b ? b : a;

	return flow_hash_fold(flow_hash_fold(low ^ flow_hash_secret[3], high ^ flow_hash_secret[4]) ^
	                          key->protocol,
	                      flow_hash_secret[4]) >>
	       32;
}

/*
 * Flows are dealt out to workers in shares. Both directions of a flow belong to one share, also where they are
 * translated (nat_allocate sees to it), and so to one worker, however many a node has.
 */
#define FLOW_SHARES 16

static inline unsigned flow_share(uint32_t symmetric_hash)
{
	return symmetric_hash / (UINT32_MAX / FLOW_SHARES + 1);
}

/* The index of the worker that owns flows with that symmetric hash. */
static inline unsigned flow_owner(uint32_t symmetric_hash)
{
	return flow_share(symmetric_hash) * datapath.worker_count / FLOW_SHARES;
}

#endif
