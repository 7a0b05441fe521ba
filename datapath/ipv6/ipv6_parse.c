/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/ipv6/ipv6_parse.h"

#include "datapath/ipv4/transport_parse.h"
#include "datapath/ipv6/ipv6_address.h"

#include <netinet/in.h>

#define HEADER              sizeof(struct rte_ipv6_hdr)
#define ICMP_HEADER_LENGTH  8
#define EXTENSION_UNIT      8
#define ROUTING_TYPE_SOURCE 0 /* RFC 5095: never heeded */

static enum counter check_routing(const uint8_t *extension)
{
	/* Another one that still names a stop would lead the packet past the route that was decided. */
	if (extension[2] == ROUTING_TYPE_SOURCE || extension[3] != 0)
		return COUNTER_DROP_IPV6_ROUTING_HEADER;
	return COUNTER_COUNT;
}

/* What a fragment header says; before it the offset, and behind it the first fragment's headers go on. */
enum fragment_header { FRAGMENT_NONE, FRAGMENT_ATOMIC, FRAGMENT_FIRST, FRAGMENT_LATER };

static enum fragment_header judge_fragment(const uint8_t *extension)
{
	uint16_t field;

	memcpy(&field, extension + 2, sizeof(field));
	field = rte_be_to_cpu_16(field);
	if (field & ~(EXTENSION_UNIT - 1))
		return FRAGMENT_LATER;
	return field & 1 ? FRAGMENT_FIRST : FRAGMENT_ATOMIC;
}

/*
 * Looks through the extension headers of a packet of which present bytes are there. *offset and *protocol become
 * those of what is behind the last. ESP and AH are protocols: what they protect is not looked into. *fragment: of the
 * fragment header that there was; COUNTER_FRAGMENT_RECEIVED stops at one beyond the most that is passed.
 */
static enum counter skip_extensions(const uint8_t *ip, uint32_t present, enum fragment_header most,
                                    uint32_t *offset, uint8_t *protocol, enum fragment_header *fragment)
{
	enum counter reason;

	*offset = HEADER;
	*fragment = FRAGMENT_NONE;
	*protocol = ((const struct rte_ipv6_hdr *)ip)->proto;
	for (unsigned i = 0; i <= IPV6_EXTENSIONS_MAX; i++) {
		const uint8_t *extension = ip + *offset;

		if (*protocol == IPPROTO_FRAGMENT) {
			if (*fragment != FRAGMENT_NONE || *offset + EXTENSION_UNIT > present)
				return COUNTER_DROP_IPV6_EXTENSION;
			*fragment = judge_fragment(extension);
			if (*fragment > most)
				return COUNTER_FRAGMENT_RECEIVED;
			*protocol = extension[0];
			*offset += EXTENSION_UNIT;
			continue;
		}
		if (*protocol != IPPROTO_HOPOPTS && *protocol != IPPROTO_DSTOPTS &&
		    *protocol != IPPROTO_ROUTING)
			return COUNTER_COUNT;
		/* RFC 8200 4.1: hop-by-hop options are the first or not there. */
		if ((*protocol == IPPROTO_HOPOPTS && i > 0) || *offset + EXTENSION_UNIT > present)
			return COUNTER_DROP_IPV6_EXTENSION;
		if (*protocol == IPPROTO_ROUTING && (reason = check_routing(extension)) != COUNTER_COUNT)
			return reason;
		*protocol = extension[0];
		*offset += (extension[1] + 1u) * EXTENSION_UNIT;
		if (*offset > present)
			return COUNTER_DROP_IPV6_EXTENSION;
	}
	return COUNTER_DROP_IPV6_EXTENSION;
}

enum counter ipv6_skip_extensions(const uint8_t *ip, uint32_t present, uint32_t *offset, uint8_t *protocol)
{
	enum fragment_header fragment;

	return skip_extensions(ip, present, FRAGMENT_FIRST, offset, protocol, &fragment);
}

/*
 * As in IPv4, the error travels as the answers of the packet that it is about do: the key is turned round, and so are
 * the addresses where they are read (flow_addresses_of).
 */
