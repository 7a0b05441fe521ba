/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/driver.h"

#include "datapath/core/control.h"
#include "datapath/core/datapath.h"
#include "datapath/core/privileges.h"
#include "datapath/host/netlink.h"
#include "datapath/port/kernel_device.h"
#include "datapath/port/xdp/program.h"
#include "datapath/port/xdp/ready.h"
#include "datapath/port/xdp_pool.h"

#include <errno.h>
#include <net/if.h>
#include <qb/qblog.h>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>

#define DESCRIPTORS       1024
#define AF_PACKET_FRAME   2048
#define AF_PACKET_FRAMES  1024
#define AF_PACKET_HEADERS 148 /* of the kernel and of Ethernet, in each frame of the ring */

static unsigned opened; /* virtual devices need names that were not used before */

const char *driver_name(uint8_t driver)
{
	switch (driver) {
	case POLICY_DRIVER_AF_PACKET:
		return "af_packet";
	case POLICY_DRIVER_AF_XDP:
		return "af_xdp";
	default:
		return "pci";
	}
}

/* Device names go into DPDK's argument lists, where these would start another argument. */
static bool name_is_plain(const char *name)
{
	return name[0] && !strpbrk(name, ",=[]/ \t\n");
}

static uint32_t mtu_max(uint8_t driver)
{
	uint32_t room = rte_pktmbuf_data_room_size(datapath.packets) - RTE_PKTMBUF_HEADROOM;

	return driver == POLICY_DRIVER_AF_XDP ? 1500 : room - AF_PACKET_HEADERS;
}

uint32_t driver_mtu(const struct policy_interface *interface)
{
	return interface->driver == POLICY_DRIVER_AF_XDP
	           ? interface->mtu
	           : RTE_MIN(interface->mtu, mtu_max(interface->driver) - interface->tag_room);
}

/* The largest packet, and the tags of VLANs by which frames are longer than an Ethernet frame of that MTU. */
static uint32_t frame_mtu(const struct policy_interface *interface)
{
	return driver_mtu(interface) + interface->tag_room;
}

static int prepare_kernel_device(const struct policy_interface *interface, struct driver_device *out,
                                 char reason[256])
{
	struct kernel_device kernel;
	int error = kernel_device_read(interface->device, &kernel);

	if (error) {
		snprintf(reason, 256, "EthernetInterface %s: device '%s' not found; correct EthernetDevice",
		         interface->name, interface->device);
		return -ENODEV;
	}
	if (interface->mtu && kernel.mtu != frame_mtu(interface)) {
		error = kernel_device_set_mtu(interface->device, frame_mtu(interface));
		if (error) {
			snprintf(reason, 256,
			         "EthernetInterface %s: device '%s' takes no MTU of %u (%s); correct MTU",
			         interface->name, interface->device, frame_mtu(interface), strerror(-error));
			return error;
		}
	}
	error = kernel_device_leave(interface->device, kernel.index);
	/* A program that a killed process left behind would take the frames away from either driver. */
	if (!error)
		error = netlink_xdp_detach(kernel.index);
	if (error)
		snprintf(reason, 256, "EthernetInterface %s: cannot take device '%s' from the kernel: %s",
		         interface->name, interface->device, strerror(-error));
	out->kernel_index = kernel.index;
	out->mac = kernel.mac;
	/* A process that was killed left its EthernetAddress there. */
	if (interface->mac_mode == POLICY_MAC_INTERFACE &&
	    memcmp(&kernel.mac, &interface->mac, sizeof(kernel.mac)) == 0) {
		out->typed_mac = kernel.mac;
		if (!kernel_device_permanent_mac(interface->device, &out->mac))
			out->mac = kernel.mac;
	}
	return error;
}

