/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/nat/nat.h"

#include <rte_icmp.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A packet as the parsers have passed it, in one piece of exactly its length. */
static struct rte_mbuf *packet(uint8_t *storage, uint8_t *bytes, uint32_t length)
{
	struct rte_mbuf *mbuf = (struct rte_mbuf *)storage;

	memset(mbuf, 0, sizeof(*mbuf));
	mbuf->buf_addr = bytes;
	mbuf->buf_len = mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = length;
	mbuf->nb_segs = 1;
	return mbuf;
}

static void translate(uint8_t *bytes, uint32_t length, uint8_t translation)
{
	_Alignas(struct rte_mbuf) uint8_t storage[sizeof(struct rte_mbuf)];
	struct flow_direction direction = {.translation = 1 + translation % (NAT_TRANSLATION_COUNT - 1),
	                                   .nat_address = RTE_BE32(0xc6336401),
	                                   .nat_port = RTE_BE16(2000),
	                                   .nat_checksum = 0x1234};
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;
	uint32_t header = rte_ipv4_hdr_len(ip);
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)(bytes + header);

	icmp->icmp_cksum = 0;
	icmp->icmp_cksum = ~rte_raw_cksum(icmp, length - header);
	if (!nat_translate_error(&direction, packet(storage, bytes, length)) ||
	    rte_raw_cksum(icmp, length - header) != 0xffff)
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
	translate(bytes, total, translation);
}

static void ipv6(uint8_t *bytes, uint32_t length)
{
	struct ipv6_layout layout;
	struct parsed parsed;

	if (ipv6_parse(bytes, length, length, 1, &parsed, &layout) != COUNTER_COUNT ||
	    !(parsed.flags & PARSED_ICMP_ERROR))
		return;
	if (layout.addresses + 32u > layout.total || layout.transport >= layout.total)
		abort();
	(void)ipv6_checksum(bytes, bytes + layout.transport, (uint16_t)(layout.total - layout.transport), 58);
}

/* The first byte says which translation, the rest is an IP packet; its checksums are mended. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *bytes;

	if (size < 2 || size > UINT16_MAX || !(bytes = malloc(size - 1)))
		return 0;
	memcpy(bytes, data + 1, size - 1);
	if (bytes[0] >> 4 == 6)
		ipv6(bytes, (uint32_t)size - 1);
	else
		ipv4(bytes, (uint32_t)size - 1, data[0]);
	free(bytes);
	return 0;
}
