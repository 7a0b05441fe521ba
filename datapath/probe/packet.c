/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/probe/packet.h"

#include <netinet/in.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>
#include <string.h>

#define ICMP_HEADER   8
#define ECHO_REQUEST  8
#define ECHO_REQUEST6 128
#define ECHO_REPLY    0
#define ECHO_REPLY6   129
#define TCP_WINDOW    65535
#define FRAGMENT_BITS 0x3fff /* more fragments, and where it belongs */

static bool is_ipv6(const struct probe_packet *packet)
{
	return packet->address[0].version == 6;
}

static size_t write_ip(const struct probe_packet *packet, size_t behind, uint8_t *out)
{
	if (is_ipv6(packet)) {
		struct rte_ipv6_hdr header = {.vtc_flow = RTE_BE32(6u << 28),
		                              .payload_len = rte_cpu_to_be_16((uint16_t)behind),
		                              .proto = packet->protocol,
		                              .hop_limits = PROBE_HOPS};

		memcpy(header.src_addr, packet->address[0].bytes, 16);
		memcpy(header.dst_addr, packet->address[1].bytes, 16);
		memcpy(out, &header, sizeof(header));
		return sizeof(header);
	}
	struct rte_ipv4_hdr header = {.version_ihl = RTE_IPV4_VHL_DEF,
	                              .total_length = rte_cpu_to_be_16((uint16_t)(sizeof(header) + behind)),
	                              .packet_id = rte_cpu_to_be_16(packet->sequence),
	                              .time_to_live = PROBE_HOPS,
	                              .next_proto_id = packet->protocol};

	memcpy(&header.src_addr, packet->address[0].bytes, 4);
	memcpy(&header.dst_addr, packet->address[1].bytes, 4);
	header.hdr_checksum = rte_ipv4_cksum(&header);
	memcpy(out, &header, sizeof(header));
	return sizeof(header);
}

static size_t write_transport(const struct probe_packet *packet, uint8_t *out)
{
	if (packet->protocol == IPPROTO_TCP) {
		struct rte_tcp_hdr header = {.src_port = rte_cpu_to_be_16(packet->port[0]),
		                             .dst_port = rte_cpu_to_be_16(packet->port[1]),
		                             .sent_seq = rte_cpu_to_be_32(packet->tcp_sequence),
		                             .recv_ack = rte_cpu_to_be_32(packet->tcp_acknowledgement),
		                             .data_off = sizeof(header) / 4 << 4,
		                             .tcp_flags = packet->tcp_flags,
		                             .rx_win = RTE_BE16(TCP_WINDOW)};

		memcpy(out, &header, sizeof(header));
		return sizeof(header);
	}
	if (packet->protocol == IPPROTO_UDP) {
		struct rte_udp_hdr header = {
		    .src_port = rte_cpu_to_be_16(packet->port[0]),
		    .dst_port = rte_cpu_to_be_16(packet->port[1]),
		    .dgram_len = rte_cpu_to_be_16((uint16_t)(sizeof(header) + packet->length))};

		memcpy(out, &header, sizeof(header));
		return sizeof(header);
	}
	struct rte_icmp_hdr header = {.icmp_type = is_ipv6(packet) ? ECHO_REQUEST6 : ECHO_REQUEST,
	                              .icmp_ident = rte_cpu_to_be_16(packet->port[0]),
	                              .icmp_seq_nb = rte_cpu_to_be_16(packet->sequence)};

	memcpy(out, &header, sizeof(header));
	return ICMP_HEADER;
}

static size_t checksum_offset(uint8_t protocol)
{
	if (protocol == IPPROTO_TCP)
		return offsetof(struct rte_tcp_hdr, cksum);
	return protocol == IPPROTO_UDP ? offsetof(struct rte_udp_hdr, dgram_cksum)
	                               : offsetof(struct rte_icmp_hdr, icmp_cksum);
}

size_t probe_packet_write(const struct probe_packet *packet, uint8_t *out)
{
	size_t transport = write_ip(packet, 0, out), header = write_transport(packet, out + transport);
	uint16_t checksum;

	if (packet->length)
		memcpy(out + transport + header, packet->payload, packet->length);
	write_ip(packet, header + packet->length, out);
	if (is_ipv6(packet))
		checksum = rte_ipv6_udptcp_cksum((const void *)out, out + transport);
	else if (packet->protocol == IPPROTO_ICMP)
		checksum = (uint16_t)~rte_raw_cksum(out + transport, header + packet->length);
	else
		checksum = rte_ipv4_udptcp_cksum((const void *)out, out + transport);
	memcpy(out + transport + checksum_offset(packet->protocol), &checksum, sizeof(checksum));
	return transport + header + packet->length;
}

