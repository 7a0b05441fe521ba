/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_IPV4_IPV4_CLASSIFY_H
#define DATAPATH_IPV4_IPV4_CLASSIFY_H

#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/length/length_limits.h"
#include "datapath/worker/state.h"

#include <netinet/in.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <stddef.h>

/*
 * The checks of ipv4_parse for what nearly all packets are, UDP or TCP without anything special, from a few
 * wide loads into registers and out by wide stores: a key put together from small stores would stall the hash
 * that reads it. False: ipv4_parse has to judge. All of the packet is in one piece, `length` bytes.
 */
static inline bool ipv4_parse_plain(const uint8_t *ip, uint32_t length, uint16_t interface,
                                    struct parsed *out, uint16_t *total_length)
{
	const uint32_t header = sizeof(struct rte_ipv4_hdr);
	uint32_t ports, source, destination, total, transport, protocol;
	uint64_t first, second, key[2], rest;
	uint16_t tail;

	if (unlikely(length < header + sizeof(struct rte_udp_hdr)))
		return false;
	memcpy(&first, ip, sizeof(first));
	memcpy(&second, ip + 8, sizeof(second));
	memcpy(&key[0], ip + 12, sizeof(key[0]));
	memcpy(&ports, ip + header, sizeof(ports));
	source = (uint32_t)key[0];
	destination = key[0] >> 32;
	total = rte_be_to_cpu_16(first >> 16 & 0xffff);
	protocol = second >> 8 & 0xff;
	if (unlikely((first & 0xff) != 0x45 || !ipv4_checksum_valid(ip) || total > length ||
	             source == destination ||
	             first >> 48 & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG) ||
	             !ipv4_address_valid(source) || !ipv4_address_valid(destination) || !(ports >> 16)))
		return false;
	if (protocol == IPPROTO_UDP) {
		memcpy(&tail, ip + 24, sizeof(tail));
		tail = rte_be_to_cpu_16(tail);
		if (unlikely(tail < sizeof(struct rte_udp_hdr) || tail + header > total))
			return false;
		rest = tail - sizeof(struct rte_udp_hdr);
	} else if (protocol == IPPROTO_TCP && length >= header + sizeof(struct rte_tcp_hdr)) {
		memcpy(&tail, ip + 32, sizeof(tail));
		transport = (tail & 0xf0) >> 2;
		/* Anything but ACK with or without PSH is worth the longer look. */
		if (unlikely((tail >> 8 & ~RTE_TCP_PSH_FLAG) != RTE_TCP_ACK_FLAG || !(ports & 0xffff) ||
		             transport < sizeof(struct rte_tcp_hdr) || transport + header > total))
			return false;
		rest = (total - header - transport) | (uint64_t)(tail >> 8) << 16;
	} else {
		return false;
	}
	key[1] = ports | (uint64_t)interface << 32 | (uint64_t)protocol << 48;
	memcpy(&out->key, key, sizeof(key));
	out->hash = flow_hash_words(key[0], key[1]);
	memcpy(&out->payload_length, &rest, sizeof(rest));
	*total_length = total;
	return true;
}
_Static_assert(offsetof(struct parsed, payload_length) + 8 == sizeof(struct parsed) &&
                   offsetof(struct parsed, tcp_flags) == offsetof(struct parsed, payload_length) + 2,
               "ipv4_parse_plain writes the rest as one word");

/*
 * Checks the packet, cuts off padding, and leaves its key and hashes in its private area. Returns
 * COUNTER_COUNT or the reason to drop it, or COUNTER_FRAGMENT_RECEIVED: node fragment_input judges it. Worker thread.
 */
static inline enum counter ipv4_classify(struct worker_state *state, struct rte_mbuf *mbuf,
                                         uint16_t interface)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	struct parsed *parsed = parsed_of(mbuf);
	uint32_t length = rte_pktmbuf_pkt_len(mbuf);
	uint16_t total = 0;

	if (unlikely(state->drop_ipv4))
		return COUNTER_DROP_IP_VERSION;
	if (unlikely(
	        rte_pktmbuf_data_len(mbuf) != length ||
	        !ipv4_parse_plain(ip, RTE_MIN(length, state->plain_length_max), interface, parsed, &total))) {
		enum counter reason =
		    ipv4_parse(ip, rte_pktmbuf_data_len(mbuf), length, interface, parsed, &total);

		if (reason != COUNTER_COUNT)
			return reason;
		if (length_limits_exceed(state, ip[offsetof(struct rte_ipv4_hdr, next_proto_id)],
		                         total - ((*ip & 0x0f) << 2)))
			return length_limits_exceeded(state, mbuf, interface);
		parsed->hash = flow_hash(&parsed->key);
	}
	if (unlikely(length > total) && rte_pktmbuf_trim(mbuf, length - total))
		return COUNTER_DROP_IPV4_LENGTH;
	rte_prefetch0(flow_bucket(state->flows, parsed->hash));
	return COUNTER_COUNT;
}

/* True where another worker owns the packet's flow. */
static inline bool ipv4_owned_elsewhere(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);

	if (datapath.worker_count <= 1)
		return false;
	packet->flow_hash = flow_symmetric_hash(&parsed_of(mbuf)->key);
	return flow_owner(packet->flow_hash) != state->worker->index;
}

#endif
