/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/xdp_pool.h"

#include "datapath/core/datapath.h"

#include <errno.h>
#include <rte_mbuf_pool_ops.h>
#include <stdio.h>

#define PACKETS_PER_QUEUE 8191 /* twice what a queue's two rings hold */
#define PACKETS_CACHE     128
#define RETIRED_MAX       16
/* Longer than a packet waits for anything: ARP gives up after three seconds. */
#define REST_SECONDS 30

static unsigned created;
static struct {
	struct rte_mempool *pool;
	/* Counted, not measured: a process that was stopped has not worked off its packets meanwhile. */
	unsigned seconds;
} retired[RETIRED_MAX];

size_t xdp_pool_size(unsigned queues)
{
	uint32_t element = (uint32_t)sizeof(struct rte_mbuf) + rte_pktmbuf_priv_size(datapath.packets) +
	                   rte_pktmbuf_data_room_size(datapath.packets);

	return (size_t)rte_mempool_calc_obj_size(element, 0, NULL) * PACKETS_PER_QUEUE * queues;
}

static bool room_to_retire(void)
{
	for (unsigned i = 0; i < RETIRED_MAX; i++) {
		if (!retired[i].pool)
			return true;
	}
	return false;
}

int xdp_pool_create(unsigned queues, struct rte_mempool **out)
{
	char name[RTE_MEMPOOL_NAMESIZE];

	*out = NULL;
	if (!room_to_retire())
		return -EAGAIN;
	snprintf(name, sizeof(name), "xdp_packets_%u", created++);
	*out = rte_pktmbuf_pool_create_by_ops(
	    name, PACKETS_PER_QUEUE * queues, PACKETS_CACHE, rte_pktmbuf_priv_size(datapath.packets),
	    rte_pktmbuf_data_room_size(datapath.packets), SOCKET_ID_ANY, "lf_stack");
	/* The kernel is told of one piece of memory. */
	if (*out && (*out)->nb_mem_chunks == 1)
		return 0;
	rte_mempool_free(*out);
	*out = NULL;
	return -ENOMEM;
}

void xdp_pool_retire(struct rte_mempool *pool)
{
	for (unsigned i = 0; pool && i < RETIRED_MAX; i++) {
		if (retired[i].pool)
			continue;
		retired[i].pool = pool;
		retired[i].seconds = 0;
		return;
	}
	/* None free (many ports closed within seconds): the pool stays, which is safe. */
}

void xdp_pool_second(bool pci_open)
{
	for (unsigned i = 0; i < RETIRED_MAX; i++) {
		if (!retired[i].pool)
			continue;
		/* Begins anew after a PCI port, whose packets come back when it is closed. */
		retired[i].seconds = pci_open ? 0 : retired[i].seconds + 1;
		if (retired[i].seconds < REST_SECONDS)
			continue;
		rte_mempool_free(retired[i].pool);
		retired[i].pool = NULL;
	}
}
