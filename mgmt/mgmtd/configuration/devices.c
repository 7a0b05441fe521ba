/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/configuration/devices.h"
#include "mgmt/mgmtd/configuration/value.h"

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

/* The device's address and network (C05-008), which stand for nothing until they are set. */
static int add_addresses(struct configuration *configuration, const char *name, unsigned number)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "IPAddress");
	static const struct {
		const char *end, *format, *comments;
	} made[] = {{"ip", "127.0.%u.1", "Address of the interface"},
	            {"net", "127.0.%u.0/24", "Network on the interface"}};
	int error = 0;

	for (size_t i = 0; i < 2 && !error; i++) {
		char key[64], address[32];
		const char *values[1] = {address}, *comments[1] = {made[i].comments};
		struct lyd_node *object;

		snprintf(key, sizeof(key), "%.55s_%s", name, made[i].end);
		snprintf(address, sizeof(address), made[i].format, number);
		error = object_create(configuration, type, NULL, key, &object);
		if (!error)
			error = value_set(object, type_property(type, "Address"), 0, values, 1);
		if (!error)
			error = value_set(object, type_property(type, "Comments"), 0, comments, 1);
		if (error == -EEXIST)
			error = 0;
	}
	return error;
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
	error = value_set(device, type_property(type, "Device"), 0, values, 1);
	return error ? error
	             : add_addresses(configuration, name, object_count(configuration, type, NULL) % 256);
}

int devices_add_addresses(struct configuration *configuration, const struct configuration *devices)
{
	const struct object_type *type = schema_type(devices->schema, NULL, "EthernetDevice");
	unsigned number = 0;
	int error = 0;

	for (const struct lyd_node *device = object_first(devices, type, NULL); device && !error;
	     device = object_next(device))
		error = add_addresses(configuration, object_key(type, device), ++number % 256);
	return error;
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
