/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/ssh/listening.h"
#include "lib/address_socket.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Returns a descriptor or -errno. */
static int open_socket(const struct ip_address *to, uint16_t port)
{
	struct sockaddr_storage address;
	socklen_t length = address_socket(to, port, &address);
	int one = 1, error, fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	/* The address comes and goes with the datapath: bound before it is there. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) || address_bind_early(fd) ||
	    bind(fd, (struct sockaddr *)&address, length) || listen(fd, 16)) {
		error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static void try_socket(struct listening *listening, size_t number)
{
	const struct ip_address *address = &listening->socket[number].address;
	uint16_t port = listening->socket[number].port;
	int before = listening->socket[number].error, fd = open_socket(address, port);
	char text[IP_ADDRESS_TEXT];

	listening->socket[number].fd = fd < 0 ? -1 : fd;
	listening->socket[number].error = fd < 0 ? -fd : 0;
	if (fd < 0 && -fd != before)
		qb_log(LOG_ERR, "SSH cannot be served at %s port %u: %s", ip_address_format(address, text),
		       port, strerror(-fd));
}

static int find(const struct listening *listening, const struct ip_address *address, uint16_t port)
{
	for (size_t i = 0; i < listening->count; i++)
		if (listening->socket[i].port == port &&
		    !ip_address_compare(&listening->socket[i].address, address))
			return (int)i;
	return -1;
}

void listening_configure(struct listening *listening, const struct ssh_settings *settings)
{
	struct listening next = {0};

	for (size_t i = 0; i < settings->listener_count; i++) {
		const struct ssh_listener *wanted = &settings->listener[i];
		int have = find(listening, &wanted->address, wanted->port);

		if (find(&next, &wanted->address, wanted->port) >= 0)
			continue;
		next.socket[next.count].address = wanted->address;
		next.socket[next.count].port = wanted->port;
		next.socket[next.count].fd = have < 0 ? -1 : listening->socket[have].fd;
		if (have >= 0)
			listening->socket[have].fd = -1;
		next.count++;
	}
	listening_close(listening);
	*listening = next;
	listening_retry(listening);
}

bool listening_retry(struct listening *listening)
{
	bool changed = false;

	for (size_t i = 0; i < listening->count; i++) {
		if (listening->socket[i].fd >= 0)
			continue;
		try_socket(listening, i);
		changed |= listening->socket[i].fd >= 0;
	}
	return changed;
}

bool listening_incomplete(const struct listening *listening)
{
	for (size_t i = 0; i < listening->count; i++)
		if (listening->socket[i].fd < 0)
			return true;
	return false;
}

void listening_close(struct listening *listening)
{
	for (size_t i = 0; i < listening->count; i++)
		if (listening->socket[i].fd >= 0)
			close(listening->socket[i].fd);
	listening->count = 0;
}

int listening_error(const struct listening *listening, const struct ip_address *address, uint16_t port)
{
	int number = find(listening, address, port);

	return number < 0 ? 0 : listening->socket[number].error;
}
