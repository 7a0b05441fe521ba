/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/reassembly.h"
#include "datapath/host/local_reassembly.h"
#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/ipv6/ipv6_parse.h"

#include <rte_eal.h>
#include <stdlib.h>

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CAPACITY 4 /* so that entries are displaced */

static struct rte_mempool *pool;
static struct reassembly_table *table; /* empty between two inputs */

int LLVMFuzzerInitialize(int *count, char ***arguments)
{
	char *eal[] = {"fuzz", "--no-huge", "--no-pci",       "--no-shconf",         "-m", "64",
	               "-l",   "0",         "--no-telemetry", "--log-level=*:error", NULL};

	(void)count, (void)arguments;
	if (rte_eal_init((int)RTE_DIM(eal) - 1, eal) < 0 || flow_hash_start(NULL))
		abort();
	pool =
	    rte_pktmbuf_pool_create("packets", 1023, 0, sizeof(struct packet), RTE_MBUF_DEFAULT_BUF_SIZE, 0);
	table = reassembly_table_create(CAPACITY, SOCKET_ID_ANY);
	if (!pool || !table)
		abort();
	return 0;
}

static void require(bool right)
{
	if (!right)
		abort();
}

/* Reads a packet as the worker that receives it does. False: it is no fragment. */
static bool read_fragment(uint8_t *ip, uint32_t length, struct fragment *out)
{
	struct ipv6_layout layout;
	struct parsed parsed;
	uint16_t total;

	if (length >= sizeof(struct rte_ipv4_hdr) && ip[0] == 0x45) {
		struct rte_ipv4_hdr *header = (struct rte_ipv4_hdr *)ip;

		header->hdr_checksum = 0;
		header->hdr_checksum = ~rte_raw_cksum(header, sizeof(*header));
		if (ipv4_parse(ip, length, length, 1, &parsed, &total) != COUNTER_FRAGMENT_RECEIVED)
			return false;
		*out = fragment_read_ipv4(ip, 1);
		if (out->offset == 0)
			(void)ipv4_parse_first(ip, length, 1, &parsed);
	} else {
		if (ipv6_parse(ip, length, length, 1, &parsed, &layout) != COUNTER_FRAGMENT_RECEIVED)
			return false;
		*out = fragment_read_ipv6(ip, layout.transport, 1);
		if (out->offset == 0)
			(void)ipv6_parse_first(ip, length, 1, &parsed, &layout);
	}
	require(out->total <= length && out->data + out->length <= out->total);
	return true;
}

static void locally(const uint8_t *ip, const struct fragment *fragment)
{
	static const struct policy_local_reassembly limits = {
	    .reassemblies_max = CAPACITY, .size_max = 60000, .large_max = 2};
	static uint64_t now;
	struct local_packet whole;
	uint32_t failed = 0;

	require(local_reassembly_wanted(ip, fragment->total));
	(void)local_reassembly_add(&limits, now++, 100, ip, fragment->total, 1, &whole, &failed);
	if (whole.data) {
		require(whole.length <= UINT16_MAX);
		require(!local_reassembly_wanted(whole.data, whole.length));
		free(whole.memory);
	}
}

static void judge(const uint8_t *ip, const struct fragment *fragment)
{
	uint64_t hash = fragment_hash(&fragment->key);
	uint32_t index = reassembly_find(table, &fragment->key, hash), victim;
	struct rte_mbuf *mbuf;
	bool full;

	victim = index ? 0 : reassembly_victim(table, CAPACITY, fragment->offset == 0, &full);
	if (victim) {
		reassembly_forget(table, victim);
		reassembly_close(table, victim);
	}
	if (!index && !(index = reassembly_open(table, &fragment->key, hash, 0)))
		return;
	table->entries[index].samples = 4;
	mbuf = rte_pktmbuf_alloc(pool);
	require(mbuf && rte_pktmbuf_append(mbuf, (uint16_t)fragment->total));
	memcpy(rte_pktmbuf_mtod(mbuf, void *), ip, fragment->total);
	if (reassembly_add(table, index, fragment,
	                   fragment_digest(mbuf, fragment->data, fragment->length, 4, 7)) !=
	        REASSEMBLY_ACCEPTED ||
	    !reassembly_hold(table, index, fragment, mbuf))
		rte_pktmbuf_free(mbuf);
	require(table->entries[index].received <= UINT16_MAX);
	if (fragment->offset == 0) {
		reassembly_set_state(table, index, REASSEMBLY_FLOWING);
		while ((mbuf = reassembly_release(table, index)))
			rte_pktmbuf_free(mbuf);
	}
	if (reassembly_complete(&table->entries[index])) {
		reassembly_forget(table, index);
		reassembly_close(table, index);
	}
}

/* Packets one after the other, each with its length in one byte before it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned free_before = rte_mempool_avail_count(pool);

	while (size > 1) {
		uint32_t length = RTE_MIN((size_t)data[0], size - 1);
		uint8_t *ip = malloc(length ? length : 1);
		struct fragment fragment;

		require(ip != NULL);
		memcpy(ip, data + 1, length);
		if (length && read_fragment(ip, length, &fragment) &&
		    fragment_check(&fragment) == COUNTER_COUNT) {
			locally(ip, &fragment);
			judge(ip, &fragment);
		}
		free(ip);
		data += 1 + length;
		size -= 1 + length;
	}
	for (uint32_t i = 1; i <= table->high; i++) {
		if (!table->entries[i].used)
			continue;
		reassembly_forget(table, i);
		reassembly_close(table, i);
	}
	local_reassembly_stop();
	require(table->count == 0 && table->held == 0);
	require(rte_mempool_avail_count(pool) == free_before);
	return 0;
}
