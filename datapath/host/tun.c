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

static int configure(const struct tun *tun, uint32_t mtu)
{
	int error = kernel_device_setting(tun->name, "ipv6", "disable_ipv6", 1);

	if (error && error != -ENOENT)
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

int tun_open(const char *interface, uint32_t mtu, struct tun *out)
{
	struct kernel_device device;
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int error;

	if (strlen(interface) > TUN_NAME_MAX)
		return -ENAMETOOLONG;
	snprintf(out->name, sizeof(out->name), TUN_PREFIX "%.*s", (int)TUN_NAME_MAX, interface);
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

void tun_close(struct tun *tun)
{
	if (tun->fd >= 0)
		close(tun->fd);
	tun->fd = -1;
}
