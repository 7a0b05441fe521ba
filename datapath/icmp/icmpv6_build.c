/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmpv6_error.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>

static uint32_t fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

uint16_t ipv6_checksum(const void *ip, const void *transport, uint16_t length, uint8_t protocol)
{
	const struct rte_ipv6_hdr *header = ip;
	uint32_t sum = rte_raw_cksum(header->src_addr, 32);

	/* Of the pseudo header: the length and the protocol, whatever extension headers there are. */
	sum += rte_cpu_to_be_16(length);
	sum += rte_cpu_to_be_16(protocol);
	sum += rte_raw_cksum(transport, length);
	return (uint16_t)~fold(sum);
}

static void put_header(struct rte_ipv6_hdr *ip, uint16_t payload, uint8_t protocol, const uint8_t *source,
                       const uint8_t *destination)
{
	*ip = (struct rte_ipv6_hdr){.vtc_flow = RTE_BE32(0x60000000),
	                            .payload_len = rte_cpu_to_be_16(payload),
	                            .proto = protocol,
	                            .hop_limits = 64};
	memcpy(ip->src_addr, source, sizeof(ip->src_addr));
	memcpy(ip->dst_addr, destination, sizeof(ip->dst_addr));
}

int icmpv6_error_build(struct rte_mbuf *mbuf, uint8_t type, uint8_t code, uint32_t mtu,
                       const uint8_t source[16])
{
	const uint16_t headers = sizeof(struct rte_ipv6_hdr) + sizeof(struct rte_icmp_hdr);
	uint32_t length = rte_pktmbuf_pkt_len(mbuf), most = ICMPV6_ERROR_LENGTH_MAX - headers;
	struct rte_ipv6_hdr *ip;
	struct rte_icmp_hdr *icmp;
	uint8_t destination[16];

	memcpy(destination, rte_pktmbuf_mtod(mbuf, struct rte_ipv6_hdr *)->src_addr, sizeof(destination));
	if (mbuf->nb_segs != 1 || (length > most && rte_pktmbuf_trim(mbuf, length - most)))
		return -ENOSPC;
	ip = (struct rte_ipv6_hdr *)rte_pktmbuf_prepend(mbuf, headers);
	if (!ip)
		return -ENOSPC;
	length = rte_pktmbuf_data_len(mbuf) - sizeof(*ip);
	put_header(ip, length, IPPROTO_ICMPV6, source, destination);
	icmp = (struct rte_icmp_hdr *)(ip + 1);
	/* The MTU is the word behind the checksum (RFC 4443 3.2). */
	*icmp = (struct rte_icmp_hdr){.icmp_type = type,
	                              .icmp_code = code,
	                              .icmp_ident = rte_cpu_to_be_16(mtu >> 16),
	                              .icmp_seq_nb = rte_cpu_to_be_16(mtu & 0xffff)};
	icmp->icmp_cksum = ipv6_checksum(ip, icmp, length, IPPROTO_ICMPV6);
	return 0;
}

int tcp_reset_build_ipv6(struct rte_mbuf *mbuf)
{
	const uint16_t length = sizeof(struct rte_ipv6_hdr) + sizeof(struct rte_tcp_hdr);
	const struct parsed *parsed = parsed_of(mbuf);
	struct rte_ipv6_hdr *ip = rte_pktmbuf_mtod(mbuf, struct rte_ipv6_hdr *);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);
	struct rte_tcp_hdr segment;
	uint8_t source[16], destination[16];
	uint32_t sequence_length;

	memcpy(&segment, rte_pktmbuf_mtod_offset(mbuf, const void *, packet_of(mbuf)->transport),
	       sizeof(segment));
	memcpy(source, ip->src_addr, sizeof(source));
	memcpy(destination, ip->dst_addr, sizeof(destination));
	/* SYN and FIN take a number of the sequence each. */
	sequence_length = parsed->payload_length + !!(segment.tcp_flags & RTE_TCP_SYN_FLAG) +
	                  !!(segment.tcp_flags & RTE_TCP_FIN_FLAG);
	if (segment.tcp_flags & RTE_TCP_RST_FLAG || mbuf->nb_segs != 1)
		return -EINVAL;
	rte_pktmbuf_trim(mbuf, rte_pktmbuf_data_len(mbuf) - length);
	put_header(ip, sizeof(*tcp), IPPROTO_TCP, destination, source);
	*tcp = (struct rte_tcp_hdr){.src_port = segment.dst_port,
	                            .dst_port = segment.src_port,
	                            .data_off = sizeof(*tcp) / 4 << 4,
	                            .tcp_flags = RTE_TCP_RST_FLAG};
	if (segment.tcp_flags & RTE_TCP_ACK_FLAG) {
		tcp->sent_seq = segment.recv_ack;
	} else {
		tcp->tcp_flags |= RTE_TCP_ACK_FLAG;
		tcp->recv_ack = rte_cpu_to_be_32(rte_be_to_cpu_32(segment.sent_seq) + sequence_length);
	}
	tcp->cksum = ipv6_checksum(ip, tcp, sizeof(*tcp), IPPROTO_TCP);
	return 0;
}