/* The addresses, the protocol, and what is behind the IP header. False where that is no whole packet's beginning. */
static bool read_ip(const uint8_t *bytes, size_t length, struct probe_answer *out, const uint8_t **behind,
                    size_t *left)
{
	struct rte_ipv4_hdr ipv4;
	struct rte_ipv6_hdr ipv6;
	size_t header;

	if (length >= sizeof(ipv6) && bytes[0] >> 4 == 6) {
		memcpy(&ipv6, bytes, sizeof(ipv6));
		out->packet.protocol = ipv6.proto;
		out->hops = ipv6.hop_limits;
		for (unsigned end = 0; end < 2; end++) {
			out->packet.address[end].version = 6;
			memcpy(out->packet.address[end].bytes, bytes + 8 + end * 16, 16);
		}
		*behind = bytes + sizeof(ipv6);
		*left = RTE_MIN(length - sizeof(ipv6), (size_t)rte_be_to_cpu_16(ipv6.payload_len));
		return true;
	}
	if (length < sizeof(ipv4) || bytes[0] >> 4 != 4)
		return false;
	memcpy(&ipv4, bytes, sizeof(ipv4));
	header = (size_t)(ipv4.version_ihl & 0x0f) * 4;
	if (header < sizeof(ipv4) || length < header || rte_be_to_cpu_16(ipv4.total_length) < header ||
	    rte_be_to_cpu_16(ipv4.fragment_offset) & FRAGMENT_BITS)
		return false;
	out->packet.protocol = ipv4.next_proto_id;
	out->hops = ipv4.time_to_live;
	for (unsigned end = 0; end < 2; end++) {
		out->packet.address[end].version = 4;
		memcpy(out->packet.address[end].bytes, bytes + 12 + end * 4, 4);
	}
	*behind = bytes + header;
	*left = RTE_MIN(length, (size_t)rte_be_to_cpu_16(ipv4.total_length)) - header;
	return true;
}

static uint16_t number16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t number32(const uint8_t *bytes)
{
	return (uint32_t)number16(bytes) << 16 | number16(bytes + 2);
}

static enum probe_found read_tcp(const uint8_t *bytes, size_t length, struct probe_packet *out)
{
	size_t header;

	if (length < sizeof(struct rte_tcp_hdr))
		return PROBE_FOUND_NOTHING;
	header = (size_t)(bytes[12] >> 4) * 4;
	if (header < sizeof(struct rte_tcp_hdr) || header > length)
		return PROBE_FOUND_NOTHING;
	out->tcp_sequence = number32(bytes + 4);
	out->tcp_acknowledgement = number32(bytes + 8);
	out->tcp_flags = bytes[13];
	out->payload = bytes + header;
	out->length = (uint16_t)(length - header);
	return PROBE_FOUND_ANSWER;
}

/* Ports of TCP and UDP, or an echo: the identifier. False for what else there is. */
static bool read_ends(const uint8_t *bytes, size_t length, struct probe_packet *out)
{
	bool icmp = out->protocol == IPPROTO_ICMP || out->protocol == IPPROTO_ICMPV6;

	if (length < ICMP_HEADER || (!icmp && out->protocol != IPPROTO_TCP && out->protocol != IPPROTO_UDP))
		return false;
	out->port[0] = number16(bytes + (icmp ? 4 : 0));
	out->port[1] = icmp ? out->port[0] : number16(bytes + 2);
	if (icmp)
		out->sequence = number16(bytes + 6);
	return true;
}

static void turn_round(struct probe_packet *packet)
{
	struct ip_address address = packet->address[0];
	uint16_t port = packet->port[0];

	packet->address[0] = packet->address[1];
	packet->address[1] = address;
	packet->port[0] = packet->port[1];
	packet->port[1] = port;
}

static bool is_error(const struct probe_answer *answer)
{
	uint8_t type = answer->icmp_type;

	if (answer->packet.protocol == IPPROTO_ICMPV6)
		return type >= 1 && type <= 4;
	return type == 3 || type == 11 || type == 12;
}

/* The packet within an error has been sent by us: its ends are turned round, as an answer's are. */
static enum probe_found read_error(const uint8_t *bytes, size_t length, struct probe_answer *out)
{
	struct probe_answer inner = {.hops = 0};
	const uint8_t *behind;
	size_t left;

	/* Of a long one only the beginning is there. */
	if (length < 20 || !read_ip(bytes, length, &inner, &behind, &left) ||
	    !read_ends(behind, left, &inner.packet))
		return PROBE_FOUND_NOTHING;
	out->packet = inner.packet;
	turn_round(&out->packet);
	return PROBE_FOUND_ERROR;
}

enum probe_found probe_packet_read(const uint8_t *bytes, size_t length, struct probe_answer *out)
{
	struct probe_packet *packet = &out->packet;
	const uint8_t *behind;
	size_t left;

	*out = (struct probe_answer){.hops = 0};
	if (!read_ip(bytes, length, out, &behind, &left) || !read_ends(behind, left, packet))
		return PROBE_FOUND_NOTHING;
	out->from = packet->address[0];
	if (packet->protocol == IPPROTO_TCP)
		return read_tcp(behind, left, packet);
	packet->payload = behind + ICMP_HEADER;
	packet->length = (uint16_t)(left - ICMP_HEADER);
	if (packet->protocol == IPPROTO_UDP)
		return PROBE_FOUND_ANSWER;
	out->icmp_type = behind[0];
	out->icmp_code = behind[1];
	if (is_error(out))
		return read_error(behind + ICMP_HEADER, left - ICMP_HEADER, out);
	if (behind[0] == (packet->protocol == IPPROTO_ICMPV6 ? ECHO_REPLY6 : ECHO_REPLY))
		return PROBE_FOUND_ANSWER;
	return PROBE_FOUND_NOTHING;
}
