/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_DRIVER_H
#define DATAPATH_PORT_DRIVER_H

/* Bringing one device under DPDK and letting it go. Control thread. */

#include "datapath/port/xdp/leftovers.h"
#include "lib/messages/query.h"
#include "lib/policy.h"

#include <stdbool.h>
#include <stdint.h>

struct driver_device {
	char device[64]; /* as the policy names it */
	uint8_t driver;  /* enum policy_driver */
	bool open;
	uint16_t port;    /* DPDK's number */
	int kernel_index; /* of the kernel's device, 0 for PCI */
	uint16_t receive_queues, transmit_queues;
	struct rte_mempool *pool;           /* AF_XDP: its own */
	struct xdp_descriptors descriptors; /* AF_XDP: what DPDK leaves open when it closes the port */
	struct mac_address mac;             /* the device's own */
	struct mac_address typed_mac;       /* the user's, that it has instead; zero: none */
	bool promiscuous;                   /* as driver_receive was told last */
};

/*
 * Opens, configures and starts an interface's device with a receive and a transmit queue for every worker
 * where it has so many. Returns 0, or -errno with the reason for people, in which case nothing stays open.
 */
int driver_open(const struct policy_interface *interface, struct driver_device *out, char reason[256]);
/* The MTU that an interface has as long as packet buffers are what they are: its own, or less. */
uint32_t driver_mtu(const struct policy_interface *interface);
/* Workers must not use it any more. */
void driver_close(struct driver_device *device);

/*
 * What the device takes from the wire: everything, or only what is for mac, broadcasts and groups, of any VLAN where it carries
 * VLANs (C22-050). False where it cannot have that address or cannot be told so: then it takes everything.
 */
bool driver_receive(struct driver_device *device, bool everything, const struct mac_address *mac, bool vlans);

/* Carrier now. */
bool driver_link_up(const struct driver_device *device);
/* False where the kernel's device has vanished or was made anew since driver_open. */
bool driver_present(const struct driver_device *device);

/* Fills speed, duplex and checksum offload of what ifstat shows. */
void driver_describe(const struct driver_device *device, struct interface_row *row);

/* The name that `ifstat` shows. */
const char *driver_name(uint8_t driver);

#endif
