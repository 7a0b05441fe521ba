/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/log_event.h"
#include "lib/messages/type.h"

#include <qb/qblog.h>
#include <stdio.h>
#include <string.h>

/* A configuration that is committed at one node is on its way to the other for a moment. */
#define SETTLED_MS 5000

static void send_own(struct daemon *daemon)
{
	static uint8_t bytes[sizeof(struct message_cluster_identity)];
	size_t length = message_cluster_identity_pack(&daemon->identity.own, bytes);

	/* Sent again each time that it changes or the peer comes; with a full queue the next second tries again. */
	daemon->identity.owed = peer_link_send(daemon, GROUP_IDENTITY, NULL, 0, bytes, length) != 0;
}

void identity_set_own(struct daemon *daemon, const void *bytes, size_t length)
{
	struct message_cluster_identity own;

	if (!identity_read(bytes, length, &own))
		return;
	own.platform.max_flows = daemon->identity.own.platform.max_flows;
	own.platform.workers = daemon->identity.own.platform.workers;
	if (daemon->identity.own_known && memcmp(&own, &daemon->identity.own, sizeof(own)) == 0)
		return;
	daemon->identity.own = own;
	daemon->identity.own_known = true;
	send_own(daemon);
}

void identity_set_datapath(struct daemon *daemon, uint32_t max_flows, uint32_t workers)
{
	struct cluster_platform *own = &daemon->identity.own.platform;

	if (own->max_flows == max_flows && own->workers == workers)
		return;
	own->max_flows = max_flows;
	own->workers = workers;
	if (daemon->identity.own_known)
		send_own(daemon);
}

const char *identity_told(const struct daemon *daemon)
{
	return daemon->identity.peer_known ? daemon->identity.told : "";
}

void identity_peer_joined(struct daemon *daemon, bool joined)
{
	daemon->identity.peer_known = false;
	if (joined && daemon->identity.own_known)
		send_own(daemon);
}

void identity_of_peer(struct daemon *daemon, const struct group_message *message)
{
	daemon->identity.peer_known =
	    identity_read(message->payload, message->payload_length, &daemon->identity.peer);
}

static void tell(struct daemon *daemon, const char *text, bool interfaces)
{
	char told[IDENTITY_TEXT + 64];
	int length = snprintf(told, sizeof(told), "%s%s", interfaces ? "HA_CfgNotInSync:\n" : "",
	                      *text ? text : "This node and its peer are alike again.");

	log_event(interfaces ? LOG_EVENT_HA_CFG_NOT_IN_SYNC
	          : *text    ? LOG_EVENT_HA_PEER_DIFFERS
	                     : LOG_EVENT_HA_CFG_IN_SYNC,
	          "%s", told);
	if (daemon->mgmtd)
		ipc_send(daemon->mgmtd, MESSAGE_CLUSTER_DIFFERENCE, told, (size_t)length, -1);
}

void identity_second(struct daemon *daemon)
{
	struct identity_state *identity = &daemon->identity;
	char text[IDENTITY_TEXT];
	bool interfaces;

	if (identity->owed && identity->own_known)
		send_own(daemon);
	if (!identity->own_known || !identity->peer_known)
		return;
	interfaces = identity_differences(&identity->own, &identity->peer, text);
	if (strcmp(text, identity->seen) != 0) {
		snprintf(identity->seen, sizeof(identity->seen), "%s", text);
		identity->seen_ms = clock_now_ms();
	}
	if (clock_now_ms() - identity->seen_ms < SETTLED_MS || strcmp(text, identity->told) == 0)
		return;
	snprintf(identity->told, sizeof(identity->told), "%s", text);
	tell(daemon, text, interfaces);
}
