/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/devices.h"
#include "mgmt/mgmtd/value.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_ethernet(int fd, const char *name)
{
	struct ifreq request = {0};

	if (!strncmp(name, "h-", 2))
		return false;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &request) || request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return false;
	return !ioctl(fd, SIOCGIFFLAGS, &request) && !(request.ifr_flags & IFF_LOOPBACK);
}

static int add_device(struct configuration *configuration, const struct object_type *type, const char *name)
{
	const char *values[1] = {name};
	struct lyd_node *device;
	int error;

	if (!name_is_valid(name))
		return 0;
	error = object_create(configuration, type, NULL, name, &device);
	if (error)
		return error == -EEXIST ? 0 : error;
	return value_set(device, type_property(type, "Device"), 0, values, 1);
}

int devices_add(struct configuration *configuration)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetDevice");
	struct if_nameindex *devices = if_nameindex();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;

	for (struct if_nameindex *device = devices; device && device->if_index && fd >= 0 && !error; device++)
		if (is_ethernet(fd, device->if_name))
			error = add_device(configuration, type, device->if_name);
	if (fd >= 0)
		close(fd);
	if (devices)
		if_freenameindex(devices);
	return error;
}
