/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmp_error.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_icmp.h>
#include <rte_ip.h>

#define INTERNETWORK_CONTROL 0xc0 /* RFC 1812 4.3.2.5 */

int icmp_error_build(struct rte_mbuf *mbuf, uint8_t type, uint8_t code, uint16_t mtu, uint32_t source)
{
	const uint16_t headers = sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_icmp_hdr);
	uint32_t destination = rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *)->src_addr;
	uint32_t excess = rte_pktmbuf_pkt_len(mbuf) > ICMP_ERROR_LENGTH_MAX - headers
	                      ? rte_pktmbuf_pkt_len(mbuf) - (ICMP_ERROR_LENGTH_MAX - headers)
	                      : 0;
	struct rte_ipv4_hdr *ip;
	struct rte_icmp_hdr *icmp;

	if (mbuf->nb_segs != 1 || (excess && rte_pktmbuf_trim(mbuf, excess)))
		return -ENOSPC;
	ip = (struct rte_ipv4_hdr *)rte_pktmbuf_prepend(mbuf, headers);
	if (!ip)
		return -ENOSPC;
	*ip = (struct rte_ipv4_hdr){.version_ihl = RTE_IPV4_VHL_DEF,
	                            .type_of_service = INTERNETWORK_CONTROL,
	                            .total_length = rte_cpu_to_be_16(rte_pktmbuf_data_len(mbuf)),
	                            .time_to_live = 64,
	                            .next_proto_id = IPPROTO_ICMP,
	                            .src_addr = source,
	                            .dst_addr = destination};
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	icmp = (struct rte_icmp_hdr *)(ip + 1);
	/* The next hop's MTU is the low half of the word behind the checksum (RFC 1191 4). */
	*icmp =
	    (struct rte_icmp_hdr){.icmp_type = type, .icmp_code = code, .icmp_seq_nb = rte_cpu_to_be_16(mtu)};
	icmp->icmp_cksum = ~rte_raw_cksum(icmp, rte_pktmbuf_data_len(mbuf) - sizeof(*ip));
	return 0;
}
