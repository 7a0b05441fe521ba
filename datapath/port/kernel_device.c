/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/kernel_device.h"

#include "datapath/host/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <qb/qblog.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int kernel_device_request(const char *name, unsigned long command, struct ifreq *ifreq)
{
	int fd, error = 0;

	if (strlen(name) >= IFNAMSIZ)
		return -ENODEV;
	strcpy(ifreq->ifr_name, name);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (ioctl(fd, command, ifreq) < 0)
		error = -errno;
	close(fd);
	return error;
}

int kernel_device_read(const char *name, struct kernel_device *out)
{
	struct ifreq ifreq = {0};
	int error = kernel_device_request(name, SIOCGIFINDEX, &ifreq);

	if (error)
		return error;
	*out = (struct kernel_device){.index = ifreq.ifr_ifindex};
	error = kernel_device_request(name, SIOCGIFFLAGS, &ifreq);
	if (error)
		return error;
	out->up = ifreq.ifr_flags & IFF_UP;
	out->running = ifreq.ifr_flags & IFF_RUNNING;
	out->promiscuous = ifreq.ifr_flags & IFF_PROMISC;
	error = kernel_device_request(name, SIOCGIFMTU, &ifreq);
	if (error)
		return error;
	out->mtu = (uint32_t)ifreq.ifr_mtu;
	error = kernel_device_request(name, SIOCGIFHWADDR, &ifreq);
	memcpy(out->mac.bytes, ifreq.ifr_hwaddr.sa_data, sizeof(out->mac.bytes));
	return error;
}

int kernel_device_flags(const char *name, unsigned set, unsigned clear)
{
	struct ifreq ifreq = {0};
	int error = kernel_device_request(name, SIOCGIFFLAGS, &ifreq);
	unsigned flags = (unsigned short)ifreq.ifr_flags;

	if (error)
		return error;
	flags = (flags & ~clear) | set;
	if (flags == (unsigned short)ifreq.ifr_flags)
		return 0;
	ifreq.ifr_flags = (short)flags;
	return kernel_device_request(name, SIOCSIFFLAGS, &ifreq);
}

int kernel_device_set_mtu(const char *name, uint32_t mtu)
{
	struct ifreq ifreq = {.ifr_mtu = (int)mtu};

	return kernel_device_request(name, SIOCSIFMTU, &ifreq);
}

int kernel_device_setting(const char *name, const char *family, const char *setting, int value)
{
	char path[128];
	int length = snprintf(path, sizeof(path), "%s/conf/%s/%s", family, name, setting);

	if (length < 0 || (size_t)length >= sizeof(path))
		return -ENAMETOOLONG;
	return kernel_setting(path, value);
}

int kernel_setting(const char *setting, int value)
{
	char path[160], text[16];
	int fd, length, error = 0;

	length = snprintf(path, sizeof(path), "/proc/sys/net/%s", setting);
	if (length < 0 || (size_t)length >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = snprintf(text, sizeof(text), "%d\n", value);
	if (write(fd, text, (size_t)length) < 0)
		error = -errno;
	close(fd);
	return error;
}

uint32_t kernel_device_speed(const char *name, bool *full_duplex)
{
	struct ethtool_cmd settings = {.cmd = ETHTOOL_GSET};
	struct ifreq ifreq = {.ifr_data = (char *)&settings};
	uint32_t speed;

	*full_duplex = false;
	if (kernel_device_request(name, SIOCETHTOOL, &ifreq) != 0)
		return 0;
	speed = ethtool_cmd_speed(&settings);
	*full_duplex = settings.duplex == DUPLEX_FULL;
	return speed == (uint32_t)SPEED_UNKNOWN ? 0 : speed;
}

static void join_nothing(const char *name)
{
	static const uint32_t commands[] = {ETHTOOL_SGRO, ETHTOOL_SFLAGS};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct ethtool_value value = {.cmd = commands[i]};
		struct ifreq ifreq = {0};

		/* A device that has no such switch joins nothing. */
		ifreq.ifr_data = (char *)&value;
		(void)kernel_device_request(name, SIOCETHTOOL, &ifreq);
	}
}

static int remove_addresses(const char *name, int index)
{
	struct netlink_address *addresses;
	int count = netlink_addresses(index, 4, &addresses);

	for (int i = 0; i < count; i++) {
		char text[IP_ADDRESS_TEXT];

		qb_log(LOG_WARNING,
		       "device %s: address %s/%u removed, the device belongs to the datapath now", name,
		       ip_address_format(&addresses[i].address, text), addresses[i].prefix_length);
		/* Removing a primary address may take its secondary ones along. */
		(void)netlink_address_delete(index, &addresses[i]);
	}
	free(addresses);
	return count < 0 ? count : 0;
}

int kernel_device_leave(const char *name, int index)
{
	int error = kernel_device_setting(name, "ipv6", "disable_ipv6", 1);

	if (error && error != -ENOENT)
		return error;
	/*
	 * No route points to this device, so a strict check of the sources refuses all that comes in by it.
	 * It is the larger of the device's and the common setting that counts, and loose (2) is the larger.
	 */
	error = kernel_device_setting("all", "ipv4", "rp_filter", 0);
	if (!error)
		error = kernel_device_setting(name, "ipv4", "rp_filter", 1);
	if (!error)
		error = kernel_device_setting(name, "ipv4", "arp_ignore", 8);
	if (!error)
		error = kernel_device_setting(name, "ipv4", "forwarding", 0);
	if (!error)
		error = remove_addresses(name, index);
	join_nothing(name);
	if (!error)
		error = kernel_device_flags(name, IFF_UP | IFF_NOARP, 0);
	return error;
}
