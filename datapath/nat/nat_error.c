/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nat/nat.h"

#include <rte_icmp.h>
#include <string.h>

#define ICMP_HEADER 8

/* Source of what travels out is destination of what the error is about, and the other way round. */
static bool comes_from(enum nat_translation translation)
{
	return translation == NAT_UDP_SOURCE || translation == NAT_TCP_SOURCE ||
	       translation == NAT_ICMP_SOURCE || translation == NAT_ADDRESS_SOURCE;
}

static void change_checksum(uint8_t *at, uint16_t change, bool optional)
{
	uint16_t checksum;

	memcpy(&checksum, at, sizeof(checksum));
	if (optional && checksum == 0)
		return;
	checksum = nat_checksum(checksum, change);
	if (optional && checksum == 0)
		checksum = 0xffff;
	memcpy(at, &checksum, sizeof(checksum));
}

/*
 * The packet within went the other way: its destination was what leaves here as source. Its transport header may be
 * cut off behind the eight bytes that ipv4_parse has seen.
 */
static void translate_inner(const struct flow_direction *direction, uint8_t *inner, uint32_t present)
{
	bool source = !comes_from(direction->translation);
	const struct nat_layout *layout =
	    &nat_layouts[direction->translation + (comes_from(direction->translation) ? 1 : -1)];
	struct rte_ipv4_hdr header;
	uint32_t length, before;
	uint16_t port;

	memcpy(&header, inner, sizeof(header));
	length = (uint32_t)(header.version_ihl & 0x0f) << 2;
	before = source ? header.src_addr : header.dst_addr;
	if (source)
		header.src_addr = direction->nat_address;
	else
		header.dst_addr = direction->nat_address;
	header.hdr_checksum =
	    nat_checksum(header.hdr_checksum, nat_address_change(before, direction->nat_address));
	memcpy(inner, &header, sizeof(header));
	if (!layout->port)
		return;
	port = direction->nat_port;
	memcpy(inner + length + layout->port - sizeof(header), &port, sizeof(port));
	if (present >= length + layout->checksum - sizeof(header) + sizeof(uint16_t))
		change_checksum(inner + length + layout->checksum - sizeof(header), direction->nat_checksum,
		                layout->optional);
}

bool nat_translate_error(const struct flow_direction *direction, struct rte_mbuf *mbuf)
{
	struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *);
	struct rte_icmp_hdr *icmp = (struct rte_icmp_hdr *)((uint8_t *)header + rte_ipv4_hdr_len(header));
	uint32_t length = rte_pktmbuf_data_len(mbuf) - rte_ipv4_hdr_len(header);
	bool source = comes_from(direction->translation);
	uint32_t before = source ? header->src_addr : header->dst_addr;

	if (rte_raw_cksum(icmp, length) != 0xffff)
		return false;
	if (source)
		header->src_addr = direction->nat_address;
	else
		header->dst_addr = direction->nat_address;
	header->hdr_checksum =
	    nat_checksum(header->hdr_checksum, nat_address_change(before, direction->nat_address));
	translate_inner(direction, (uint8_t *)icmp + ICMP_HEADER, length - ICMP_HEADER);
	icmp->icmp_cksum = 0;
	icmp->icmp_cksum = ~rte_raw_cksum(icmp, length);
	return true;
}
