/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment.h"
#include "datapath/host/local_reassembly.h"
#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/ipv6/ipv6_parse.h"
#include "datapath/path_mtu/fragment.h"

#include <errno.h>
#include <rte_eal.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MTU_MIN        68   /* of IPv4 (RFC 791) */
#define MTU_RANGE      2200 /* up to more than one mbuf has room for */
#define HEADERS_MAX    256  /* that local_reassembly keeps */
#define IDENTIFICATION 0x1234

static struct rte_mempool *pool;

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	char *eal[] = {"fuzz", "--no-huge", "--no-pci",       "--no-shconf",         "-m", "64",
	               "-l",   "0",         "--no-telemetry", "--log-level=*:error", NULL};

	(void)count, (void)arguments;
	if (rte_eal_init((int)RTE_DIM(eal) - 1, eal) < 0 || flow_hash_start(NULL))
		abort();
	pool = rte_pktmbuf_pool_create("packets", 1023, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	if (!pool)
		abort();
	return 0;
}

static void require(bool right)
{
	if (!right)
		abort();
}

static uint32_t word16(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 8 | bytes[1];
}

static void put_checksum(uint8_t *ip)
{
	struct rte_ipv4_hdr *header = (struct rte_ipv4_hdr *)ip;

	header->hdr_checksum = 0;
	header->hdr_checksum = ~rte_raw_cksum(header, rte_ipv4_hdr_len(header));
}

/* The checks on a packet of which the first bytes are in one piece. */
static enum counter parse(const uint8_t *ip, uint32_t first, uint32_t length, uint32_t *total)
{
	struct ipv6_layout layout = {.total = 0};
	struct parsed parsed;
	uint16_t total_ipv4 = 0;
	enum counter found;

	if (ip[0] >> 4 == 6) {
		found = ipv6_parse(ip, first, length, 1, &parsed, &layout);
		*total = layout.total;
	} else {
		found = ipv4_parse(ip, first, length, 1, &parsed, &total_ipv4);
		*total = total_ipv4;
	}
	return found;
}

/* In two segments, of which the first has so many bytes. */
static struct rte_mbuf *make_mbuf(const uint8_t *ip, uint32_t length, uint32_t first)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(pool), *last = mbuf;

	require(mbuf != NULL);
	for (uint32_t from = 0, part = first; from < length; from += part, part = length - from) {
		part = RTE_MIN(part, rte_pktmbuf_tailroom(last));
		memcpy(rte_pktmbuf_append(mbuf, (uint16_t)part), ip + from, part);
		if (from + part < length) {
			last = rte_pktmbuf_alloc(pool);
			require(last && rte_pktmbuf_chain(mbuf, last) == 0);
		}
	}
	return mbuf;
}

/* What the fragments have to become again. */
static void expect(uint8_t *ip)
{
	struct rte_ipv4_hdr *header = (struct rte_ipv4_hdr *)ip;

	if (ip[0] >> 4 == 6)
		return;
	if (header->fragment_offset & RTE_BE16(RTE_IPV4_HDR_DF_FLAG) && !header->packet_id)
		header->packet_id = RTE_BE16(IDENTIFICATION);
	/* Without the reserved flag too, which local_reassembly does not keep. */
	header->fragment_offset = 0;
	put_checksum(ip);
}

/* Fragments are such as this node takes itself, no longer than the link allows, and make the packet. */
static void check_fragments(struct rte_mbuf *const fragments[], int count, uint32_t mtu, const uint8_t *ip,
                            uint32_t length)
{
	static const struct policy_local_reassembly limits = {
	    .reassemblies_max = 1, .size_max = UINT16_MAX, .large_max = 1};
	struct local_packet whole = {.data = NULL};
	uint32_t failed = 0, total;

	require(count > 1);
	for (int i = 0; i < count; i++) {
		const uint8_t *fragment = rte_pktmbuf_mtod(fragments[i], const uint8_t *);
		uint32_t present = rte_pktmbuf_data_len(fragments[i]);

		require(rte_pktmbuf_is_contiguous(fragments[i]) && present <= mtu && !whole.data);
		require(parse(fragment, present, present, &total) == COUNTER_FRAGMENT_RECEIVED);
		require(local_reassembly_add(&limits, 0, 1, fragment, present, 1, &whole, &failed) ==
		        COUNTER_COUNT);
	}
	require(whole.data && whole.length == length && memcmp(whole.data, ip, length) == 0 && failed == 0);
	free(whole.memory);
}

static void cut(uint8_t *ip, uint32_t length, uint32_t first, uint32_t mtu)
{
	bool ipv6 = ip[0] >> 4 == 6;
	struct rte_mbuf *mbuf = make_mbuf(ip, length, first), *fragments[FRAGMENTS_MAX];
	int count = ipv6 ? fragment_ipv6(mbuf, (uint16_t)mtu, IDENTIFICATION, pool, fragments)
	                 : fragment_ipv4(mbuf, (uint16_t)mtu, IDENTIFICATION, pool, fragments);

	require(count > 0 || count == -EMSGSIZE || (ipv6 && count == -EBADMSG));
	expect(ip);
	if (count > 0 && (!ipv6 || ipv6_fragment_header(rte_pktmbuf_mtod(fragments[0], const uint8_t *),
	                                                mtu) <= HEADERS_MAX))
		check_fragments(fragments, count, mtu, ip, length);
	for (int i = 0; i < count; i++)
		rte_pktmbuf_free(fragments[i]);
	rte_pktmbuf_free(mbuf);
}

/*
 * A packet that is cut for a link makes fragments that become the packet again. What the link takes, how much of the packet is
 * in its first segment (both of 16 bits), and the packet.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned free_before = rte_mempool_avail_count(pool);
	uint32_t mtu, length, total;
	uint8_t *ip;

	if (size <= 4 + sizeof(struct rte_ipv4_hdr))
		return 0;
	mtu = MTU_MIN + word16(data) % MTU_RANGE;
	length = (uint32_t)size - 4;
	ip = malloc(length);
	require(ip != NULL);
	memcpy(ip, data + 4, length);
	if (ip[0] >> 4 == 4 && rte_ipv4_hdr_len((struct rte_ipv4_hdr *)ip) <= length)
		put_checksum(ip);
	if (parse(ip, length, length, &total) == COUNTER_COUNT && total > mtu) {
		uint32_t first = 1 + word16(data + 2) % total, again;

		if (parse(ip, first, total, &again) == COUNTER_COUNT)
			cut(ip, total, first, mtu);
	}
	free(ip);
	local_reassembly_stop();
	require(rte_mempool_avail_count(pool) == free_before);
	return 0;
}