static int probe(const struct policy_interface *interface, unsigned queues, char name[64])
{
	unsigned frame = AF_PACKET_FRAME;
	char arguments[256], program[64];
	int error;

	switch (interface->driver) {
	case POLICY_DRIVER_AF_PACKET:
		/* Blocks of whole pages, filled without a gap. */
		frame = RTE_MAX(frame, RTE_ALIGN(frame_mtu(interface) + AF_PACKET_HEADERS, 1024));
		snprintf(name, 64, "net_af_packet_%u", opened++);
		snprintf(arguments, sizeof(arguments),
		         "iface=%s,qpairs=%u,blocksz=%u,framesz=%u,framecnt=%u,qdisc_bypass=1",
		         interface->device, queues, 4 * frame, frame, AF_PACKET_FRAMES);
		return rte_eal_hotplug_add("vdev", name, arguments);
	case POLICY_DRIVER_AF_XDP:
		snprintf(name, 64, "net_af_xdp_%u", opened++);
		error = xdp_program_path(program, sizeof(program));
		if (error)
			return error;
		snprintf(arguments, sizeof(arguments), "iface=%s,start_queue=0,queue_count=%u,xdp_prog=%s",
		         interface->device, queues, program);
		return rte_eal_hotplug_add("vdev", name, arguments);
	default:
		snprintf(name, 64, "%s", interface->device);
		return rte_eal_hotplug_add("pci", name, "");
	}
}

static int start(struct driver_device *out, const struct policy_interface *interface)
{
	struct rte_eth_conf configuration = {0};
	struct rte_eth_dev_info info;
	struct rte_ether_addr mac;
	int error = rte_eth_dev_info_get(out->port, &info);

	if (error)
		return error;
	out->receive_queues = (uint16_t)RTE_MIN(datapath.worker_count, info.max_rx_queues);
	out->transmit_queues = (uint16_t)RTE_MIN(datapath.worker_count, info.max_tx_queues);
	/* Virtual devices take their MTU from the kernel's and believe in 1500. */
	if (interface->driver == POLICY_DRIVER_PCI)
		configuration.rxmode.mtu = driver_mtu(interface);
	if (out->receive_queues > 1 && (info.flow_type_rss_offloads & RTE_ETH_RSS_IP)) {
		configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		configuration.rx_adv_conf.rss_conf.rss_hf =
		    info.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
	}
	error = rte_eth_dev_configure(out->port, out->receive_queues, out->transmit_queues, &configuration);
	for (uint16_t queue = 0; !error && queue < out->receive_queues; queue++)
		error = rte_eth_rx_queue_setup(out->port, queue, DESCRIPTORS, SOCKET_ID_ANY, NULL,
		                               out->pool ? out->pool : datapath.packets);
	for (uint16_t queue = 0; !error && queue < out->transmit_queues; queue++)
		error = rte_eth_tx_queue_setup(out->port, queue, DESCRIPTORS, SOCKET_ID_ANY, NULL);
	if (!error)
		error = rte_eth_dev_start(out->port);
	if (!error && interface->driver == POLICY_DRIVER_PCI && !rte_eth_macaddr_get(out->port, &mac))
		memcpy(out->mac.bytes, mac.addr_bytes, sizeof(out->mac.bytes));
	/* The shared address and the heartbeats' are none of the device's own. */
	out->promiscuous = interface->mac_mode == POLICY_MAC_PRIVATE_SHARED;
	if (!error && out->promiscuous)
		error = rte_eth_promiscuous_enable(out->port);
	return error;
}

/* What can be told without touching the device. */
static int check(const struct policy_interface *interface, char reason[256])
{
	bool af_xdp = interface->driver == POLICY_DRIVER_AF_XDP;

	if (!name_is_plain(interface->device)) {
		snprintf(reason, 256,
		         "EthernetInterface %s: '%s' is no name of a device; correct EthernetDevice",
		         interface->name, interface->device);
		return -EINVAL;
	}
	if (af_xdp && frame_mtu(interface) > mtu_max(interface->driver)) {
		snprintf(reason, 256,
		         "EthernetInterface %s: MTU %u with the tags of its VLANs is larger than %u, which "
		         "Driver=AFXDP "
		         "allows; lower MTU or set Driver=AFPacket",
		         interface->name, interface->mtu, mtu_max(interface->driver));
		return -EINVAL;
	}
	if (driver_mtu(interface) < interface->mtu)
		qb_log(LOG_NOTICE,
		       "EthernetInterface %s: MTU is %u until the system has started with larger buffers",
		       interface->name, driver_mtu(interface));
	return af_xdp ? xdp_check(interface, reason) : 0;
}

static int attach(const struct policy_interface *interface, struct driver_device *out)
{
	unsigned queues = datapath.worker_count;
	char name[64];
	int error;

	error = probe(interface, queues, name);
	/* A device with fewer queues than workers is served by fewer. */
	if (error && queues > 1)
		error = probe(interface, 1, name);
	if (!error) {
		error = rte_eth_dev_get_port_by_name(name, &out->port);
		out->open = !error;
	}
	return error ? error : start(out, interface);
}

