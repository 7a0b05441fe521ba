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

const char *engine_learned_state(uint8_t state)
{
	static const char *const words[] = {[AUTOCONFIGURATION_NONE] = "none",
	                                    [AUTOCONFIGURATION_TENTATIVE] = "tentative",
	                                    [AUTOCONFIGURATION_PREFERRED] = "preferred",
	                                    [AUTOCONFIGURATION_DEPRECATED] = "deprecated",
	                                    [AUTOCONFIGURATION_DUPLICATE] = "duplicate"};

	return state < sizeof(words) / sizeof(*words) ? words[state] : "unknown";
}

static void log_change(const struct engine *engine, const struct autoconfiguration *known)
{
	const char *name = interface_name(&engine->running, known->interface);
	char address[IP_ADDRESS_TEXT], router[IP_ADDRESS_TEXT] = "none";

	for (unsigned i = 0; i < known->address_count && i < AUTOCONFIGURATION_PREFIXES; i++)
		qb_log(LOG_NOTICE, "interface %s: SLAAC: address %s is %s", name,
		       ip_address_format(&known->address[i], address), engine_learned_state(known->state[i]));
	if (known->router.version)
		ip_address_format(&known->router, router);
	qb_log(LOG_NOTICE, "interface %s: SLAAC: router %s", name, router);
}

const struct autoconfiguration *engine_learned_of(const struct engine *engine, uint32_t interface)
{
	const struct message_autoconfiguration *known = engine->learned ? &engine->learned->known : NULL;

	for (uint32_t i = 0; known && i < known->count; i++)
		if (known->interface[i].interface == interface)
			return &known->interface[i];
	return NULL;
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
