/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/test_flow_reference_fragments.h"

#include <netinet/in.h>

#define UNIT 8 /* bytes, that offsets count in */

void fragments_allow(struct policy_settings *settings)
{
	settings->fragments = (struct policy_fragments){.reassemblies_max = 1024,
	                                                .timeout = 65,
	                                                .time_limit = 90,
	                                                .done_linger = 20,
	                                                .illegal_linger = 60,
	                                                .length_min = UNIT,
	                                                .length_min_ipv6 = UNIT,
	                                                .duplicate_samples = 8};
}

/* Bytes of the transport protocol's header, all of which the first fragment must have; 0: not for fragments. */
static unsigned transport_length(const struct random_packet *whole, unsigned header)
{
	const uint8_t *packet = rte_pktmbuf_mtod(whole->mbuf, const uint8_t *), *transport = packet + header;

	switch (packet[whole->ipv6 ? 6 : 9]) {
	case IPPROTO_TCP:
		return transport[12] >> 2;
	case IPPROTO_UDP:
		return 8;
	case IPPROTO_ICMP:
		return transport[0] == 0 || transport[0] == 8 ? 8 : 0;
	case IPPROTO_ICMPV6:
		return transport[0] == 128 || transport[0] == 129 ? 8 : 0;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS:
		return 0;
	default:
		return UNIT;
	}
}

static void set_identification(struct rte_mbuf *whole, uint16_t identification)
{
	struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(whole, struct rte_ipv4_hdr *);

	header->packet_id = rte_cpu_to_be_16(identification);
	header->hdr_checksum = 0;
	header->hdr_checksum = rte_ipv4_cksum(header);
}

/* The part of a packet's payload from first up to end. */
static struct rte_mbuf *part(const struct random_packet *whole, unsigned header, unsigned first, unsigned end,
                             uint16_t identification)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	const uint8_t *packet = rte_pktmbuf_mtod(whole->mbuf, const uint8_t *);
	bool more = header + end < rte_pktmbuf_data_len(whole->mbuf);
	uint8_t *bytes = (uint8_t *)rte_pktmbuf_append(mbuf, (uint16_t)(header + end - first));

	memcpy(bytes, packet, header);
	memcpy(bytes + header, packet + header + first, end - first);
	if (whole->ipv6) {
		((struct rte_ipv6_hdr *)bytes)->payload_len = rte_cpu_to_be_16((uint16_t)(end - first));
		fixture_ipv6_extend(mbuf, IPPROTO_FRAGMENT, (uint8_t)(first >> 8),
		                    (uint8_t)((first & 0xf8) | more));
		put_long(rte_pktmbuf_mtod_offset(mbuf, uint8_t *, 44), identification);
	} else {
		struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)bytes;

		ip->total_length = rte_cpu_to_be_16((uint16_t)(header + end - first));
		ip->fragment_offset =
		    rte_cpu_to_be_16((uint16_t)(first / UNIT | (more ? RTE_IPV4_HDR_MF_FLAG : 0)));
		ip->hdr_checksum = 0;
		ip->hdr_checksum = rte_ipv4_cksum(ip);
	}
	return mbuf;
}

static void shuffle(struct rte_mbuf *fragments[], unsigned count)
{
	for (unsigned i = 0; i + 1 < count; i++) {
		unsigned other = i + (unsigned)any(count - i);
		struct rte_mbuf *kept = fragments[i];

		fragments[i] = fragments[other];
		fragments[other] = kept;
	}
}

unsigned fragments_cut(const struct random_packet *whole, struct rte_mbuf *fragments[FRAGMENTS_MAX])
{
	static uint16_t identification;
	const uint8_t *packet = rte_pktmbuf_mtod(whole->mbuf, const uint8_t *);
	unsigned header = whole->ipv6 ? 40 : (packet[0] & 0xf) * 4, count = 0,
	         payload = rte_pktmbuf_data_len(whole->mbuf) - header,
	         least = RTE_ALIGN_CEIL(transport_length(whole, header), UNIT), end;
	bool tcp = packet[whole->ipv6 ? 6 : 9] == IPPROTO_TCP;

	if (whole->damaged || least == 0 || least >= payload)
		return 0;
	identification++;
	if (!whole->ipv6)
		set_identification(whole->mbuf, identification);
	for (unsigned first = 0; first < payload; first = end) {
		end = (first ? first : least) + UNIT * (unsigned)any(8);
		if (end == first)
			end += UNIT;
		if (first == 0 && end >= payload)
			end = least;
		if (end > payload || count + 1 == FRAGMENTS_MAX)
			end = payload;
		fragments[count++] = part(whole, header, first, end, identification);
	}
	if (tcp) {
		struct rte_mbuf *last = fragments[count - 1];

		memmove(fragments + 1, fragments, (count - 1) * sizeof(fragments[0]));
		fragments[0] = last;
	}
	shuffle(fragments + tcp, count - tcp);
	return count;
}

