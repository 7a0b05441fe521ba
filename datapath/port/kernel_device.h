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

/* An ioctl of a device. Returns 0 or -errno. */
struct ifreq;
int kernel_device_request(const char *name, unsigned long command, struct ifreq *ifreq);

/* Sets IFF_* flags and clears others. Returns 0 or -errno. */
int kernel_device_flags(const char *name, unsigned set, unsigned clear);
int kernel_device_set_mtu(const char *name, uint32_t mtu);
int kernel_device_set_mac(const char *name, const struct mac_address *mac);
/* The address that the device was made with. False where it says none, as virtual ones do. */
bool kernel_device_permanent_mac(const char *name, struct mac_address *out);
/* Has frames come in whatever VLAN they are of, also without promiscuous mode. Returns 0, or -EOPNOTSUPP where it goes on filtering. */
int kernel_device_take_all_vlans(const char *name);

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
