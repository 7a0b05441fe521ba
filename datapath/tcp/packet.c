/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/packet.h"

#include "datapath/tcp/segment.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ip.h>

#define HOPS        64
#define OPTIONS_MAX 12

void tcp_packet_ends(struct rte_mbuf *mbuf, struct tcp_packet *out)
{
	const struct rte_tcp_hdr *tcp;

	*out = (struct tcp_packet){.ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6,
	                           .offer.scale = TCP_NO_SCALE};
	tcp = tcp_header(mbuf, out->ipv6);
	if (out->ipv6) {
		const struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod(mbuf, const struct rte_ipv6_hdr *);

		memcpy(out->source, ip->src_addr, sizeof(out->source));
		memcpy(out->destination, ip->dst_addr, sizeof(out->destination));
	} else {
		const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *);

		memcpy(out->source, &ip->src_addr, sizeof(ip->src_addr));
		memcpy(out->destination, &ip->dst_addr, sizeof(ip->dst_addr));
	}
	out->source_port = tcp->src_port;
	out->destination_port = tcp->dst_port;
}

void tcp_packet_ends_of_flow(const struct flow *flow, unsigned direction, struct tcp_packet *out)
{
	const struct flow_key *key = &flow->direction[direction].key;

	*out = (struct tcp_packet){.ipv6 = key->family == FLOW_IPV6,
	                           .source_port = key->source_port,
	                           .destination_port = key->destination_port,
	                           .offer.scale = TCP_NO_SCALE};
	if (out->ipv6) {
		const struct flow_addresses *addresses = &flow->addresses;

		memcpy(out->source, direction ? addresses->destination : addresses->source, 16);
		memcpy(out->destination, direction ? addresses->source : addresses->destination, 16);
	} else {
		memcpy(out->source, &key->source, sizeof(key->source));
		memcpy(out->destination, &key->destination, sizeof(key->destination));
	}
}

struct tcp_ends tcp_packet_cookie_ends(const struct tcp_packet *packet, uint16_t interface)
{
	struct tcp_ends ends = {.ports = {packet->source_port, packet->destination_port},
	                        .interface = interface};

	memcpy(ends.addresses, packet->source, sizeof(packet->source));
	memcpy(ends.addresses + sizeof(packet->source), packet->destination, sizeof(packet->destination));
	return ends;
}

void tcp_packet_turn_round(struct tcp_packet *packet)
{
	uint8_t source[16];
	uint16_t port = packet->source_port;

	memcpy(source, packet->source, sizeof(source));
	memcpy(packet->source, packet->destination, sizeof(packet->source));
	memcpy(packet->destination, source, sizeof(packet->destination));
	packet->source_port = packet->destination_port;
	packet->destination_port = port;
}

/* Returns their length, a multiple of four. */
static uint16_t put_options(const struct tcp_offer *offer, uint8_t *out)
{
	uint8_t *at = out;

	if (!offer->mss)
		return 0;
	*at++ = TCP_OPTION_MSS;
	*at++ = 4;
	*at++ = offer->mss >> 8;
	*at++ = offer->mss & 0xff;
	if (offer->scale != TCP_NO_SCALE) {
		*at++ = TCP_OPTION_NOTHING;
		*at++ = TCP_OPTION_WINDOW_SCALE;
		*at++ = 3;
		*at++ = offer->scale;
	}
	if (offer->sack) {
		*at++ = TCP_OPTION_NOTHING;
		*at++ = TCP_OPTION_NOTHING;
		*at++ = TCP_OPTION_SACK_PERMITTED;
		*at++ = 2;
	}
	return (uint16_t)(at - out);
}

static void put_ipv4(struct rte_ipv4_hdr *ip, struct rte_tcp_hdr *tcp, uint16_t length,
                     const struct tcp_packet *packet)
{
	*ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
	                            .total_length = rte_cpu_to_be_16(sizeof(*ip) + length),
	                            .fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
	                            .time_to_live = HOPS,
	                            .next_proto_id = IPPROTO_TCP};
	memcpy(&ip->src_addr, packet->source, sizeof(ip->src_addr));
	memcpy(&ip->dst_addr, packet->destination, sizeof(ip->dst_addr));
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	tcp->cksum = rte_ipv4_udptcp_cksum(ip, tcp);
}

static void put_ipv6(struct rte_ipv6_hdr *ip, struct rte_tcp_hdr *tcp, uint16_t length,
                     const struct tcp_packet *packet)
{
	*ip = (struct rte_ipv6_hdr){.vtc_flow = RTE_BE32(6u << 28),
	                            .payload_len = rte_cpu_to_be_16(length),
	                            .proto = IPPROTO_TCP,
	                            .hop_limits = HOPS};
	memcpy(ip->src_addr, packet->source, sizeof(ip->src_addr));
	memcpy(ip->dst_addr, packet->destination, sizeof(ip->dst_addr));
	tcp->cksum = rte_ipv6_udptcp_cksum(ip, tcp);
}

int tcp_packet_write(struct rte_mbuf *mbuf, const struct tcp_packet *packet)
{
	uint16_t ip_length = packet->ipv6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr);
	struct parsed *parsed = parsed_of(mbuf);
	uint8_t options[OPTIONS_MAX];
	uint16_t options_length = put_options(&packet->offer, options);
	uint16_t length = sizeof(struct rte_tcp_hdr) + options_length;
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + ip_length);

	if (mbuf->nb_segs != 1 || mbuf->data_off + ip_length + length > mbuf->buf_len)
		return -EINVAL;
	mbuf->data_len = ip_length + length;
	mbuf->pkt_len = mbuf->data_len;
	*tcp = (struct rte_tcp_hdr){.src_port = packet->source_port,
	                            .dst_port = packet->destination_port,
	                            .sent_seq = rte_cpu_to_be_32(packet->sequence),
	                            .recv_ack = rte_cpu_to_be_32(packet->acknowledged),
	                            .data_off = (uint8_t)(length / 4 << 4),
	                            .tcp_flags = packet->flags,
	                            .rx_win = rte_cpu_to_be_16(packet->window)};
	memcpy(tcp + 1, options, options_length);
	if (packet->ipv6)
		put_ipv6((struct rte_ipv6_hdr *)ip, tcp, length, packet);
	else
		put_ipv4((struct rte_ipv4_hdr *)ip, tcp, length, packet);
	packet_of(mbuf)->transport = ip_length;
	packet_of(mbuf)->addresses = offsetof(struct rte_ipv6_hdr, src_addr);
	parsed->tcp_flags = packet->flags;
	parsed->payload_length = 0;
	return 0;
}
