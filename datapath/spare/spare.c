/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/spare/spare.h"

#include "datapath/core/control.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/host/netlink.h"
#include "datapath/host/tun.h"
#include "datapath/port/kernel_device.h"
#include "lib/spare_link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICE    "spare-links"
#define MTU_MAX   1500 /* packets are copied into buffers that always hold as much */
#define READ_MAX  64   /* packets before others get their turn */
#define HEADER    RTE_ETHER_HDR_LEN
#define FRAME_MAX (HEADER + MTU_MAX)

static struct {
	struct tun tun;
	bool open;
	uint32_t mtu;
	enum cluster_role role;
	struct mac_address own_mac, peer_mac; /* where the nodes do not use the devices' */
	struct spare_interface {
		uint16_t id;
		bool devices; /* HAEthernetAddressMode=InterfaceMAC */
	} interfaces[POLICY_PORTS_MAX];
	unsigned count;
} spare;

static const struct spare_interface *find(uint16_t interface)
{
	for (unsigned i = 0; i < spare.count; i++) {
		if (spare.interfaces[i].id == interface)
			return &spare.interfaces[i];
	}
	return NULL;
}

/* False where the frame can go nowhere: the peer has not told its address yet. */
static bool build_header(const struct spare_interface *interface, uint8_t frame[HEADER])
{
	struct mac_address own = spare.own_mac, peer = spare.peer_mac;
	const struct port *port = control_port(interface->id);

	if (interface->devices) {
		if (!port || !heartbeat_peer_mac(interface->id, &peer))
			return false;
		memcpy(own.bytes, port->mac.addr_bytes, sizeof(own.bytes));
	}
	memcpy(frame, peer.bytes, sizeof(peer.bytes));
	memcpy(frame + 6, own.bytes, sizeof(own.bytes));
	frame[12] = SPARE_LINK_ETHERTYPE >> 8;
	frame[13] = SPARE_LINK_ETHERTYPE & 0xff;
	return true;
}

/* What the kernel says beside Corosync's packets (it joins groups) stays here. False: nothing more now. */
static bool send_one(void)
{
	uint8_t frame[FRAME_MAX];
	ssize_t length = read(spare.tun.fd, frame + HEADER, MTU_MAX);
	const struct spare_interface *interface;
	size_t packet;

	if (length <= 0)
		return false;
	interface = find(spare_link_packet(frame + HEADER, (size_t)length, spare.role, &packet));
	if (interface && build_header(interface, frame))
		(void)control_transmit(interface->id, frame, HEADER + packet);
	return true;
}

static int32_t readable(int32_t fd, int32_t events, void *user)
{
	(void)fd;
	(void)events;
	(void)user;
	for (unsigned i = 0; i < READ_MAX && send_one(); i++)
		;
	return 0;
}

void spare_receive(struct rte_mbuf *mbuf)
{
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint16_t interface = packet_of(mbuf)->interface;
	size_t packet;

	/* Interfaces are in pairs (C22-015), and what is not of the peer is not for the kernel. */
	if (!find(interface) || spare_link_packet(frame + HEADER, rte_pktmbuf_data_len(mbuf) - HEADER,
	                                          cluster_role_peer(spare.role), &packet) != interface) {
		control_drop(mbuf, COUNTER_DROP_SPARE_LINK);
		return;
	}
	if (write(spare.tun.fd, frame + HEADER, packet) < 0) {
		control_drop(mbuf, COUNTER_DROP_HOST);
		return;
	}
	control_count(COUNTER_OWN_TAKEN);
	rte_pktmbuf_free(mbuf);
}

void spare_stop(void)
{
	spare.count = 0;
	if (!spare.open)
		return;
	qb_loop_poll_del(control_loop(), spare.tun.fd);
	tun_close(&spare.tun);
	spare.open = false;
}

static int open_device(void)
{
	int error = tun_open(DEVICE, spare.mtu, &spare.tun);

	if (error)
		return error;
	error = qb_loop_poll_add(control_loop(), QB_LOOP_MED, spare.tun.fd, POLLIN, NULL, readable);
	if (error)
		tun_close(&spare.tun);
	spare.open = !error;
	return error;
}

static bool wanted(const struct netlink_address *address)
{
	for (unsigned i = 0; i < spare.count; i++) {
		struct ip_address own = spare_link_address(spare.interfaces[i].id, spare.role);

		if (ip_address_compare(&own, &address->address) == 0)
			return true;
	}
	return false;
}

static int set_addresses(void)
{
	struct netlink_address *present;
	int count = netlink_addresses(spare.tun.index, 6, &present), error = count < 0 ? count : 0;

	for (int i = 0; i < count; i++) {
		if (!wanted(&present[i]))
			(void)netlink_address_delete(spare.tun.index, &present[i]);
	}
	free(present);
	for (unsigned i = 0; i < spare.count && !error; i++) {
		struct netlink_address own = {.address =
		                                  spare_link_address(spare.interfaces[i].id, spare.role),
		                              .prefix_length = SPARE_LINK_PREFIX};

		error = netlink_address_add(spare.tun.index, &own, true);
	}
	return error;
}

static bool carries(const struct policy_interface *interface)
{
	return !interface->disabled && !interface->carrier && interface->ha_type == POLICY_HA_CRITICAL &&
	       interface->mtu >= SPARE_LINK_MTU_MIN;
}

/* Returns the MTU that all of them have. */
static uint32_t find_interfaces(const struct policy *policy)
{
	uint32_t mtu = MTU_MAX;

	spare.count = 0;
	for (uint32_t i = 0; i < policy->interface_count && spare.count < POLICY_PORTS_MAX; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (!policy->settings->cluster_enabled || !carries(interface))
			continue;
		spare.interfaces[spare.count++] = (struct spare_interface){
		    .id = interface->id, .devices = interface->mac_mode == POLICY_MAC_INTERFACE};
		mtu = RTE_MIN(mtu, interface->mtu);
	}
	return mtu;
}

int spare_configure(const struct policy *policy)
{
	uint8_t cluster = policy->settings->cluster_id;
	uint32_t mtu = find_interfaces(policy);
	int error = 0;

	spare.role = policy->settings->cluster_role;
	spare.own_mac = heartbeat_mac(cluster, spare.role);
	spare.peer_mac = heartbeat_mac(cluster, cluster_role_peer(spare.role));
	if (spare.count == 0) {
		spare_stop();
		return 0;
	}
	if (spare.open && mtu != spare.mtu)
		error = kernel_device_set_mtu(DEVICE, mtu);
	spare.mtu = mtu;
	if (!spare.open)
		error = open_device();
	if (!error)
		error = set_addresses();
	if (error)
		spare_stop();
	return error == -EOPNOTSUPP || error == -EAFNOSUPPORT ? 0 : error;
}