/* Where the payload of a frame's fragment begins in the frame, and in its packet. */
static unsigned place(const struct rte_mbuf *frame, unsigned link, bool ipv6, unsigned *offset, bool *more)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, const uint8_t *, link);
	uint16_t field = (uint16_t)(ipv6 ? ip[42] << 8 | ip[43] : ip[6] << 8 | ip[7]);

	*offset = ipv6 ? field & 0xfff8 : (field & RTE_IPV4_HDR_OFFSET_MASK) * UNIT;
	*more = ipv6 ? field & 1 : field & RTE_IPV4_HDR_MF_FLAG;
	return link + (ipv6 ? 48 : (ip[0] & 0xf) * 4);
}

static void sort(struct rte_mbuf *frames[], unsigned count, unsigned link, bool ipv6)
{
	bool more;

	for (unsigned i = 1; i < count; i++) {
		for (unsigned at = i, own, before; at > 0; at--) {
			struct rte_mbuf *kept = frames[at];

			place(frames[at], link, ipv6, &own, &more);
			place(frames[at - 1], link, ipv6, &before, &more);
			if (before <= own)
				break;
			frames[at] = frames[at - 1];
			frames[at - 1] = kept;
		}
	}
}

/* The first fragment's header becomes the packet's. */
static void close_header(struct rte_mbuf *frame, unsigned link, bool ipv6)
{
	uint8_t *bytes = rte_pktmbuf_mtod(frame, uint8_t *), *ip = bytes + link;

	if (ipv6) {
		ip[6] = ip[40];
		memmove(bytes + 8, bytes, link + 40);
		ip = (uint8_t *)rte_pktmbuf_adj(frame, 8) + link;
		((struct rte_ipv6_hdr *)ip)->payload_len =
		    rte_cpu_to_be_16((uint16_t)(rte_pktmbuf_data_len(frame) - link - 40));
	} else {
		struct rte_ipv4_hdr *header = (struct rte_ipv4_hdr *)ip;

		header->fragment_offset = 0;
		header->total_length = rte_cpu_to_be_16((uint16_t)(rte_pktmbuf_data_len(frame) - link));
		header->hdr_checksum = 0;
		header->hdr_checksum = rte_ipv4_cksum(header);
	}
}

/* But for length, offset and checksum every fragment has the header of the first. */
static void check_header(const struct rte_mbuf *frame, const struct rte_mbuf *first, unsigned link,
                         unsigned header, bool ipv6)
{
	uint8_t bytes[2][128];

	memcpy(bytes[0], rte_pktmbuf_mtod(frame, const void *), header);
	memcpy(bytes[1], rte_pktmbuf_mtod(first, const void *), header);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t *ip = bytes[i] + link;

		if (!ipv6)
			ck_assert_uint_eq(rte_raw_cksum(ip, header - link), 0xffff);
		memset(ip + (ipv6 ? 4 : 2), 0, 2);
		memset(ip + (ipv6 ? 42 : 6), 0, 2);
		if (!ipv6)
			memset(ip + 10, 0, 2);
	}
	ck_assert_mem_eq(bytes[0], bytes[1], header);
}

struct rte_mbuf *fragments_join(struct rte_mbuf *frames[], unsigned count, unsigned link, bool ipv6)
{
	unsigned reached = 0;
	bool more = true;

	if (count <= 1)
		return count ? frames[0] : NULL;
	sort(frames, count, link, ipv6);
	for (unsigned i = 0, offset; i < count; i++) {
		unsigned header = place(frames[i], link, ipv6, &offset, &more),
		         length = rte_pktmbuf_data_len(frames[i]) - header;

		ck_assert_uint_eq(offset, reached);
		ck_assert(more == (i + 1 < count));
		check_header(frames[i], frames[0], link, header, ipv6);
		if (i) {
			memcpy(rte_pktmbuf_append(frames[0], (uint16_t)length),
			       rte_pktmbuf_mtod_offset(frames[i], uint8_t *, header), length);
			rte_pktmbuf_free(frames[i]);
		}
		reached += length;
	}
	close_header(frames[0], link, ipv6);
	return frames[0];
}
