/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "lib/ipc.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>

struct learned {
	struct message_autoconfiguration known;
	bool ordered; /* the datapath was asked for some */
	bool waiting; /* for the end of an activation */
};

static void log_change(const struct engine *engine, const struct autoconfiguration *known)
{
	char address[IP_ADDRESS_TEXT] = "none", router[IP_ADDRESS_TEXT] = "none";

	if (known->address.version)
		ip_address_format(&known->address, address);
	if (known->router.version)
		ip_address_format(&known->router, router);
	qb_log(LOG_NOTICE, "interface %s: SLAAC: address %s, router %s",
	       interface_name(&engine->running, known->interface), address, router);
}

static void on_told(void *user, const struct ipc_message *message)
{
	struct engine *engine = user;
	struct learned *learned = engine->learned;
	struct message_autoconfiguration told;

	if (message->length != sizeof(told))
		return;
	memcpy(&told, message->body, sizeof(told));
	if (told.count > AUTOCONFIGURATIONS_MAX || !memcmp(&told, &learned->known, sizeof(told)))
		return;
	for (uint32_t i = 0; i < told.count; i++)
		if (memcmp(&told.interface[i], &learned->known.interface[i], sizeof(told.interface[i])) != 0)
			log_change(engine, &told.interface[i]);
	learned->known = told;
	if (engine->activation.busy)
		learned->waiting = true;
	else
		engine_apply_running(engine);
}

int engine_learned_create(struct engine *engine)
{
	engine->learned = calloc(1, sizeof(*engine->learned));
	if (!engine->learned)
		return -ENOMEM;
	datapath_link_autoconfiguration(engine->datapath, on_told, engine);
	return 0;
}

void engine_learned_destroy(struct engine *engine)
{
	free(engine->learned);
	engine->learned = NULL;
}

void engine_learned_order(struct engine *engine, const struct configuration *configuration)
{
	struct message_autoconfigure order;

	if (!engine->learned)
		return;
	learned_order(configuration, &order);
	if (!order.count && !engine->learned->ordered)
		return;
	engine->learned->ordered = order.count > 0;
	(void)datapath_link_send(engine->datapath, MESSAGE_AUTOCONFIGURE, &order, sizeof(order));
}

void engine_learned_waiting(struct engine *engine)
{
	if (!engine->learned || !engine->learned->waiting)
		return;
	engine->learned->waiting = false;
	engine_apply_running(engine);
}

const struct configuration *engine_learned_view(const struct engine *engine,
                                                const struct configuration *configuration,
                                                struct configuration *copy)
{
	if (!engine->learned || !engine->learned->known.count)
		return configuration;
	if (configuration_copy(configuration, copy) || learned_fill(copy, &engine->learned->known)) {
		configuration_clear(copy);
		return configuration;
	}
	return copy;
}
