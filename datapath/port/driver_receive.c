/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/driver.h"
#include "datapath/port/kernel_device.h"

#include <net/if.h>
#include <rte_ethdev.h>
#include <string.h>

static bool set_mac(const struct driver_device *device, const struct mac_address *mac)
{
	struct rte_ether_addr address;

	if (device->driver != POLICY_DRIVER_PCI)
		return kernel_device_set_mac(device->device, mac) == 0;
	memcpy(address.addr_bytes, mac->bytes, sizeof(address.addr_bytes));
	return rte_eth_dev_default_mac_addr_set(device->port, &address) == 0;
}

/* Gives the device an address of a user's, or its own back. */
static bool be_addressed(struct driver_device *device, const struct mac_address *mac)
{
	const struct mac_address *now =
	    mac_address_is_zero(&device->typed_mac) ? &device->mac : &device->typed_mac;

	if (memcmp(mac, now, sizeof(*mac)) == 0)
		return true;
	if (!set_mac(device, mac))
		return false;
	device->typed_mac = memcmp(mac, &device->mac, sizeof(*mac)) == 0 ? (struct mac_address){{0}} : *mac;
	return true;
}

/* Groups, those of IPv6 among them, and frames with tags come to a promiscuous device anyway. */
static bool listen_for(struct driver_device *device, const struct mac_address *mac, bool vlans)
{
	if (!be_addressed(device, mac))
		return false;
	/* A port of DPDK filters VLANs only where it is told which. */
	if (device->driver == POLICY_DRIVER_PCI)
		return rte_eth_allmulticast_enable(device->port) == 0 &&
		       rte_eth_promiscuous_disable(device->port) == 0;
	return kernel_device_flags(device->device, IFF_ALLMULTI, 0) == 0 &&
	       (kernel_device_take_all_vlans(device->device) == 0 || !vlans) &&
	       rte_eth_promiscuous_disable(device->port) == 0;
}

bool driver_receive(struct driver_device *device, bool everything, const struct mac_address *mac, bool vlans)
{
	bool filters = !everything && listen_for(device, mac, vlans);

	device->promiscuous = !filters;
	if (filters)
		return true;
	(void)rte_eth_promiscuous_enable(device->port);
	if (!everything)
		return false;
	if (device->driver != POLICY_DRIVER_PCI)
		(void)kernel_device_flags(device->device, 0, IFF_ALLMULTI);
	return be_addressed(device, &device->mac);
}
