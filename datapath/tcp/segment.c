/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/segment.h"

enum counter tcp_segment_read(struct rte_mbuf *mbuf, struct tcp_segment *out, struct tcp_options *options)
{
	const struct parsed *parsed = parsed_of(mbuf);
	const struct rte_tcp_hdr *tcp = tcp_header(mbuf, parsed->key.family == FLOW_IPV6);
	uint32_t header = tcp->data_off >> 4 << 2;
	uint32_t at = (uint32_t)((const uint8_t *)tcp - rte_pktmbuf_mtod(mbuf, const uint8_t *));

	*out = (struct tcp_segment){.sequence = rte_be_to_cpu_32(tcp->sent_seq),
	                            .acknowledged = rte_be_to_cpu_32(tcp->recv_ack),
	                            .window = rte_be_to_cpu_16(tcp->rx_win),
	                            .payload = parsed->payload_length,
	                            .flags = tcp->tcp_flags,
	                            .scale = TCP_NO_SCALE};
	*options = (struct tcp_options){.scale = TCP_NO_SCALE};
	if (!(tcp->tcp_flags & RTE_TCP_SYN_FLAG))
		return COUNTER_COUNT;
	/* Headers are in the first buffer of every driver; who scatters them sends no good SYN. */
	if (at + header > rte_pktmbuf_data_len(mbuf) ||
	    !tcp_options_parse((const uint8_t *)tcp, header, true, options))
		return COUNTER_DROP_TCP_OPTIONS;
	out->scale = options->scale;
	return COUNTER_COUNT;
}
