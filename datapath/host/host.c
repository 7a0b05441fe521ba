/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/host.h"

#include "datapath/core/control.h"
#include "datapath/host/addresses.h"
#include "datapath/host/local_reassembly.h"
#include "datapath/host/path_mtu.h"
#include "datapath/host/tun.h"
#include "datapath/port/kernel_device.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#define READ_MAX     64 /* packets of one interface before others get their turn */
#define SEGMENTS_MAX 8

static struct host {
	uint16_t interface; /* 0: free */
	uint32_t mtu;
	bool wanted;
	char interface_name[32];
	struct tun tun;
} hosts[POLICY_INTERFACES_MAX];

static struct host *host_of(uint16_t interface)
{
	for (unsigned i = 0; interface && i < POLICY_INTERFACES_MAX; i++) {
		if (hosts[i].interface == interface)
			return &hosts[i];
	}
	return NULL;
}

/* One packet that Linux sent. False: nothing more now. */
static bool receive(const struct host *host)
{
	struct rte_mbuf *mbuf = rte_pktmbuf_alloc(datapath.packets);
	ssize_t length;
	char *data;

	if (!mbuf) {
		char scratch[64];

		/* Read and lost: the device would make this loop spin otherwise. */
		control_count(COUNTER_FROM_HOST);
		control_count(COUNTER_DROP_MEMORY);
		return read(host->tun.fd, scratch, sizeof(scratch)) >= 0;
	}
	data = rte_pktmbuf_mtod(mbuf, char *);
	length = read(host->tun.fd, data, rte_pktmbuf_tailroom(mbuf));
	if (length <= 0) {
		rte_pktmbuf_free(mbuf);
		return false;
	}
	mbuf->data_len = (uint16_t)length;
	mbuf->pkt_len = (uint32_t)length;
	*packet_of(mbuf) = (struct packet){.interface = host->interface, .kind = PACKET_FROM_HOST};
	control_count(COUNTER_FROM_HOST);
	if (data[0] >> 4 != 4 && data[0] >> 4 != 6) {
		control_drop(mbuf, COUNTER_DROP_HOST);
		return true;
	}
	control_to_worker(mbuf);
	return true;
}

static int32_t readable(int32_t fd, int32_t events, void *user)
{
	const struct host *host = user;

	(void)fd;
	(void)events;
	for (unsigned i = 0; i < READ_MAX && receive(host); i++)
		;
	return 0;
}

/* A fragment waits for the others; it was delivered when it is here. */
static void deliver_fragment(const struct host *host, struct rte_mbuf *mbuf)
{
	const struct policy *policy = control_policy();
	const struct policy_settings *settings = policy ? policy->settings : NULL;
	struct local_packet whole = {.data = NULL};
	enum counter reason = COUNTER_DROP_HOST;
	uint32_t failed = 0;

	if (host && settings && rte_pktmbuf_linearize(mbuf) == 0)
		reason = local_reassembly_add(&settings->local_reassembly, control_now(),
		                              settings->fragments.time_limit * NANOSECONDS_PER_SECOND,
		                              rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len,
		                              host->interface, &whole, &failed);
	datapath.control_counters.value[COUNTER_LOCAL_REASSEMBLY_FAILED] += failed;
	if (whole.data) {
		if (write(host->tun.fd, whole.data, whole.length) < 0)
			reason = COUNTER_DROP_HOST;
		else
			control_count(COUNTER_LOCAL_REASSEMBLY_DONE);
		free(whole.memory);
	}
	if (reason != COUNTER_COUNT) {
		control_drop(mbuf, reason);
		return;
	}
	control_count(COUNTER_TO_HOST);
	rte_pktmbuf_free(mbuf);
}

void host_deliver(struct rte_mbuf *mbuf)
{
	const struct host *host = host_of(packet_of(mbuf)->interface);
	struct iovec segments[SEGMENTS_MAX];
	struct rte_mbuf *segment = mbuf;
	int count = 0;

	if (unlikely(local_reassembly_wanted(rte_pktmbuf_mtod(mbuf, const uint8_t *), mbuf->data_len))) {
		deliver_fragment(host, mbuf);
		return;
	}
	for (; count < RTE_MIN(mbuf->nb_segs, SEGMENTS_MAX); segment = segment->next)
		segments[count++] = (struct iovec){rte_pktmbuf_mtod(segment, void *), segment->data_len};
	if (!host || mbuf->nb_segs > SEGMENTS_MAX || writev(host->tun.fd, segments, count) < 0) {
		control_drop(mbuf, COUNTER_DROP_HOST);
		return;
	}
	control_count(COUNTER_TO_HOST);
	rte_pktmbuf_free(mbuf);
}

