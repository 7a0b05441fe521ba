/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nd/snoop.h"

#include "lib/messages/neighbour.h"
#include "lib/messages/type.h"

#include <string.h>

#define TYPE       40    /* offset of the ICMPv6 type */
#define QUEUED_MAX 65536 /* bytes: a client that has not read these misses some */

static struct ipc_connection *client;

void nd_snoop_set(struct ipc_connection *connection, bool on)
{
	if (on)
		client = connection;
	else if (client == connection)
		client = NULL;
}

void nd_snoop_closed(const struct ipc_connection *connection)
{
	if (client == connection)
		client = NULL;
}

void nd_snoop(uint16_t interface, bool sent, const void *ip, size_t length)
{
	struct {
		struct message_discovery head;
		uint8_t packet[DISCOVERY_MAX];
	} message = {.head = {.interface = interface, .sent = sent}};
	const uint8_t *bytes = ip;

	/* Router Solicitation and Advertisement. */
	if (!client || length <= TYPE || bytes[TYPE] < 133 || bytes[TYPE] > 134 ||
	    ipc_queued(client) > QUEUED_MAX)
		return;
	if (length > DISCOVERY_MAX)
		length = DISCOVERY_MAX;
	memcpy(message.packet, bytes, length);
	(void)ipc_send(client, MESSAGE_DISCOVERY_SEEN, &message, sizeof(message.head) + length, -1);
}
