/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/nat/nat.h"
#include "datapath/tcp/relay.h"
#include "datapath/tcp/segment.h"

#include <rte_icmp.h>
#include <stddef.h>

#define ICMP_HEADER  8
#define QUOTED_LEAST 8 /* ports and sequence number */

static void mend(uint8_t *checksum, uint32_t change)
{
	uint16_t value;

	memcpy(&value, checksum, sizeof(value));
	value = nat_checksum(value, change);
	memcpy(checksum, &value, sizeof(value));
}

/*
 * Moves back what the relay has moved in a header of that sender's, of which present bytes are there (QUOTED_LEAST of
 * them at least). Returns by how much the sum of its words has grown, 0 where its own checksum makes up for it.
 */
static uint32_t restore(const struct flow *flow, unsigned sender, uint8_t *tcp, uint32_t present)
{
	uint32_t at =
	    sender ? offsetof(struct rte_tcp_hdr, sent_seq) : offsetof(struct rte_tcp_hdr, recv_ack);
	uint32_t before, after, change;

	/* Before the server has answered there is no difference. */
	if (flow->state == FLOW_STATELESS || flow->state == FLOW_TCP_INIT)
		return 0;
	if (sender == 0 && (present < sizeof(struct rte_tcp_hdr) ||
	                    !(tcp[offsetof(struct rte_tcp_hdr, tcp_flags)] & RTE_TCP_ACK_FLAG)))
		return 0;
	memcpy(&before, tcp + at, sizeof(before));
	after =
	    rte_cpu_to_be_32(rte_be_to_cpu_32(before) + (sender ? -flow->relay_delta : flow->relay_delta));
	memcpy(tcp + at, &after, sizeof(after));
	change = nat_address_change(before, after);
	if (present < offsetof(struct rte_tcp_hdr, cksum) + sizeof(uint16_t))
		return change;
	mend(tcp + offsetof(struct rte_tcp_hdr, cksum), change);
	return 0;
}

/* Where the transport header of the packet that an error is about begins; 0: it is not there. */
static uint32_t quoted_transport(struct rte_mbuf *mbuf, bool ipv6)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t inner, offset;
	uint8_t protocol;

	if (!ipv6) {
		inner = ((uint32_t)(ip[0] & 0x0f) << 2) + ICMP_HEADER;
		return inner + ((uint32_t)(ip[inner] & 0x0f) << 2);
	}
	inner = packet_of(mbuf)->addresses - (uint32_t)offsetof(struct rte_ipv6_hdr, src_addr);
	if (ipv6_skip_extensions(ip + inner, rte_pktmbuf_data_len(mbuf) - inner, &offset, &protocol) !=
	    COUNTER_COUNT)
		return 0;
	return inner + offset;
}

void tcp_relay_error(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf, bool ipv6)
{
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint32_t message = ipv6 ? packet_of(mbuf)->transport : (uint32_t)(ip[0] & 0x0f) << 2;
	uint32_t length = rte_pktmbuf_data_len(mbuf), at, change;

	if (!(flow->tcp & TCP_RELAYED) || mbuf->nb_segs != 1)
		return;
	at = quoted_transport(mbuf, ipv6);
	if (at == 0 || at + QUOTED_LEAST > length)
		return;
	change = restore(flow, !direction, ip + at, length - at);
	if (change)
		mend(ip + message + offsetof(struct rte_icmp_hdr, icmp_cksum), change);
}

void tcp_relay_undo(const struct flow *flow, struct rte_mbuf *mbuf)
{
	const struct parsed *parsed = parsed_of(mbuf);
	struct rte_tcp_hdr *tcp;

	if (!(flow->tcp & TCP_RELAYED) || parsed->flags & (PARSED_ICMP_ERROR | PARSED_FRAGMENT_LATER))
		return;
	tcp = tcp_header(mbuf, parsed->key.family == FLOW_IPV6);
	restore(flow, packet_of(mbuf)->direction, (uint8_t *)tcp, sizeof(*tcp));
}
