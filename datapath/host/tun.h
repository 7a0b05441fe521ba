/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HOST_TUN_H
#define DATAPATH_HOST_TUN_H

/* TUN devices that end with the process. Control thread. */

#include <net/if.h>
#include <stdint.h>

#define TUN_PREFIX "h-"
/* Characters of an interface's name for which a device can be made. */
#define TUN_NAME_MAX (IFNAMSIZ - 1 - (sizeof(TUN_PREFIX) - 1))

struct tun {
	int fd; /* non-blocking; one IP packet each read and write */
	int index;
	char name[IFNAMSIZ];
};

/* Makes a device of that name, up. Of IPv6 it has no address, and speaks none by itself. Returns 0 or -errno. */
int tun_open(const char *name, uint32_t mtu, struct tun *out);
/* The same for an interface: TUN_PREFIX and its name. */
int tun_open_host(const char *interface, uint32_t mtu, struct tun *out);
void tun_close(struct tun *tun);

#endif
