/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_PORT_KERNEL_DEVICE_H
#define DATAPATH_PORT_KERNEL_DEVICE_H

/* A network device of the kernel: what its flags and /proc/sys settings are to be. Any thread. */

#include "lib/address.h"

#include <stdbool.h>
#include <stdint.h>

struct kernel_device {
	int index;
	bool up;      /* administratively */
	bool running; /* has a carrier */
	bool promiscuous;
	uint32_t mtu;
	struct mac_address mac;
};

/* Reads a device. Returns 0, -ENODEV where there is none of that name, or -errno. */
int kernel_device_read(const char *name, struct kernel_device *out);

/* Sets IFF_* flags and clears others. Returns 0 or -errno. */
int kernel_device_flags(const char *name, unsigned set, unsigned clear);
int kernel_device_set_mtu(const char *name, uint32_t mtu);

/* Writes /proc/sys/net/<family>/conf/<name>/<setting>, family "ipv4" or "ipv6". Returns 0, or -errno
 * (-ENOENT: absent). */
int kernel_device_setting(const char *name, const char *family, const char *setting, int value);

/* Writes /proc/sys/net/<setting> of the process's namespace. Returns as above. */
int kernel_setting(const char *setting, int value);

/*
 * Makes the kernel leave a device to DPDK: no address (those it has are removed), no ARP and nothing accepted
 * that came in by it, since its addresses are on the host interface and only what the datapath has let
 * through may reach them; no receive offload that joins packets; up. Returns 0 or -errno.
 */
int kernel_device_leave(const char *name, int index);

/* Megabits a second, 0 where the device knows none. */
uint32_t kernel_device_speed(const char *name, bool *full_duplex);

#endif