static enum counter parse_error(const uint8_t *ip, uint32_t begin, uint32_t present, struct parsed *out,
                                struct ipv6_layout *layout)
{
	const struct rte_ipv6_hdr *outer = (const struct rte_ipv6_hdr *)ip;
	const uint8_t *inner = ip + begin, *transport;
	struct flow_addresses addresses;
	uint16_t ports[2] = {0, 0};
	uint32_t offset;
	uint8_t protocol;

	if (present < begin + HEADER || inner[0] >> 4 != 6)
		return COUNTER_DROP_TRANSPORT_HEADER;
	if (ipv6_skip_extensions(inner, present - begin, &offset, &protocol) != COUNTER_COUNT)
		return COUNTER_DROP_ICMP_EMBEDDED;
	if (present < begin + offset + 8)
		return COUNTER_DROP_TRANSPORT_HEADER;
	memcpy(&addresses, inner + offsetof(struct rte_ipv6_hdr, src_addr), sizeof(addresses));
	/* An error about what its receiver never sent is none. */
	if (memcmp(addresses.source, outer->dst_addr, sizeof(addresses.source)) != 0)
		return COUNTER_DROP_ICMP_EMBEDDED;
	transport = inner + offset;
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		memcpy(ports, transport, sizeof(ports));
		break;
	case IPPROTO_ICMPV6:
		flow_icmp_ports(transport, true, ports);
		break;
	default:
		break;
	}
	addresses = flow_addresses_reversed(&addresses);
	flow_key_set_ipv6(&out->key, &addresses);
	out->key.source_port = ports[1];
	out->key.destination_port = ports[0];
	out->key.protocol = protocol;
	out->flags |= PARSED_ICMP_ERROR;
	layout->addresses = begin + offsetof(struct rte_ipv6_hdr, src_addr);
	return COUNTER_COUNT;
}

static enum counter parse_icmp(const uint8_t *ip, uint32_t present, struct parsed *out,
                               struct ipv6_layout *layout)
{
	const uint8_t *icmp = ip + layout->transport;
	uint16_t ports[2];

	if (present < (uint32_t)layout->transport + ICMP_HEADER_LENGTH)
		return COUNTER_DROP_TRANSPORT_HEADER;
	out->payload_length = layout->total - layout->transport - ICMP_HEADER_LENGTH;
	switch (icmp[0]) {
	case ICMPV6_UNREACHABLE:
	case ICMPV6_TOO_BIG:
	case ICMPV6_TIME_EXCEEDED:
	case ICMPV6_PARAMETER:
		return parse_error(ip, layout->transport + ICMP_HEADER_LENGTH, present, out, layout);
	default:
		break;
	}
	/* Discovery is between neighbours, and control thread's where it comes in (RFC 4861 3.1). */
	if (icmp[0] >= ICMPV6_ROUTER_SOLICIT && icmp[0] <= ICMPV6_REDIRECT)
		return COUNTER_DROP_ICMP_TYPE;
	/* RFC 4443 2.1: the first half of all types are errors. */
	if (icmp[0] < ICMPV6_ECHO)
		out->flags |= PARSED_ICMP_ALONE;
	flow_icmp_ports(icmp, true, ports);
	out->key.source_port = ports[0];
	out->key.destination_port = ports[1];
	/* Of echo requests and replies no code but 0 is known. */
	if (icmp[1] != 0 && (icmp[0] == ICMPV6_ECHO || icmp[0] == ICMPV6_ECHO_REPLY))
		return COUNTER_DROP_ICMP_TYPE;
	return COUNTER_COUNT;
}

static enum counter parse_transport(const uint8_t *ip, uint32_t present, struct parsed *out,
                                    struct ipv6_layout *layout)
{
	const uint8_t *transport = ip + layout->transport;
	uint32_t length = layout->total - layout->transport;

