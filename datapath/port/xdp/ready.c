/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/xdp/ready.h"

#include "datapath/core/control.h"
#include "datapath/core/huge.h"
#include "datapath/core/privileges.h"
#include "datapath/port/xdp/trial.h"
#include "datapath/port/xdp_pool.h"

#include <errno.h>
#include <rte_eal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/*
 * The kernel lets go of a queue some time after its socket was closed: an RCU grace period, a work queue and
 * a lock later.
 */
#define WAIT_NS  (2 * NANOSECONDS_PER_SECOND)
#define PAUSE_NS (2 * NANOSECONDS_PER_MILLISECOND)
#define REST_NS  (20 * NANOSECONDS_PER_MILLISECOND)

static void rest(uint64_t nanoseconds)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	uint64_t end = control_now() + nanoseconds;

	do {
		nanosleep(&pause, NULL);
		control_breathe();
	} while (control_now() < end);
}

/* The first trial that is not refused because of another socket, which may be one that is going. */
static int try_until_free(int kernel_index)
{
	uint64_t end = control_now() + WAIT_NS;
	int error = xdp_trial(kernel_index, 0);

	while (error == -EBUSY && control_now() < end) {
		rest(PAUSE_NS);
		error = xdp_trial(kernel_index, 0);
	}
	return error;
}

/*
 * DPDK has one attempt only. How long the kernel needs now to let go of a queue is measured with two trials,
 * and for the second one several times as long is waited.
 */
static int free_queue(int kernel_index)
{
	int error = try_until_free(kernel_index);
	uint64_t closed = control_now();

	if (!error)
		error = try_until_free(kernel_index);
	if (!error)
		rest(4 * (control_now() - closed) + REST_NS);
	return error;
}

int xdp_check(const struct policy_interface *interface, char reason[256])
{
	/* Without, the kernel drops all packets: it wants the memory of a packet in one piece. */
	if (!rte_eal_has_hugepages()) {
		snprintf(reason, 256,
		         "EthernetInterface %s: Driver=AFXDP of device '%s' needs huge pages, and "
		         "hadrian-datapath "
		         "runs without; start it without --no-huge, or set Driver=AFPacket",
		         interface->name, interface->device);
		return -ENOTSUP;
	}
	if (!privileges_af_xdp()) {
		snprintf(
		    reason, 256,
		    "EthernetInterface %s: Driver=AFXDP of device '%s' needs the capability CAP_BPF; start "
		    "hadrian-datapath with it, or set Driver=AFPacket",
		    interface->name, interface->device);
		return -EPERM;
	}
	return 0;
}

static int make_pool(const struct policy_interface *interface, unsigned queues, struct rte_mempool **pool,
                     char reason[256])
{
	unsigned long megabytes = (xdp_pool_size(queues) >> 20) + 2;
	char hint[96];
	int error = xdp_pool_create(queues, pool);

	if (error == -EAGAIN)
		snprintf(
		    reason, 256,
		    "EthernetInterface %s: Driver=AFXDP: the packets of ports that were closed are not all "
		    "back; try again in a minute",
		    interface->name);
	else if (error)
		snprintf(
		    reason, 256,
		    "EthernetInterface %s: Driver=AFXDP needs %lu MB of huge pages more, %lu MB are free; "
		    "%s, or set Driver=AFPacket",
		    interface->name, megabytes, huge_free_mb(), huge_hint(megabytes, hint, sizeof(hint)));
	return error;
}

static const char *meaning(int error)
{
	switch (error) {
	case -EBUSY:
		return "another program has an AF_XDP socket on it; end that program";
	case -EAFNOSUPPORT:
		return "this kernel has no AF_XDP sockets (CONFIG_XDP_SOCKETS)";
	case -EPERM:
		return "not permitted, or more memory locked than RLIMIT_MEMLOCK; give CAP_NET_RAW and "
		       "CAP_IPC_LOCK";
	default:
		return strerror(-error);
	}
}

int xdp_ready(const struct policy_interface *interface, int kernel_index, unsigned queues,
              struct rte_mempool **pool, char reason[256])
{
	int error = free_queue(kernel_index);

	*pool = NULL;
	if (!error)
		return make_pool(interface, queues, pool, reason);
	snprintf(reason, 256,
	         "EthernetInterface %s: Driver=AFXDP cannot use device '%s': %s, or set Driver=AFPacket",
	         interface->name, interface->device, meaning(error));
	return error;
}
