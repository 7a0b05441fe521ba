/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FRAGMENT_TESTING_H
#define DATAPATH_FRAGMENT_TESTING_H

/* What the tests of fragments share. One thread. */

#include "datapath/event/event.h"
#include "datapath/fragment/reassembly.h"
#include "datapath/testing/fixture_ipv6.h"
#include "lib/testing.h"

#include <netinet/in.h>

/* The defaults of FragSettings, with all that is logged. */
static const struct policy_fragments defaults = {.reassemblies_max = 1024,
                                                 .timeout = 65,
                                                 .time_limit = 90,
                                                 .done_linger = 20,
                                                 .illegal_linger = 60,
                                                 .length_min = 8,
                                                 .length_min_ipv6 = 640,
                                                 .duplicate_samples = 8,
                                                 .illegal = POLICY_ILLEGAL_DROP_LOG,
                                                 .failed_log = POLICY_REASSEMBLY_LOG_SUSPECT_SUBSEQUENT,
                                                 .dropped_log = POLICY_FRAGMENT_LOG_SUSPECT,
                                                 .duplicate_log = POLICY_FRAGMENT_LOG_SUSPECT,
                                                 .icmp = POLICY_UNUSUAL_DROP_LOG};

static inline void apply(struct policy_fragments wanted)
{
	struct policy_builder *builder = fixture_ipv6_policy();

	policy_builder_settings(builder)->fragments = wanted;
	fixture_rule(builder, 0, 0, SERVER, IPPROTO_UDP, 666, POLICY_DENY, true);
	fixture_rule(builder, 0, 0, 0, 0, 0, POLICY_ALLOW, false);
	fixture_ipv6_rule(builder, POLICY_ALLOW, false, POLICY_SOURCE_KEEP);
	fixture_apply(builder);
	fixture_walk();
}

static inline void setup(void)
{
	fixture_ipv6_setup();
	apply(defaults);
}

/* A fragment of a UDP datagram of 40 bytes: its payload's bytes tell where they stand. */
static inline struct rte_mbuf *part(uint16_t identification, uint16_t port, uint32_t offset, uint16_t length,
                                    bool more)
{
	struct rte_mbuf *mbuf = fixture_ip(CLIENT, SERVER, IPPROTO_UDP, length);
	struct rte_ipv4_hdr *header = fixture_header(mbuf);
	uint8_t *data = (uint8_t *)(header + 1);

	for (uint32_t i = 0; i < length; i++)
		data[i] = (uint8_t)((offset + i) / 8);
	if (offset == 0 && length >= 8)
		memcpy(data, (uint8_t[]){0x10, 1, port >> 8, port & 0xff, 0, 40, 0, 0}, 8);
	header->packet_id = rte_cpu_to_be_16(identification);
	header->fragment_offset = rte_cpu_to_be_16(offset / 8 | (more ? RTE_IPV4_HDR_MF_FLAG : 0));
	fixture_checksum(mbuf);
	return mbuf;
}

static inline struct rte_mbuf *first(uint16_t identification)
{
	return part(identification, 53, 0, 16, true);
}
static inline struct rte_mbuf *middle(uint16_t identification)
{
	return part(identification, 53, 16, 16, true);
}
static inline struct rte_mbuf *last(uint16_t identification)
{
	return part(identification, 53, 32, 8, false);
}

static inline bool passes(struct rte_mbuf *mbuf)
{
	struct rte_mbuf *out = fixture_pass(LAN, mbuf, WAN);

	rte_pktmbuf_free(out);
	return out != NULL;
}

/* A fragment of a UDP datagram of 1288 bytes. */
static inline struct rte_mbuf *part_ipv6(uint32_t offset, uint16_t length, bool more)
{
	struct rte_mbuf *mbuf = fixture_ipv6(CLIENT6, SERVER6, IPPROTO_UDP, length);
	uint8_t *data = (uint8_t *)(fixture_ipv6_header(mbuf) + 1);

	memset(data, 1, length);
	if (offset == 0)
		memcpy(data, (uint8_t[]){0x10, 1, 0, 53, 5, 8, 0, 0}, 8);
	return fixture_ipv6_extend(mbuf, IPPROTO_FRAGMENT, offset >> 8, (offset & 0xf8) | more);
}

static inline bool passes_ipv6(struct rte_mbuf *mbuf)
{
	struct rte_mbuf *out = fixture_ipv6_pass(LAN, mbuf, WAN);

	rte_pktmbuf_free(out);
	return out != NULL;
}

/* The next that left by WAN starts so far in its datagram. */
static inline void expect_sent(uint32_t offset)
{
	struct rte_mbuf *mbuf = fixture_sent(WAN);
	struct rte_ipv4_hdr header;

	ck_assert_ptr_nonnull(mbuf);
	memcpy(&header, rte_pktmbuf_mtod_offset(mbuf, void *, RTE_ETHER_HDR_LEN), sizeof(header));
	ck_assert_uint_eq((rte_be_to_cpu_16(header.fragment_offset) & RTE_IPV4_HDR_OFFSET_MASK) * 8U, offset);
	ck_assert_uint_eq(header.time_to_live, 63);
	ck_assert_uint_eq(rte_raw_cksum(&header, sizeof(header)), 0xffff);
	rte_pktmbuf_free(mbuf);
}

static inline int next_event(void)
{
	struct event event;

	return rte_ring_sc_dequeue_elem(datapath.workers[0]->events, &event, sizeof(event)) ? -1 : event.kind;
}

#endif
