/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/xdp_pool.h"

#include "datapath/core/control.h"

#include <rte_malloc.h>
#include <stdio.h>

#define PACKETS_PER_QUEUE 8191 /* twice what a queue's two rings hold */
#define PACKETS_CACHE     128
#define RETIRED_MAX       64
/* Longer than a packet waits for anything: ARP gives up after three seconds. */
#define REST_NS (30 * NANOSECONDS_PER_SECOND)

static unsigned created;
static struct {
	struct rte_mempool *pool;
	uint64_t since;
} retired[RETIRED_MAX];

struct rte_mempool *xdp_pool_create(unsigned queues)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "xdp_packets_%u", created++);
	return rte_pktmbuf_pool_create_by_ops(
	    name, PACKETS_PER_QUEUE * queues, PACKETS_CACHE, rte_pktmbuf_priv_size(datapath.packets),
	    rte_pktmbuf_data_room_size(datapath.packets), SOCKET_ID_ANY, "lf_stack");
}

void xdp_pool_retire(struct rte_mempool *pool)
{
	for (unsigned i = 0; pool && i < RETIRED_MAX; i++) {
		if (retired[i].pool)
			continue;
		retired[i].pool = pool;
		retired[i].since = control_now();
		return;
	}
}

void xdp_pool_second(void)
{
	uint64_t now = control_now();

	for (unsigned i = 0; i < RETIRED_MAX; i++) {
		if (!retired[i].pool || now - retired[i].since < REST_NS)
			continue;
		rte_mempool_free(retired[i].pool);
		retired[i].pool = NULL;
	}
}
