/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/transport_parse.h"

#include <rte_tcp.h>
#include <rte_udp.h>

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_ACK 0x10

/* Combinations that no TCP sends: none at all, two of SYN, FIN and RST, FIN or nothing known without ACK (RFC 9293
 * 3.10.7). */
static bool tcp_flags_valid(uint8_t flags)
{
	uint8_t control = flags & (TCP_SYN | TCP_FIN | TCP_RST);

	if (control & (control - 1))
		return false;
	return flags & (TCP_SYN | TCP_RST | TCP_ACK);
}

enum counter transport_parse_tcp(const uint8_t *transport, uint32_t present, uint32_t length,
                                 struct parsed *out)
{
	const struct rte_tcp_hdr *tcp = (const struct rte_tcp_hdr *)transport;
	uint32_t header;

	if (present < sizeof(*tcp))
		return COUNTER_DROP_TRANSPORT_HEADER;
	header = tcp->data_off >> 4 << 2;
	if (header < sizeof(*tcp) || header > length || !tcp->src_port || !tcp->dst_port)
		return COUNTER_DROP_TRANSPORT_HEADER;
	if (!tcp_flags_valid(tcp->tcp_flags))
		return COUNTER_DROP_TCP_FLAGS;
	memcpy(&out->key.source_port, transport, 4);
	out->tcp_flags = tcp->tcp_flags;
	out->payload_length = length - header;
	return COUNTER_COUNT;
}

enum counter transport_parse_udp(const uint8_t *transport, uint32_t present, uint32_t length,
                                 struct parsed *out)
{
	const struct rte_udp_hdr *udp = (const struct rte_udp_hdr *)transport;
	uint16_t said;

	if (unlikely(present < sizeof(*udp)))
		return COUNTER_DROP_TRANSPORT_HEADER;
	said = rte_be_to_cpu_16(udp->dgram_len);
	/* A source port of 0 means that no answer is wanted (RFC 768). */
	if (unlikely(said < sizeof(*udp) || said > length || !udp->dst_port))
		return COUNTER_DROP_TRANSPORT_HEADER;
	memcpy(&out->key.source_port, transport, 4);
	out->payload_length = said - sizeof(*udp);
	return COUNTER_COUNT;
}
