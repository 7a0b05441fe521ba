/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/ipv4_parse.h"

#include "datapath/ipv4/icmp_parse.h"
#include "datapath/ipv4/ipv4_options.h"
#include "datapath/ipv4/transport_parse.h"

#include <netinet/in.h>

static enum counter parse_transport(const uint8_t *transport, uint32_t present, uint32_t length,
                                    struct parsed *out)
{
	switch (out->key.protocol) {
	case IPPROTO_UDP:
		return transport_parse_udp(transport, present, length, out);
	case IPPROTO_TCP:
		return transport_parse_tcp(transport, present, length, out);
	case IPPROTO_ICMP:
		return icmp_parse(transport, present, length, out);
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		if (present < 8)
			return COUNTER_DROP_TRANSPORT_HEADER;
		memcpy(&out->key.source_port, transport, 4);
		/* fall through */
	default:
		out->payload_length = length;
		return COUNTER_COUNT;
	}
}

/* A header with options is rare: all of it is looked at apart. */
static enum counter check_options(const uint8_t *ip, uint32_t length, uint32_t header_length)
{
	if (ip[0] >> 4 != 4 || header_length < sizeof(struct rte_ipv4_hdr))
		return COUNTER_DROP_IPV4_HEADER;
	if (length < header_length)
		return COUNTER_DROP_IPV4_LENGTH;
	if (rte_raw_cksum(ip, header_length) != 0xffff)
		return COUNTER_DROP_IPV4_CHECKSUM;
	return ipv4_options_judge(ip + sizeof(struct rte_ipv4_hdr),
	                          header_length - sizeof(struct rte_ipv4_hdr));
}

enum counter ipv4_parse(const uint8_t *ip, uint32_t length, uint32_t packet_length, uint16_t interface,
                        struct parsed *out, uint16_t *total_length)
{
	const struct rte_ipv4_hdr *header = (const struct rte_ipv4_hdr *)ip;
	uint32_t total, header_length;
	bool options;

	if (unlikely(length < sizeof(*header)))
		return COUNTER_DROP_IPV4_LENGTH;
	header_length = (header->version_ihl & 0x0f) << 2;
	options = header->version_ihl != 0x45;
	if (unlikely(options)) {
		enum counter reason = check_options(ip, length, header_length);

		if (reason != COUNTER_COUNT)
			return reason;
	}
	total = rte_be_to_cpu_16(header->total_length);
	if (unlikely(total < header_length || total > packet_length))
		return COUNTER_DROP_IPV4_LENGTH;
	if (unlikely(!options && !ipv4_checksum_valid(ip)))
		return COUNTER_DROP_IPV4_CHECKSUM;
	/* A packet from its own destination is the land attack. */
	if (unlikely(!ipv4_address_valid(header->src_addr) || header->src_addr == header->dst_addr))
		return COUNTER_DROP_IPV4_SOURCE;
	if (unlikely(!ipv4_address_valid(header->dst_addr)))
		return COUNTER_DROP_IPV4_DESTINATION;
	if (unlikely(header->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG)))
		return COUNTER_FRAGMENT_RECEIVED;
	*total_length = total;
	*out = (struct parsed){.key = {.source = header->src_addr,
	                               .destination = header->dst_addr,
	                               .interface = interface,
	                               .protocol = header->next_proto_id},
	                       .flags = options ? PARSED_OPTIONS : 0};
	return parse_transport(ip + header_length, RTE_MIN(length, total) - header_length,
	                       total - header_length, out);
}

enum counter ipv4_parse_first(const uint8_t *ip, uint32_t length, uint16_t interface, struct parsed *out)
{
	const struct rte_ipv4_hdr *header = (const struct rte_ipv4_hdr *)ip;
	uint32_t begin = rte_ipv4_hdr_len(header), total = rte_be_to_cpu_16(header->total_length), present;

	*out = (struct parsed){.key = {.source = header->src_addr,
	                               .destination = header->dst_addr,
	                               .interface = interface,
	                               .protocol = header->next_proto_id},
	                       .flags = begin > sizeof(*header) ? PARSED_OPTIONS : 0};
	if (begin > length || begin > total)
		return COUNTER_DROP_IPV4_LENGTH;
	present = RTE_MIN(length, total) - begin;
	return parse_transport(ip + begin, present,
	                       header->next_proto_id == IPPROTO_UDP ? UINT16_MAX : present, out);
}
