/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmp_error.h"

#include <errno.h>
#include <rte_ip.h>
#include <rte_tcp.h>

int tcp_reset_build(struct rte_mbuf *mbuf)
{
	const uint16_t length = sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_tcp_hdr);
	struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);
	const struct rte_tcp_hdr segment =
	    *rte_pktmbuf_mtod_offset(mbuf, const struct rte_tcp_hdr *, rte_ipv4_hdr_len(ip));
	const struct parsed *parsed = parsed_of(mbuf);
	uint32_t source = ip->src_addr;
	/* SYN and FIN take a number of the sequence each. */
	uint32_t sequence_length = parsed->payload_length + !!(segment.tcp_flags & RTE_TCP_SYN_FLAG) +
	                           !!(segment.tcp_flags & RTE_TCP_FIN_FLAG);

	if (segment.tcp_flags & RTE_TCP_RST_FLAG || mbuf->nb_segs != 1)
		return -EINVAL;
	rte_pktmbuf_trim(mbuf, rte_pktmbuf_data_len(mbuf) - length);
	*ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
	                            .total_length = rte_cpu_to_be_16(length),
	                            .fragment_offset = RTE_BE16(RTE_IPV4_HDR_DF_FLAG),
	                            .time_to_live = 64,
	                            .next_proto_id = ip->next_proto_id,
	                            .src_addr = ip->dst_addr,
	                            .dst_addr = source};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
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
	tcp->cksum = rte_ipv4_udptcp_cksum(ip, tcp);
	return 0;
}
