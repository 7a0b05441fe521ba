/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/nat/nat.h"
#include "datapath/nat/nat_ipv6.h"
#include "datapath/tcp/relay.h"

#include <rte_icmp.h>
#include <stdlib.h>

#define RELAY_DELTA 0xc0ffee11

/* An mbuf with what the parsers say of its packet. */
union storage {
	struct rte_mbuf mbuf;
	uint8_t bytes[sizeof(struct rte_mbuf) + sizeof(struct packet)];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A packet as the parsers have passed it, in one piece of exactly its length. */
static struct rte_mbuf *packet(union storage *storage, uint8_t *bytes, uint32_t length)
{
	struct rte_mbuf *mbuf = &storage->mbuf;

	memset(storage, 0, sizeof(*storage));
	mbuf->buf_addr = bytes;
	mbuf->buf_len = mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = length;
	mbuf->nb_segs = 1;
	return mbuf;
}

/* The error belongs to a flow of that protocol, whose direction it goes. */
static struct flow flow_of(const struct parsed *parsed, unsigned direction)
{
	struct flow flow = {.state = parsed->key.protocol == IPPROTO_TCP ? FLOW_TCP_OPEN : FLOW_STATELESS,
	                    .tcp = parsed->key.protocol == IPPROTO_TCP ? TCP_RELAYED : 0,
	                    .relay_delta = RELAY_DELTA};

	flow.direction[direction].key = parsed->key;
	flow.direction[!direction].key = parsed->key;
	flow.direction[!direction].key.source_port = parsed->key.destination_port;
	flow.direction[!direction].key.destination_port = parsed->key.source_port;
	return flow;
}

static void translate(uint8_t *bytes, uint32_t length, const struct parsed *parsed, uint8_t translation)
{
	union storage storage;
	struct flow flow = flow_of(parsed, translation & 1);
	struct flow_direction direction = {.translation = 1 + translation % (NAT_TRANSLATION_COUNT - 1),
	                                   .nat_address = RTE_BE32(0xc6336401),
	                                   .nat_port = RTE_BE16(2000),
	                                   .nat_checksum = 0x1234};
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;
	uint32_t header = rte_ipv4_hdr_len(ip);
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(bytes + header);

	icmp->icmp_cksum = 0;
	icmp->icmp_cksum = ~rte_raw_cksum(icmp, length - header);
	tcp_relay_error(&flow, translation & 1, packet(&storage, bytes, length), false);
	if (!nat_translate_error(&direction, &storage.mbuf) || rte_raw_cksum(icmp, length - header) != 0xffff)
		abort();
}

static void ipv4(uint8_t *bytes, uint32_t length, uint8_t translation)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;
	struct parsed parsed;
	uint16_t total;

	if (length < sizeof(*ip))
		return;
	ip->next_proto_id = 1;
	ip->hdr_checksum = 0;
	if (rte_ipv4_hdr_len(ip) >= sizeof(*ip) && rte_ipv4_hdr_len(ip) <= length)
		ip->hdr_checksum = ~rte_raw_cksum(ip, rte_ipv4_hdr_len(ip));
	if (ipv4_parse(bytes, length, length, 1, &parsed, &total) != COUNTER_COUNT ||
	    !(parsed.flags & PARSED_ICMP_ERROR))
		return;
	/* What the answers of the embedded packet are to: the receiver of the error. */
	if (parsed.key.destination != ip->dst_addr)
		abort();
	translate(bytes, total, &parsed, translation);
}

static void translate_ipv6(uint8_t *bytes, const struct ipv6_layout *layout, const struct parsed *parsed,
                           uint8_t translation)
{
	static const uint8_t address[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	struct flow flow = flow_of(parsed, translation & 1);
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(bytes + layout->transport);
	uint16_t length = layout->total - layout->transport;
	union storage storage;
	struct rte_mbuf *mbuf = packet(&storage, bytes, layout->total);

	packet_of(mbuf)->transport = layout->transport;
	packet_of(mbuf)->addresses = layout->addresses;
	nat_ipv6_keep(&flow, address);
	nat_ipv6_set(&flow);
	icmp->icmp_cksum = 0;
	icmp->icmp_cksum = ipv6_checksum(bytes, icmp, length, 58);
	tcp_relay_error(&flow, translation & 1, mbuf, true);
	if (!nat_ipv6_translate_error(&flow, translation & 1, mbuf) ||
	    ipv6_checksum(bytes, icmp, length, 58) != 0)
		abort();
}

static void ipv6(uint8_t *bytes, uint32_t length, uint8_t translation)
{
	struct ipv6_layout layout;
	struct parsed parsed;

	if (ipv6_parse(bytes, length, length, 1, &parsed, &layout) != COUNTER_COUNT ||
	    !(parsed.flags & PARSED_ICMP_ERROR))
		return;
	if (layout.addresses + 32u > layout.total || layout.transport >= layout.total)
		abort();
	translate_ipv6(bytes, &layout, &parsed, translation);
}

/* The first byte says which translation, the rest is an IP packet; its checksums are mended. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;

	if (size < 2 || size > UINT16_MAX || !(bytes = malloc(size - 1)))
		return 0;
	memcpy(bytes, data + 1, size - 1);
	if (bytes[0] >> 4 == 6)
		ipv6(bytes, (uint32_t)size - 1, data[0]);
	else
		ipv4(bytes, (uint32_t)size - 1, data[0]);
	free(bytes);
	return 0;
}
