/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/path_mtu/fragment.h"

#include <errno.h>
#include <netinet/in.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_ip_frag.h>
#include <string.h>

#define EXTENSION_UNIT 8

static void release(struct rte_mbuf **out, int count)
{
	if (count > 0)
		rte_pktmbuf_free_bulk(out, (unsigned)count);
}

/* What one mbuf has room for may be less than a link takes. */
static uint16_t longest(const struct rte_mempool *pool, uint16_t mtu)
{
	uint16_t room =
	    rte_pktmbuf_data_room_size((struct rte_mempool *)pool) - RTE_PKTMBUF_HEADROOM - RTE_ETHER_HDR_LEN;

	return RTE_MIN(room, mtu);
}

int fragment_ipv4(struct rte_mbuf *mbuf, uint16_t mtu, uint16_t identification, struct rte_mempool *pool,
                  struct rte_mbuf *out[FRAGMENTS_MAX])
{
	struct rte_ipv4_hdr *header = rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *);
	uint32_t header_length = rte_ipv4_hdr_len(header);
	uint32_t each = RTE_ALIGN_FLOOR(longest(pool, mtu) - header_length, EXTENSION_UNIT);
	int count;

	if (rte_pktmbuf_pkt_len(mbuf) - header_length > each * FRAGMENTS_MAX)
		return -EMSGSIZE;
	if (header->fragment_offset & RTE_BE16(RTE_IPV4_HDR_DF_FLAG) && !header->packet_id)
		header->packet_id = rte_cpu_to_be_16(identification);
	header->fragment_offset &= ~RTE_BE16(RTE_IPV4_HDR_DF_FLAG);
	/* It makes their length a multiple of 8 itself, and refuses a link of less than 68 bytes. */
	count = rte_ipv4_fragment_copy_nonseg_packet(mbuf, out, FRAGMENTS_MAX, longest(pool, mtu), pool);
	for (int i = 0; i < count; i++) {
		struct rte_ipv4_hdr *fragment = rte_pktmbuf_mtod(out[i], struct rte_ipv4_hdr *);

		fragment->hdr_checksum = 0;
		fragment->hdr_checksum = ~rte_raw_cksum(fragment, rte_ipv4_hdr_len(fragment));
	}
	return count;
}

/*
 * Bytes of the headers that each fragment repeats: those that routers heed. *next is where the last of them names what
 * follows. 0 where they are not whole.
 */
static uint32_t repeated_headers(const struct rte_mbuf *mbuf, uint32_t *next)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t offset = sizeof(struct rte_ipv6_hdr), end = offset;
	uint32_t at = offsetof(struct rte_ipv6_hdr, proto);
	uint8_t protocol = ip[at];

	*next = at;
	while (protocol == IPPROTO_HOPOPTS || protocol == IPPROTO_ROUTING || protocol == IPPROTO_DSTOPTS) {
		if (offset + EXTENSION_UNIT > rte_pktmbuf_data_len(mbuf))
			return 0;
		at = offset;
		offset += (ip[offset + 1] + 1u) * EXTENSION_UNIT;
		/* Destination options are repeated where a routing header follows, and so are all before it. */
		if (protocol != IPPROTO_DSTOPTS) {
			end = offset;
			*next = at;
		}
		protocol = ip[at];
	}
	/* A fragment made into fragments would need another identification. */
	if (protocol == IPPROTO_FRAGMENT || end > rte_pktmbuf_data_len(mbuf))
		return 0;
	return end;
}

/* One fragment: the headers, a fragment header, and length bytes of the packet from there on. */
static struct rte_mbuf *cut_ipv6(const struct rte_mbuf *mbuf, uint32_t headers, uint32_t next, uint32_t from,
                                 uint32_t length, uint32_t identification, struct rte_mempool *pool)
{
	struct rte_mbuf *out = rte_pktmbuf_alloc(pool);
	uint32_t place = from - headers, end = from + length;
	uint8_t *data = out ? (uint8_t *)rte_pktmbuf_append(out, headers + EXTENSION_UNIT + length) : NULL;
	uint16_t offset = rte_cpu_to_be_16((uint16_t)(place | (end < rte_pktmbuf_pkt_len(mbuf))));
	const uint8_t *found;

	if (!data) {
		rte_pktmbuf_free(out);
		return NULL;
	}
	memcpy(data, rte_pktmbuf_mtod(mbuf, const uint8_t *), headers);
	((struct rte_ipv6_hdr *)data)->payload_len =
	    rte_cpu_to_be_16((uint16_t)(headers - sizeof(struct rte_ipv6_hdr) + EXTENSION_UNIT + length));
	data[headers] = data[next];
	data[headers + 1] = 0;
	memcpy(data + headers + 2, &offset, sizeof(offset));
	identification = rte_cpu_to_be_32(identification);
	memcpy(data + headers + 4, &identification, sizeof(identification));
	data[next] = IPPROTO_FRAGMENT;
	found = rte_pktmbuf_read(mbuf, from, length, data + headers + EXTENSION_UNIT);
	if (found != data + headers + EXTENSION_UNIT)
		memcpy(data + headers + EXTENSION_UNIT, found, length);
	return out;
}

int fragment_ipv6(struct rte_mbuf *mbuf, uint16_t mtu, uint32_t identification, struct rte_mempool *pool,
                  struct rte_mbuf *out[FRAGMENTS_MAX])
{
	uint32_t next, headers = repeated_headers(mbuf, &next), total = rte_pktmbuf_pkt_len(mbuf), each;
	int count = 0;

	if (!headers || headers + 2 * EXTENSION_UNIT > longest(pool, mtu))
		return -EBADMSG;
	each = RTE_ALIGN_FLOOR(longest(pool, mtu) - headers - EXTENSION_UNIT, EXTENSION_UNIT);
	if (total - headers > each * FRAGMENTS_MAX)
		return -EMSGSIZE;
	for (uint32_t from = headers; from < total; from += each) {
		out[count] =
		    cut_ipv6(mbuf, headers, next, from, RTE_MIN(each, total - from), identification, pool);
		if (!out[count]) {
			release(out, count);
			return -ENOMEM;
		}
		count++;
	}
	return count;
}
