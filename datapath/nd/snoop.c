/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/nd/snoop.h"

#include "lib/messages/neighbour.h"
#include "lib/messages/type.h"

#include <string.h>

#define TYPE       40    /* offset of the ICMPv6 type */
#define QUEUED_MAX 65536 /* bytes: a client that has not read these misses some */

static struct ipc_connection *client;
static uint32_t wanted;

void nd_snoop_set(struct ipc_connection *connection, uint32_t now_wanted)
{
	if (!now_wanted && client != connection)
		return;
	client = now_wanted ? connection : NULL;
	wanted = now_wanted;
}

void nd_snoop_closed(const struct ipc_connection *connection)
{
	if (client == connection)
		client = NULL;
}

static bool is_wanted(enum discovery_snoop what)
{
	return client && wanted & what && ipc_queued(client) <= QUEUED_MAX;
}

static void tell(struct message_discovery head, const void *body, size_t length)
{
	struct {
		struct message_discovery head;
		uint8_t body[DISCOVERY_MAX];
	} message = {.head = head};

	if (length > DISCOVERY_MAX)
		length = DISCOVERY_MAX;
	memcpy(message.body, body, length);
	(void)ipc_send(client, MESSAGE_DISCOVERY_SEEN, &message, sizeof(message.head) + length, -1);
}

void nd_snoop(uint16_t interface, bool sent, const void *ip, size_t length)
{
	const uint8_t *bytes = ip;

	/* Router Solicitation and Advertisement. */
	if (is_wanted(DISCOVERY_ROUTERS) && length > TYPE && bytes[TYPE] >= 133 && bytes[TYPE] <= 134)
		tell((struct message_discovery){interface, sent, DISCOVERY_ROUTER_PACKET}, ip, length);
}

void arp_snoop(uint16_t interface, bool sent, const void *frame, size_t length)
{
	if (is_wanted(DISCOVERY_ARP))
		tell((struct message_discovery){interface, sent, DISCOVERY_ARP_FRAME}, frame, length);
}

void dhcp_snoop(uint16_t interface, bool sent, const struct discovery_dhcp *seen)
{
	if (is_wanted(DISCOVERY_DHCP))
		tell((struct message_discovery){interface, sent, DISCOVERY_DHCP_MESSAGE}, seen,
		     sizeof(*seen));
}

void neighbour_snoop(const struct neighbour *neighbour, enum neighbour_state before)
{
	struct discovery_state state = {.before = (uint8_t)before,
	                                .after = neighbour->state,
	                                .mac = neighbour->mac,
	                                .address = neighbour->next_hop};

	if (neighbour->next_hop.version == 4 && is_wanted(DISCOVERY_ARP))
		tell((struct message_discovery){neighbour->interface, 0, DISCOVERY_STATE}, &state,
		     sizeof(state));
}
