/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/host/tun.h"

#include "datapath/port/kernel_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/*
 * The kernel keeps the addresses of IPv6 that it is given and does nothing of its own with them: Neighbour Discovery
 * and router advertisements are the datapath's affair. A kernel without IPv6 has no such settings.
 */
static int configure_ipv6(const struct tun *tun)
{
	static const struct {
		const char *name;
		int value;
	} settings[] = {
	    {"accept_ra", 0},        {"autoconf", 0},
	    {"accept_dad", 0},       {"dad_transmits", 0},
	    {"forwarding", 0},       {"router_solicitations", 0},
	    {"accept_redirects", 0}, {"addr_gen_mode", 1 /* no link-local address */},
	    {"disable_ipv6", 0},
	};
	int error = 0;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && !error; i++)
		error = kernel_device_setting(tun->name, "ipv6", settings[i].name, settings[i].value);
	return error == -ENOENT ? 0 : error;
}

static int configure(const struct tun *tun, uint32_t mtu)
{
	int error = configure_ipv6(tun);

	if (error)
		return error;
	/* What comes in here has passed the policy; its source may well be reached by another interface. */
	error = kernel_device_setting(tun->name, "ipv4", "rp_filter", 0);
	if (!error)
		error = kernel_device_setting(tun->name, "ipv4", "forwarding", 0);
	if (!error)
		error = kernel_device_set_mtu(tun->name, mtu);
	if (!error)
		error = kernel_device_flags(tun->name, IFF_UP, 0);
	return error;
}

int tun_open(const char *name, uint32_t mtu, struct tun *out)
{
	struct kernel_device device;
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int error;

	if (strlen(name) >= sizeof(out->name))
		return -ENAMETOOLONG;
	snprintf(out->name, sizeof(out->name), "%s", name);
	memcpy(request.ifr_name, out->name, sizeof(out->name));
	out->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (out->fd < 0)
		return -errno;
	error = ioctl(out->fd, TUNSETIFF, &request) < 0 ? -errno : 0;
	if (!error)
		error = configure(out, mtu);
	if (!error)
		error = kernel_device_read(out->name, &device);
	if (error) {
		tun_close(out);
		return error;
	}
	out->index = device.index;
	return 0;
}

int tun_open_host(const char *interface, uint32_t mtu, struct tun *out)
{
	char name[IFNAMSIZ];

	if (strlen(interface) > TUN_NAME_MAX)
		return -ENAMETOOLONG;
	snprintf(name, sizeof(name), TUN_PREFIX "%.*s", (int)TUN_NAME_MAX, interface);
	return tun_open(name, mtu, out);
}

void tun_close(struct tun *tun)
{
	if (tun->fd >= 0)
		close(tun->fd);
	tun->fd = -1;
}
