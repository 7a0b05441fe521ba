/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/discovery/snoop.h"
#include "lib/ipc.h"
#include "lib/messages/neighbour.h"
#include "mgmt/mgmtd/discovery/decode.h"
#include "mgmt/mgmtd/discovery/dhcpclient.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void print_body(const struct message_discovery *seen, size_t length, FILE *out)
{
	const uint8_t *body = (const uint8_t *)(seen + 1);
	struct discovery_state state;

	if (seen->kind != DISCOVERY_STATE)
		fputs(seen->sent ? "send " : "recv ", out);
	if (seen->kind == DISCOVERY_ROUTER_PACKET)
		discovery_decode(body, length, out);
	else if (seen->kind == DISCOVERY_ARP_FRAME)
		arp_decode(body, length, out);
	if (seen->kind != DISCOVERY_STATE || length < sizeof(state))
		return;
	memcpy(&state, body, sizeof(state));
	arp_print_state(&state, out);
}

/* As the guide prints it (C21-028). */
static char *describe_dhcp(const struct engine *engine, const struct message_discovery *seen, size_t length)
{
	struct discovery_dhcp message;
	char *text = NULL;
	size_t size;
	FILE *out;

	if (length < sizeof(message))
		return NULL;
	memcpy(&message, seen + 1, sizeof(message));
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	dhcp_print_message(interface_name(&engine->running, seen->interface), seen->sent, &message, out);
	fclose(out);
	return text;
}

static char *describe(const struct engine *engine, const struct message_discovery *seen, size_t length)
{
	char *text = NULL, stamp[16] = "";
	time_t now = time(NULL);
	struct tm local;
	size_t size;
	FILE *out;

	if (seen->kind == DISCOVERY_DHCP_MESSAGE)
		return describe_dhcp(engine, seen, length);
	out = open_memstream(&text, &size);
	if (!out)
		return NULL;
	if (localtime_r(&now, &local))
		strftime(stamp, sizeof(stamp), "%H:%M:%S", &local);
	fprintf(out, "%s %s ", stamp, interface_name(&engine->running, seen->interface));
	print_body(seen, length, out);
	fclose(out);
	return text;
}

static bool is_shown(const struct session *session, const struct message_discovery *seen)
{
	const struct arp_snoop *arp = &session->arp_snoop;
	bool shown = arp->interface[0] == POLICY_INTERFACE_ANY;

	if (!session->open)
		return false;
	if (seen->kind == DISCOVERY_DHCP_MESSAGE) {
		for (unsigned i = 0; i < ARP_SNOOP_MAX; i++)
			if (session->dhcp_snoop[i] == seen->interface)
				return true;
		return false;
	}
	if (seen->kind == DISCOVERY_ROUTER_PACKET)
		return session->ndp_snoop == POLICY_INTERFACE_ANY || session->ndp_snoop == seen->interface;
	for (unsigned i = 0; i < ARP_SNOOP_MAX && !shown; i++)
		shown = seen->interface != POLICY_INTERFACE_NONE && arp->interface[i] == seen->interface;
	return shown && (seen->kind == DISCOVERY_ARP_FRAME || arp->verbose);
}

static void on_seen(void *user, const struct ipc_message *message)
{
	struct engine *engine = user;
	const struct message_discovery *seen = message->body;
	char *text;

	if (message->length < sizeof(*seen))
		return;
	text = describe(engine, seen, message->length - sizeof(*seen));
	for (struct session *session = text ? engine->sessions : NULL; session; session = session->next)
		if (is_shown(session, seen))
			session_push(session, text);
	free(text);
}

void discovery_snoop_changed(struct engine *engine)
{
	uint32_t wanted = 0;

	for (const struct session *session = engine->sessions; session; session = session->next) {
		if (session->ndp_snoop != POLICY_INTERFACE_NONE)
			wanted |= DISCOVERY_ROUTERS;
		if (session->arp_snoop.interface[0] != POLICY_INTERFACE_NONE)
			wanted |= DISCOVERY_ARP;
		for (unsigned i = 0; i < ARP_SNOOP_MAX; i++)
			if (session->dhcp_snoop[i] != POLICY_INTERFACE_NONE)
				wanted |= DISCOVERY_DHCP;
	}
	datapath_link_snoop(engine->datapath, wanted, on_seen, engine);
}
