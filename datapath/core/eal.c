/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/eal.h"

#include "datapath/core/datapath.h"
#include "datapath/core/huge.h"

#include <errno.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_mbuf_pool_ops.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARGUMENTS_MAX   24
#define BATCHES         255
#define PACKETS_CACHE   128
#define BYTES_PER_FLOW  768 /* flow, its two hash entries and their spare room */
#define MEMORY_BASE_MB  64
#define FRAME_OVERHEAD  212  /* the kernel's header (datapath/port), Ethernet's and the tags of VLANs */
#define AF_PACKET_FRAME 2048 /* datapath/port takes whole frames of this much from the kernel */

/* "0@(0,1),1@(0,1)": every lcore may run on every CPU that this process may use. */
static int lcores_text(unsigned workers, char *out, size_t size)
{
	char cpus[1024] = "";
	cpu_set_t allowed;
	size_t length = 0;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return -errno;
	for (int cpu = 0; cpu < CPU_SETSIZE && length < sizeof(cpus) - 8; cpu++) {
		if (CPU_ISSET(cpu, &allowed))
			length += (size_t)snprintf(cpus + length, sizeof(cpus) - length, "%s%d",
			                           length ? "," : "", cpu);
	}
	length = 0;
	for (unsigned lcore = 0; lcore <= workers; lcore++) {
		length +=
		    (size_t)snprintf(out + length, size - length, "%s%u@(%s)", lcore ? "," : "", lcore, cpus);
		if (length >= size)
			return -E2BIG;
	}
	return 0;
}

static size_t data_room(const struct options *options)
{
	size_t frame = options->mtu_max + FRAME_OVERHEAD;

	return RTE_PKTMBUF_HEADROOM + (frame > AF_PACKET_FRAME ? RTE_ALIGN(frame, 1024) : AF_PACKET_FRAME);
}

static unsigned memory_wanted_mb(const struct options *options)
{
	uint64_t bytes = (uint64_t)options->max_flows * BYTES_PER_FLOW;

	if (options->memory_mb)
		return options->memory_mb;
	bytes += (uint64_t)options->packets * (data_room(options) + 320) +
	         (uint64_t)BATCHES * sizeof(struct record_batch);
	return (unsigned)(bytes >> 20) + MEMORY_BASE_MB * (1 + options->workers / 4);
}

static int check_memory(const struct options *options, unsigned memory, char reason[256])
{
	unsigned long free_mb = huge_free_mb();
	char hint[96];

	if (options->no_huge || free_mb >= memory)
		return 0;
	snprintf(reason, 256,
	         "%u MB of huge pages needed, %lu MB free; reserve them (%s), lower --max-flows, or use "
	         "--no-huge",
	         memory, free_mb, huge_hint(memory, hint, sizeof(hint)));
	return -ENOMEM;
}

int eal_start(const struct options *options, char reason[256])
{
	char lcores[RTE_MAX_LCORE * 8 + 8192], memory[16], level[8];
	char *arguments[ARGUMENTS_MAX];
	unsigned memory_mb = memory_wanted_mb(options);
	int count = 0, error;

	error = check_memory(options, memory_mb, reason);
	if (error)
		return error;
	error = lcores_text(options->workers, lcores, sizeof(lcores));
	if (error) {
		snprintf(reason, 256, "too many CPUs for %u workers; run it under taskset", options->workers);
		return error;
	}
	snprintf(memory, sizeof(memory), "%u", memory_mb);
	/* DPDK's levels are syslog's plus one; its own chatter is of use only to those who debug. */
	snprintf(level, sizeof(level), "%d", options->log_level >= 7 ? 7 : 4);
	arguments[count++] = "hadrian-datapath";
	arguments[count++] = "--no-telemetry";
	arguments[count++] = "--lcores";
	arguments[count++] = lcores;
	arguments[count++] = "-m";
	arguments[count++] = memory;
	arguments[count++] = "--log-level";
	arguments[count++] = level;
	/* What it says of a queue that is not free yet is our business; a failure has a reason of ours. */
	if (options->log_level < 7) {
		arguments[count++] = "--log-level";
		arguments[count++] = "pmd.net.af_xdp:critical";
	}
	if (options->no_huge) {
		/* DPDK does not take this together with --in-memory; nothing is shared with other processes
		 * either way. */
		arguments[count++] = "--no-huge";
		arguments[count++] = "--no-shconf";
		arguments[count++] = "--file-prefix=hadrian";
	} else {
		arguments[count++] = "--in-memory";
	}
	if (access("/sys/bus/pci/devices", F_OK) < 0) {
		arguments[count++] = "--no-pci";
	} else {
		/* An address that no device has: ports are opened when a policy names them, not before. */
		arguments[count++] = "-a";
		arguments[count++] = "0000:00:00.0";
	}
	arguments[count] = NULL;
	if (rte_eal_init(count, arguments) >= 0)
		return 0;
	error = rte_errno ? -rte_errno : -EINVAL;
	snprintf(reason, 256, "DPDK does not start: %s%s", strerror(-error),
	         error == -EACCES || error == -EPERM ? "; run it as root" : "; --log-level debug tells more");
	return error;
}

/* A stack keeps warm buffers in use, and the lock-free one never makes this real-time thread wait for a
 * worker. */
static struct rte_mempool *packet_pool(unsigned count, uint16_t room)
{
	struct rte_mempool *pool = rte_pktmbuf_pool_create_by_ops(
	    "packets", count, PACKETS_CACHE, RTE_ALIGN(sizeof(struct packet), RTE_MBUF_PRIV_ALIGN), room,
	    SOCKET_ID_ANY, "lf_stack");

	if (pool)
		return pool;
	return rte_pktmbuf_pool_create("packets", count, PACKETS_CACHE,
	                               RTE_ALIGN(sizeof(struct packet), RTE_MBUF_PRIV_ALIGN), room,
	                               SOCKET_ID_ANY);
}

static struct rte_mempool *batch_pool(void)
{
	struct rte_mempool *pool =
	    rte_mempool_create_empty("batches", BATCHES, sizeof(struct record_batch), 0, 0, SOCKET_ID_ANY, 0);

	if (!pool)
		return NULL;
	if (rte_mempool_set_ops_byname(pool, "lf_stack", NULL) < 0 ||
	    rte_mempool_populate_default(pool) < 0) {
		rte_mempool_free(pool);
		return NULL;
	}
	return pool;
}

int eal_create_pools(const struct options *options, char reason[256])
{
	size_t rcu_size = rte_rcu_qsbr_get_memsize(WORKERS_MAX);

	datapath.packets = packet_pool(options->packets, (uint16_t)data_room(options));
	datapath.batches = batch_pool();
	datapath.rcu = rte_zmalloc("rcu", rcu_size, RTE_CACHE_LINE_SIZE);
	if (!datapath.packets || !datapath.batches || !datapath.rcu ||
	    rte_rcu_qsbr_init(datapath.rcu, WORKERS_MAX) != 0) {
		snprintf(reason, 256,
		         "out of memory for %u packet buffers; raise --memory or lower --packets",
		         options->packets);
		return -ENOMEM;
	}
	for (unsigned interface = 0; interface < 65536; interface++)
		atomic_store_explicit(&datapath.port_of_interface[interface], NO_PORT, memory_order_relaxed);
	return 0;
}
