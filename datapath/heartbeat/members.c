/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/members.h"

#include "datapath/heartbeat/sync_socket.h"
#include "datapath/port/kernel_device.h"

#include <string.h>
#include <unistd.h>

/* The device of a Sync interface; the index is that of the configuration's member. */
static struct device {
	char name[64];
	int index; /* the kernel's */
} devices[POLICY_INTERFACES_MAX];

static void open_socket(struct heartbeat_member *member, struct device *device)
{
	int fd = sync_socket_open(device->name, &device->index);
	struct kernel_device kernel = {.index = 0};

	if (fd >= 0)
		(void)kernel_device_read(device->name, &kernel);
	member->fd = fd < 0 ? -1 : fd;
	member->mac = kernel.mac;
}

void members_collect(struct heartbeat_configuration *configuration, const struct policy *policy)
{
	configuration->member_count = 0;
	for (uint32_t i = 0; configuration->cluster && i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];
		unsigned number = configuration->member_count;

		if (interface->disabled || interface->ha_type == POLICY_HA_NON_CRITICAL)
			continue;
		configuration->members[number] = (struct heartbeat_member){
		    .id = interface->id, .sync = interface->ha_type == POLICY_HA_SYNC, .fd = -1};
		memcpy(devices[number].name, interface->device, sizeof(devices[number].name));
		if (configuration->members[number].sync)
			open_socket(&configuration->members[number], &devices[number]);
		configuration->member_count++;
	}
}

unsigned members_sockets(const struct heartbeat_configuration *configuration, int fds[POLICY_INTERFACES_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < configuration->member_count; i++) {
		if (configuration->members[i].fd >= 0)
			fds[count++] = configuration->members[i].fd;
	}
	return count;
}

void members_close(const int *fds, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		close(fds[i]);
}

/* True where its socket is that of a device that is there no more, or a device came that has none. */
static bool is_stale(const struct heartbeat_member *member, const struct device *device)
{
	struct kernel_device kernel;
	bool there = kernel_device_read(device->name, &kernel) == 0;

	if (member->fd < 0)
		return there;
	return !there || kernel.index != device->index;
}

bool members_renew(struct heartbeat_configuration *configuration, bool all, int old[POLICY_INTERFACES_MAX],
                   unsigned *old_count)
{
	unsigned opened = 0;

	*old_count = 0;
	for (unsigned i = 0; i < configuration->member_count; i++) {
		struct heartbeat_member *member = &configuration->members[i];

		if (!member->sync || !(all || is_stale(member, &devices[i])))
			continue;
		if (member->fd >= 0)
			old[(*old_count)++] = member->fd;
		open_socket(member, &devices[i]);
		opened += member->fd >= 0;
	}
	return *old_count + opened > 0;
}
