/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/ipv4_parse.h"

#include "datapath/ipv4/transport_parse.h"

#include <netinet/in.h>
#include <rte_icmp.h>

#define ICMP_HEADER_LENGTH 8
#define ICMP_ECHO_REPLY    0
#define ICMP_UNREACHABLE   3
#define ICMP_ECHO          8
#define ICMP_TIME_EXCEEDED 11
#define ICMP_PARAMETER     12

/*
 * The packet that an ICMP error is about was sent by the error's destination; the error travels as that
 * packet's answers do, so the key is turned round. Its checksum is not judged: routers in between have
 * changed it.
 */
static enum counter parse_icmp_error(const uint8_t *embedded, uint32_t present, struct parsed *out)
{
	struct rte_ipv4_hdr inner;
	const uint8_t *transport;
	uint32_t header;
	uint16_t ports[2] = {0, 0};

	if (present < sizeof(inner))
		return COUNTER_DROP_TRANSPORT_HEADER;
	memcpy(&inner, embedded, sizeof(inner));
	header = (inner.version_ihl & 0x0f) << 2;
	if (inner.version_ihl >> 4 != 4 || header < sizeof(inner) || present < header + 8)
		return COUNTER_DROP_TRANSPORT_HEADER;
	/* A later fragment says nothing of ports; and an error about what its receiver never sent is none. */
	if (inner.fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK) ||
	    inner.src_addr != out->key.destination)
		return COUNTER_DROP_ICMP_TYPE;
	transport = embedded + header;
	switch (inner.next_proto_id) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		memcpy(ports, transport, sizeof(ports));
		break;
	case IPPROTO_ICMP:
		if (transport[0] != ICMP_ECHO && transport[0] != ICMP_ECHO_REPLY)
			return COUNTER_DROP_ICMP_TYPE;
		memcpy(&ports[transport[0] == ICMP_ECHO_REPLY], transport + 4, 2);
		ports[transport[0] == ICMP_ECHO] = FLOW_ICMP_ECHO_PORT;
		break;
	default:
		break;
	}
	out->key.source = inner.dst_addr;
	out->key.destination = inner.src_addr;
	out->key.source_port = ports[1];
	out->key.destination_port = ports[0];
	out->key.protocol = inner.next_proto_id;
	out->flags |= PARSED_ICMP_ERROR;
	return COUNTER_COUNT;
}

static enum counter parse_icmp(const uint8_t *transport, uint32_t present, uint32_t length,
                               struct parsed *out)
{
	uint16_t identifier;

	if (present < ICMP_HEADER_LENGTH)
		return COUNTER_DROP_TRANSPORT_HEADER;
	out->payload_length = length - ICMP_HEADER_LENGTH;
	memcpy(&identifier, transport + 4, sizeof(identifier));
	switch (transport[0]) {
	case ICMP_ECHO:
		out->key.source_port = identifier;
		out->key.destination_port = FLOW_ICMP_ECHO_PORT;
		break;
	case ICMP_ECHO_REPLY:
		out->key.source_port = FLOW_ICMP_ECHO_PORT;
		out->key.destination_port = identifier;
		break;
	case ICMP_UNREACHABLE:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER:
		return parse_icmp_error(transport + ICMP_HEADER_LENGTH, present - ICMP_HEADER_LENGTH, out);
	default:
		return COUNTER_DROP_ICMP_TYPE;
	}
	return transport[1] == 0 ? COUNTER_COUNT : COUNTER_DROP_ICMP_TYPE;
}

static enum counter parse_transport(const uint8_t *transport, uint32_t present, uint32_t length,
                                    struct parsed *out)
{
	switch (out->key.protocol) {
	case IPPROTO_UDP:
		return transport_parse_udp(transport, present, length, out);
	case IPPROTO_TCP:
		return transport_parse_tcp(transport, present, length, out);
	case IPPROTO_ICMP:
		return parse_icmp(transport, present, length, out);
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

enum counter ipv4_parse(const uint8_t *ip, uint32_t length, uint32_t packet_length, uint16_t interface,
                        struct parsed *out, uint16_t *total_length)
{
	const struct rte_ipv4_hdr *header = (const struct rte_ipv4_hdr *)ip;
	uint32_t total;

	if (unlikely(length < sizeof(*header)))
		return COUNTER_DROP_IPV4_LENGTH;
	if (unlikely(header->version_ihl != 0x45)) {
		if (header->version_ihl >> 4 != 4 || (header->version_ihl & 0x0f) < 5)
			return COUNTER_DROP_IPV4_HEADER;
		return COUNTER_DROP_IPV4_OPTIONS;
	}
	total = rte_be_to_cpu_16(header->total_length);
	if (unlikely(total < sizeof(*header) || total > packet_length))
		return COUNTER_DROP_IPV4_LENGTH;
	if (unlikely(!ipv4_checksum_valid(header)))
		return COUNTER_DROP_IPV4_CHECKSUM;
	/* A packet from its own destination is the land attack. */
	if (unlikely(!ipv4_address_valid(header->src_addr) || header->src_addr == header->dst_addr))
		return COUNTER_DROP_IPV4_SOURCE;
	if (unlikely(!ipv4_address_valid(header->dst_addr)))
		return COUNTER_DROP_IPV4_DESTINATION;
	if (unlikely(header->fragment_offset & RTE_BE16(RTE_IPV4_HDR_OFFSET_MASK | RTE_IPV4_HDR_MF_FLAG)))
		return COUNTER_DROP_IPV4_FRAGMENT;
	*total_length = total;
	*out = (struct parsed){.key = {.source = header->src_addr,
	                               .destination = header->dst_addr,
	                               .interface = interface,
	                               .protocol = header->next_proto_id}};
	return parse_transport(ip + sizeof(*header), RTE_MIN(length, total) - sizeof(*header),
	                       total - sizeof(*header), out);
}