	present -= layout->transport;
	switch (out->key.protocol) {
	case IPPROTO_UDP:
		return transport_parse_udp(transport, present, length, out);
	case IPPROTO_TCP:
		return transport_parse_tcp(transport, present, length, out);
	case IPPROTO_ICMPV6:
		return parse_icmp(ip, present + layout->transport, out, layout);
	case IPPROTO_ICMP:
		return COUNTER_DROP_ICMP_TYPE;
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

enum counter ipv6_parse(const uint8_t *ip, uint32_t length, uint32_t packet_length, uint16_t interface,
                        struct parsed *out, struct ipv6_layout *layout)
{
	const struct rte_ipv6_hdr *header = (const struct rte_ipv6_hdr *)ip;
	struct flow_addresses addresses;
	enum fragment_header fragment;
	enum counter reason;
	uint32_t transport;
	uint8_t protocol;

	if (length < HEADER)
		return COUNTER_DROP_IPV6_LENGTH;
	if (ip[0] >> 4 != 6)
		return COUNTER_DROP_IPV6_HEADER;
	*layout = (struct ipv6_layout){.total = HEADER + rte_be_to_cpu_16(header->payload_len),
	                               .addresses = offsetof(struct rte_ipv6_hdr, src_addr)};
	/* A jumbogram (RFC 2675) says 0 and is longer than any MTU here. */
	if (layout->total > packet_length)
		return COUNTER_DROP_IPV6_LENGTH;
	length = RTE_MIN(length, layout->total);
	memcpy(&addresses, ip + layout->addresses, sizeof(addresses));
	/* A packet from its own destination is the land attack. */
	if (!ipv6_address_valid(addresses.source) ||
	    memcmp(addresses.source, addresses.destination, sizeof(addresses.source)) == 0)
		return COUNTER_DROP_IPV6_SOURCE;
	if (!ipv6_address_valid(addresses.destination))
		return COUNTER_DROP_IPV6_DESTINATION;
	reason = skip_extensions(ip, length, FRAGMENT_ATOMIC, &transport, &protocol, &fragment);
	layout->transport = transport;
	layout->atomic = fragment == FRAGMENT_ATOMIC;
	if (reason != COUNTER_COUNT)
		return reason;
	*out = (struct parsed){.key = {.interface = interface, .protocol = protocol}};
	flow_key_set_ipv6(&out->key, &addresses);
	return parse_transport(ip, length, out, layout);
}

enum counter ipv6_parse_first(const uint8_t *ip, uint32_t length, uint16_t interface, struct parsed *out,
                              struct ipv6_layout *layout)
{
	const struct rte_ipv6_hdr *header = (const struct rte_ipv6_hdr *)ip;
	uint32_t total = HEADER + rte_be_to_cpu_16(header->payload_len), transport;
	struct flow_addresses addresses;
	enum fragment_header fragment;
	enum counter reason;
	uint8_t protocol;

	*layout = (struct ipv6_layout){.total = total, .addresses = offsetof(struct rte_ipv6_hdr, src_addr)};
	length = RTE_MIN(length, total);
	reason = skip_extensions(ip, length, FRAGMENT_FIRST, &transport, &protocol, &fragment);
	layout->transport = transport;
	*out = (struct parsed){.key = {.interface = interface, .protocol = protocol}};
	if (reason != COUNTER_COUNT)
		return reason;
	memcpy(&addresses, ip + layout->addresses, sizeof(addresses));
	flow_key_set_ipv6(&out->key, &addresses);
	/* A datagram's length is the whole one's. */
	if (protocol == IPPROTO_UDP)
		return transport_parse_udp(ip + transport, length - transport, UINT16_MAX, out);
	return parse_transport(ip, length, out, layout);
}

uint32_t ipv6_fragment_header(const uint8_t *ip, uint32_t length)
{
	enum fragment_header fragment;
	uint32_t offset;
	uint8_t protocol;

	if (length < HEADER || skip_extensions(ip, length, FRAGMENT_ATOMIC, &offset, &protocol, &fragment) !=
	                           COUNTER_FRAGMENT_RECEIVED)
		return 0;
	return offset;
}