static void close_host(struct host *host)
{
	addresses_forget(host->tun.index);
	qb_loop_poll_del(control_loop(), host->tun.fd);
	tun_close(&host->tun);
	*host = (struct host){0};
}

static int open_host(const struct policy_interface *interface)
{
	struct host *host = NULL;
	int error;

	for (unsigned i = 0; i < POLICY_INTERFACES_MAX && !host; i++)
		host = hosts[i].interface == 0 ? &hosts[i] : NULL;
	if (!host)
		return -ENOSPC;
	error = tun_open_host(interface->name, interface->mtu, &host->tun);
	if (error)
		return error;
	host->interface = interface->id;
	host->mtu = interface->mtu;
	host->wanted = true;
	snprintf(host->interface_name, sizeof(host->interface_name), "%s", interface->name);
	error = qb_loop_poll_add(control_loop(), QB_LOOP_MED, host->tun.fd, POLLIN, host, readable);
	if (error) {
		tun_close(&host->tun);
		*host = (struct host){0};
	}
	return error;
}

static bool has_host(const struct policy_interface *interface)
{
	return !interface->disabled && interface->ha_type != POLICY_HA_SYNC;
}

int host_check(const struct policy *policy, char reason[256])
{
	for (uint32_t i = 0; i < policy->interface_count; i++) {
		if (strlen(policy->interfaces[i].name) <= TUN_NAME_MAX)
			continue;
		snprintf(reason, 256,
		         "EthernetInterface %s: the name is longer than %zu characters; choose a shorter one",
		         policy->interfaces[i].name, TUN_NAME_MAX);
		return -EINVAL;
	}
	return 0;
}

/* Devices first: addresses and routes need them. */
static int reconcile_devices(const struct policy *policy, char reason[256])
{
	int error, first = 0;

	for (unsigned i = 0; i < POLICY_INTERFACES_MAX; i++) {
		const struct policy_interface *interface =
		    hosts[i].interface ? policy_interface_by_id(policy, hosts[i].interface) : NULL;

		hosts[i].wanted = interface && has_host(interface) && interface->mtu == hosts[i].mtu &&
		                  strcmp(interface->name, hosts[i].interface_name) == 0;
		if (hosts[i].interface && !hosts[i].wanted)
			close_host(&hosts[i]);
	}
	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (!has_host(interface) || host_of(interface->id))
			continue;
		error = open_host(interface);
		if (error && !first) {
			first = error;
			snprintf(reason, 256, "EthernetInterface %s: no host interface: %s", interface->name,
			         strerror(-error));
		}
		control_breathe();
	}
	return first;
}

/* A Sync interface stays with the kernel: it only has to be up. Returns the kernel's index or -errno. */
static int sync_device(const struct policy_interface *interface)
{
	struct kernel_device device;
	int error = kernel_device_read(interface->device, &device);

	if (!error && interface->mtu && interface->mtu != device.mtu)
		error = kernel_device_set_mtu(interface->device, interface->mtu);
	/* It may have been a port before. */
	if (!error)
		error = kernel_device_flags(interface->device, IFF_UP, IFF_NOARP);
	if (!error)
		error = kernel_device_setting(interface->device, "ipv4", "rp_filter", 0);
	if (!error)
		error = kernel_device_setting(interface->device, "ipv4", "arp_ignore", 1);
	return error ? error : device.index;
}

int host_reconcile(const struct policy *policy, char reason[256])
{
	int first = reconcile_devices(policy, reason), failed = path_mtu_apply(&policy->settings->path_mtu);

	if (failed && !first) {
		first = failed;
		snprintf(reason, 256, "IPSettings: Linux does not take the path MTU's settings: %s",
		         strerror(-failed));
	}

	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];
		const struct host *host = host_of(interface->id);
		int index = host ? host->tun.index : -ENODEV, error;

		if (interface->disabled)
			continue;
		if (interface->ha_type == POLICY_HA_SYNC)
			index = sync_device(interface);
		error = index < 0 ? index : addresses_apply(policy, interface, index);
		if (error && !first) {
			first = error;
			snprintf(reason, 256,
			         "EthernetInterface %s: device '%s' cannot be given its addresses: %s",
			         interface->name, interface->device, strerror(-error));
		}
	}
	return first;
}

void host_stop(void)
{
	local_reassembly_stop();
	for (unsigned i = 0; i < POLICY_INTERFACES_MAX; i++) {
		if (hosts[i].interface)
			close_host(&hosts[i]);
	}
}
