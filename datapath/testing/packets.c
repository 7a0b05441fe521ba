/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/fixture.h"

#include <netinet/in.h>
#include <string.h>

void fixture_checksum(struct rte_mbuf *mbuf)
{
	struct rte_ipv4_hdr *header = fixture_header(mbuf);

	header->hdr_checksum = 0;
	header->hdr_checksum = rte_ipv4_cksum(header);
}

struct rte_mbuf *fixture_ip(uint32_t source, uint32_t destination, uint8_t protocol, uint16_t payload)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	uint16_t length = sizeof(struct rte_ipv4_hdr) + payload;
	struct rte_ipv4_hdr *header;

	ck_assert_ptr_nonnull(mbuf);
	header = (struct rte_ipv4_hdr *)rte_pktmbuf_append(mbuf, length);
	ck_assert_ptr_nonnull(header);
	memset(header, 0, length);
	*header = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
	                                .total_length = rte_cpu_to_be_16(length),
	                                .time_to_live = 64,
	                                .next_proto_id = protocol,
	                                .src_addr = source,
	                                .dst_addr = destination};
	fixture_checksum(mbuf);
	return mbuf;
}

struct rte_mbuf *fixture_udp(uint32_t source, uint16_t source_port, uint32_t destination,
                             uint16_t destination_port)
{
	struct rte_mbuf *mbuf = fixture_ip(source, destination, IPPROTO_UDP, sizeof(struct rte_udp_hdr) + 10);
	struct rte_udp_hdr *udp = (struct rte_udp_hdr *)(fixture_header(mbuf) + 1);

	udp->src_port = rte_cpu_to_be_16(source_port);
	udp->dst_port = rte_cpu_to_be_16(destination_port);
	udp->dgram_len = rte_cpu_to_be_16(sizeof(*udp) + 10);
	udp->dgram_cksum = rte_ipv4_udptcp_cksum(fixture_header(mbuf), udp);
	return mbuf;
}

struct rte_mbuf *fixture_tcp(uint32_t source, uint16_t source_port, uint32_t destination,
                             uint16_t destination_port, uint8_t flags, uint16_t payload)
{
	struct rte_mbuf *mbuf =
	    fixture_ip(source, destination, IPPROTO_TCP, sizeof(struct rte_tcp_hdr) + payload);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(fixture_header(mbuf) + 1);

	tcp->src_port = rte_cpu_to_be_16(source_port);
	tcp->dst_port = rte_cpu_to_be_16(destination_port);
	tcp->sent_seq = flags & RTE_TCP_SYN_FLAG ? RTE_BE32(999) : RTE_BE32(1000);
	tcp->recv_ack = flags & RTE_TCP_ACK_FLAG ? RTE_BE32(1000) : 0;
	tcp->rx_win = RTE_BE16(65000);
	tcp->data_off = sizeof(*tcp) / 4 << 4;
	tcp->tcp_flags = flags;
	tcp->cksum = rte_ipv4_udptcp_cksum(fixture_header(mbuf), tcp);
	return mbuf;
}

struct rte_mbuf *fixture_echo(uint32_t source, uint32_t destination, uint8_t type, uint16_t identifier)
{
	struct rte_mbuf *mbuf =
	    fixture_ip(source, destination, IPPROTO_ICMP, sizeof(struct rte_icmp_hdr) + 32);
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(fixture_header(mbuf) + 1);

	icmp->icmp_type = type;
	icmp->icmp_ident = rte_cpu_to_be_16(identifier);
	icmp->icmp_cksum = ~rte_raw_cksum(icmp, sizeof(*icmp) + 32);
	return mbuf;
}
