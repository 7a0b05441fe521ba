/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/https/listeners.h"
#include "mgmt/mgmtd/configuration/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void add_listener(struct listeners *listeners, const struct ip_address *address, uint16_t port,
                         const struct lyd_node *access)
{
	if (address->version != 4 || address->bytes[0] == 127 || listeners->count == LISTENERS_MAX)
		return;
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->listener[i].port == port &&
		    !ip_address_compare(&listeners->listener[i].address, address))
			return;
	listeners->listener[listeners->count++] = (struct listener){*address, port, access};
}

static void add_interface(const struct configuration *configuration, const char *name, uint16_t port,
                          const struct lyd_node *access, struct listeners *listeners)
{
	const struct object_type *type = schema_type(configuration->schema, NULL, "EthernetInterface");
	const struct lyd_node *interface = object_find(configuration, type, NULL, name);
	struct ranges ranges = {0};
	struct ip_address private_ip;

	if (!interface || object_disabled(type, interface))
		return;
	resolve_addresses(configuration, interface, type_property(type, "IPAddress"), 0, &ranges);
	for (size_t i = 0; i < ranges.count; i++)
		add_listener(listeners, &ranges.range[i].first, port, access);
	ranges_free(&ranges);
	if (!configuration_in_cluster(configuration))
		return;
	private_ip = resolve_host(configuration, value_text(interface, type_property(type, "PrivateIP"),
	                                                    configuration_role(configuration)));
	add_listener(listeners, &private_ip, port, access);
}

void listeners_of(const struct configuration *configuration, const struct object_type *type,
                  const struct lyd_node *access, const char *port_property, struct listeners *listeners)
{
	add_interface(configuration, value_of(type, access, "SourceInterface"),
	              (uint16_t)value_number(type, access, port_property), access, listeners);
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
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(listener->port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	bool taken;

	if (fd < 0)
		return false;
	memcpy(&address.sin_addr, listener->address.bytes, sizeof(address.sin_addr));
	taken = !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	        !setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on)) &&
	        bind(fd, (const struct sockaddr *)&address, sizeof(address)) && errno == EADDRINUSE;
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
