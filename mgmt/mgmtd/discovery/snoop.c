/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/discovery/snoop.h"
#include "lib/ipc.h"
#include "lib/messages/neighbour.h"
#include "mgmt/mgmtd/discovery/decode.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"
#include "mgmt/mgmtd/session/session.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *describe(const struct engine *engine, const struct message_discovery *seen, size_t length)
{
	char *text = NULL, stamp[16] = "";
	time_t now = time(NULL);
	struct tm local;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (localtime_r(&now, &local))
		strftime(stamp, sizeof(stamp), "%H:%M:%S", &local);
	fprintf(out, "%s %s %s ", stamp, interface_name(&engine->running, seen->interface),
	        seen->sent ? "send" : "recv");
	discovery_decode((const uint8_t *)(seen + 1), length, out);
	fclose(out);
	return text;
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
		if (session->open &&
		    (session->ndp_snoop == POLICY_INTERFACE_ANY || session->ndp_snoop == seen->interface))
			session_push(session, text);
	free(text);
}

void discovery_snoop_changed(struct engine *engine)
{
	bool wanted = false;

	for (const struct session *session = engine->sessions; session; session = session->next)
		wanted |= session->ndp_snoop != POLICY_INTERFACE_NONE;
	datapath_link_snoop(engine->datapath, wanted, on_seen, engine);
}
