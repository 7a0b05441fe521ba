/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv4/icmp_parse.h"

#include <netinet/in.h>
#include <rte_ip.h>

#define HEADER               8
#define ICMP_UNREACHABLE     3
#define ICMP_SOURCE_QUENCH   4
#define ICMP_REDIRECT        5
#define ICMP_TIME_EXCEEDED   11
#define ICMP_PARAMETER       12
#define ICMP_EXTENDED_ANSWER 43

/*
 * The packet that an ICMP error is about was sent by the error's destination; the error travels as that
 * packet's answers do, so the key is turned round. Its checksum is not judged: routers in between have
 * changed it.
 */
static enum counter parse_error(const uint8_t *embedded, uint32_t present, struct parsed *out)
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
		return COUNTER_DROP_ICMP_EMBEDDED;
	transport = embedded + header;
	switch (inner.next_proto_id) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		memcpy(ports, transport, sizeof(ports));
		break;
	case IPPROTO_ICMP:
		flow_icmp_ports(transport, false, ports);
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

enum counter icmp_parse(const uint8_t *message, uint32_t present, uint32_t length, struct parsed *out)
{
	uint16_t ports[2];

	if (present < HEADER)
		return COUNTER_DROP_TRANSPORT_HEADER;
	out->payload_length = length - HEADER;
	switch (message[0]) {
	case ICMP_UNREACHABLE:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER:
		return parse_error(message + HEADER, present - HEADER, out);
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
		/* Nobody is to follow them with a flow (RFC 6633; RFC 1812 4.3.3.2). */
		out->flags |= PARSED_ICMP_ALONE;
		break;
	default:
		break;
	}
	flow_icmp_ports(message, false, ports);
	out->key.source_port = ports[0];
	out->key.destination_port = ports[1];
	/* Of queries and their answers no code but 0 is known. */
	if (message[1] != 0 && message[0] != ICMP_EXTENDED_ANSWER &&
	    flow_icmp_query(message[0], false) != FLOW_ICMP_NO_QUERY)
		return COUNTER_DROP_ICMP_TYPE;
	return COUNTER_COUNT;
}
