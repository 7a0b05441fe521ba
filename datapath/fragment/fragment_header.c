/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment.h"

#define OFFSET_UNIT 8

struct fragment fragment_read_ipv4(const uint8_t *ip, uint16_t interface)
{
	struct fragment out = {.key = {.version = 4, .interface = interface}};
	struct rte_ipv4_hdr header;
	uint16_t field;

	memcpy(&header, ip, sizeof(header));
	field = rte_be_to_cpu_16(header.fragment_offset);
	memcpy(out.key.source, &header.src_addr, sizeof(header.src_addr));
	memcpy(out.key.destination, &header.dst_addr, sizeof(header.dst_addr));
	out.key.identification = rte_be_to_cpu_16(header.packet_id);
	out.key.protocol = out.protocol = header.next_proto_id;
	out.data = rte_ipv4_hdr_len(&header);
	out.total = rte_be_to_cpu_16(header.total_length);
	out.length = out.total - RTE_MIN(out.data, out.total);
	out.offset = (field & RTE_IPV4_HDR_OFFSET_MASK) * OFFSET_UNIT;
	out.more = field & RTE_IPV4_HDR_MF_FLAG;
	return out;
}

struct fragment fragment_read_ipv6(const uint8_t *ip, uint32_t header, uint16_t interface)
{
	struct fragment out = {.key = {.version = 6, .interface = interface}};
	struct rte_ipv6_hdr outer;
	uint32_t identification;
	uint16_t field;

	memcpy(&outer, ip, sizeof(outer));
	memcpy(&field, ip + header + 2, sizeof(field));
	memcpy(&identification, ip + header + 4, sizeof(identification));
	field = rte_be_to_cpu_16(field);
	memcpy(out.key.source, outer.src_addr, sizeof(out.key.source));
	memcpy(out.key.destination, outer.dst_addr, sizeof(out.key.destination));
	out.key.identification = rte_be_to_cpu_32(identification);
	out.protocol = ip[header];
	out.data = header + IPV6_FRAGMENT_HEADER;
	out.total = sizeof(outer) + rte_be_to_cpu_16(outer.payload_len);
	out.length = out.total - RTE_MIN(out.data, out.total);
	out.offset = field & ~(OFFSET_UNIT - 1u);
	out.more = field & 1;
	return out;
}

enum counter fragment_check(const struct fragment *fragment)
{
	/* What is before the data in its packet is so in the whole one; its fragment header is not. */
	uint32_t before = fragment->key.version == 4
	                      ? fragment->data
	                      : fragment->data - IPV6_FRAGMENT_HEADER - sizeof(struct rte_ipv6_hdr);

	if (fragment->length == 0 || before + fragment->offset + fragment->length > UINT16_MAX ||
	    (fragment->more && fragment->length % OFFSET_UNIT))
		return COUNTER_DROP_FRAGMENT_SIZE;
	return COUNTER_COUNT;
}