static void close_af_xdp(struct driver_device *device)
{
	xdp_descriptors_close(&device->descriptors);
	if (driver_present(device))
		(void)netlink_xdp_detach(device->kernel_index);
	xdp_pool_retire(device->pool);
	device->pool = NULL;
}

static int open_af_xdp(const struct policy_interface *interface, struct driver_device *out, char reason[256])
{
	struct xdp_descriptors before;
	int error = xdp_ready(interface, out->kernel_index, datapath.worker_count, &out->pool, reason);

	if (error)
		return error;
	xdp_descriptors_list(&before);
	error = attach(interface, out);
	xdp_descriptors_new(&before, &out->descriptors);
	if (!error)
		return 0;
	/*
	 * The trial has succeeded, so this does not happen in general. DPDK would write to memory that it has
	 * freed if a port were closed that has a queue which failed: the port is left as it is.
	 */
	out->open = false;
	close_af_xdp(out);
	snprintf(reason, 256,
	         "EthernetInterface %s: Driver=AFXDP cannot use device '%s' (%s); --log-level debug of "
	         "hadrian-datapath tells more; or set Driver=AFPacket",
	         interface->name, interface->device, strerror(error < 0 ? -error : EIO));
	return error < 0 ? error : -EIO;
}

int driver_open(const struct policy_interface *interface, struct driver_device *out, char reason[256])
{
	bool pci = interface->driver == POLICY_DRIVER_PCI;
	int error = check(interface, reason);

	*out = (struct driver_device){.driver = interface->driver};
	snprintf(out->device, sizeof(out->device), "%s", interface->device);
	if (!error && !pci)
		error = prepare_kernel_device(interface, out, reason);
	if (error)
		return error;
	if (interface->driver == POLICY_DRIVER_AF_XDP)
		return open_af_xdp(interface, out, reason);
	error = attach(interface, out);
	if (!error)
		return 0;
	driver_close(out);
	snprintf(reason, 256,
	         "EthernetInterface %s: device '%s' cannot be opened by driver %s (%s): %s; correct "
	         "EthernetDevice",
	         interface->name, interface->device, driver_name(interface->driver),
	         strerror(error < 0 ? -error : EIO),
	         pci ? "is there no such address, or is it not bound to vfio-pci"
	             : "does another program use it");
	return error < 0 ? error : -EIO;
}

void driver_close(struct driver_device *device)
{
	struct rte_eth_dev_info info;

	if (!device->open)
		return;
	device->open = false;
	if (rte_eth_dev_info_get(device->port, &info) != 0)
		return;
	if (!mac_address_is_zero(&device->typed_mac) && driver_present(device))
		(void)driver_receive(device, true, &device->mac, false);
	rte_eth_dev_stop(device->port);
	rte_eth_dev_close(device->port);
	rte_dev_remove(info.device);
	if (device->driver == POLICY_DRIVER_AF_XDP)
		close_af_xdp(device);
}

bool driver_link_up(const struct driver_device *device)
{
	struct kernel_device kernel;
	struct rte_eth_link link;

	if (!device->open)
		return false;
	if (device->driver != POLICY_DRIVER_PCI)
		return kernel_device_read(device->device, &kernel) == 0 && kernel.up && kernel.running;
	return rte_eth_link_get_nowait(device->port, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

bool driver_present(const struct driver_device *device)
{
	struct kernel_device kernel;

	if (device->driver == POLICY_DRIVER_PCI)
		return true;
	return kernel_device_read(device->device, &kernel) == 0 && kernel.index == device->kernel_index;
}

void driver_describe(const struct driver_device *device, struct interface_row *row)
{
	struct rte_eth_dev_info info;
	struct rte_eth_link link;

	if (rte_eth_dev_info_get(device->port, &info) == 0)
		row->checksum_offload = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) != 0;
	if (device->driver != POLICY_DRIVER_PCI) {
		bool full = false;

		row->speed_mbps = kernel_device_speed(device->device, &full);
		row->full_duplex = full;
	} else if (rte_eth_link_get_nowait(device->port, &link) == 0 &&
	           link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN) {
		row->speed_mbps = link.link_speed;
		row->full_duplex = link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX;
	}
}
