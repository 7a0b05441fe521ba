/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https/listeners.h"
#include "lib/address_socket.h"
#include "mgmt/mgmtd/configuration/interface.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void add_listener(struct listeners *listeners, const struct ip_address *address, uint16_t port,
                         const struct lyd_node *access)
{
	if ((address->version == 4 && address->bytes[0] == 127) || listeners->count == LISTENERS_MAX)
		return;
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->listener[i].port == port &&
		    !ip_address_compare(&listeners->listener[i].address, address))
			return;
	listeners->listener[listeners->count++] = (struct listener){*address, port, access};
}

static bool has_version(const struct ranges *ranges, unsigned version)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ranges->range[i].first.version == version)
			return true;
	return false;
}

struct access {
	const struct configuration *configuration;
	const struct lyd_node *object;
	uint16_t port;
	struct ranges clients;
	struct listeners *listeners;
};

static int add_interface(const struct object_type *type, struct lyd_node *interface, void *user)
{
	const struct access *access = user;
	const struct configuration *configuration = access->configuration;
	struct ranges ranges = {0};

	if (interface_is_down(type, interface))
		return 0;
	interface = interface_addresses_of(configuration, type, interface, &type);
	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &ranges);
	if (configuration_in_cluster(configuration))
		resolve_addresses(configuration, interface, type_property(type, "PrivateIP"),
		                  configuration_role(configuration), &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		if (has_version(&access->clients, ranges.range[i].first.version))
			add_listener(access->listeners, &ranges.range[i].first, access->port, access->object);
	ranges_free(&ranges);
	return 0;
}

const char *access_interface(const struct object_type *type, const struct lyd_node *access)
{
	const char *destination = value_of(type, access, "DestinationInterface");

	return *destination ? destination : value_of(type, access, "SourceInterface");
}

void listeners_of(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *access, const char *port_property, struct listeners *listeners)
{
	struct access one = {.configuration = configuration,
	                     .object = access,
	                     .port = (uint16_t)value_number(type, access, port_property),
	                     .listeners = listeners};

	resolve_addresses(configuration, access, type_property(type, "SourceNetwork"), 0, &one.clients);
	(void)interface_members(configuration, access_interface(type, access), add_interface, &one);
	ranges_free(&one.clients);
}

void listeners_find(const struct configuration *configuration, const char *type_name,
                    const char *port_property, struct listeners *listeners)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, type_name);

	for (const struct lyd_node *access = object_first(configuration, type, NULL); access;
	     access = object_next(access))
		if (!object_disabled(type, access))
			listeners_of(configuration, type, access, port_property, listeners);
}

static void find_all(const struct configuration *configuration, struct listeners *listeners)
{
	listeners->count = 0;
	listeners_find(configuration, "RemoteMgmtHTTP", "HTTPSPort", listeners);
	listeners_find(configuration, "RemoteMgmtSSH", "Port", listeners);
}

static bool has(const struct listeners *listeners, const struct listener *listener)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->listener[i].port == listener->port &&
		    !ip_address_compare(&listeners->listener[i].address, &listener->address))
			return true;
	return false;
}

/* The address need not be there yet. */
static bool is_taken(const struct listener *listener)
{
	struct sockaddr_storage address;
	socklen_t length = address_socket(&listener->address, listener->port, &address);
	int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool taken;

	if (fd < 0)
		return false;
	taken = !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) && !address_bind_early(fd) &&
	        bind(fd, (const struct sockaddr *)&address, length) && errno == EADDRINUSE;
	close(fd);
	return taken;
}

int listeners_check(const struct configuration *running, const struct configuration *next, char reason[256])
{
	struct listeners ours, wanted;
	char text[IP_ADDRESS_TEXT];

	find_all(running, &ours);
	find_all(next, &wanted);
	if (wanted.count == LISTENERS_MAX) {
		snprintf(
		    reason, 256,
		    "the interfaces of management have more than %d addresses; take some out, or disable an "
		    "access",
		    LISTENERS_MAX - 1);
		return -E2BIG;
	}
	for (size_t i = 0; i < wanted.count; i++) {
		if (has(&ours, &wanted.listener[i]) || !is_taken(&wanted.listener[i]))
			continue;
		ip_address_format(&wanted.listener[i].address, text);
		snprintf(reason, 256,
		         "another program of this system listens at %s, TCP port %u; choose another port",
		         text, wanted.listener[i].port);
		return -EADDRINUSE;
	}
	return 0;
}
