/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/engine/engine_learned.h"
#include "lib/ipc.h"
#include "lib/messages/type.h"
#include "mgmt/mgmtd/configuration/learned.h"
#include "mgmt/mgmtd/configuration/learned_dhcp.h"
#include "mgmt/mgmtd/engine/datapath_link.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <arpa/inet.h>
#include <errno.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>

struct learned {
	struct message_autoconfiguration known;
	struct message_dhcp_client_status dhcp;
	/* The last address of each interface, for a datapath that starts again and asks for it. */
	struct {
		uint16_t interface;
		uint32_t address;
	} before[DHCP_CLIENTS_MAX];
	bool ordered, dhcp_ordered; /* the datapath was asked for some */
	bool awaited, dhcp_awaited; /* and has not answered yet since it was reached */
	bool waiting;               /* for the end of an activation */
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

const struct dhcp_client_status *engine_learned_dhcp_of(const struct engine *engine, uint32_t interface)
{
	const struct message_dhcp_client_status *known = engine->learned ? &engine->learned->dhcp : NULL;

	for (uint32_t i = 0; known && i < known->count; i++)
		if (known->interface[i].interface == interface)
			return &known->interface[i];
	return NULL;
}

/* Something else is in the objects than before. */
static void into_force(struct engine *engine)
{
	if (engine->activation.busy)
		engine->learned->waiting = true;
	else
		engine_apply_running(engine);
}

/* The last answer that was awaited has come: the configuration goes with it, whatever it says. */
static bool is_last(const struct learned *learned, bool *awaited)
{
	bool was = *awaited;

	*awaited = false;
	return was && !learned->awaited && !learned->dhcp_awaited;
}

/* Of a lease only its times change where it is renewed. */
static bool same_addresses(const struct dhcp_client_status *a, const struct dhcp_client_status *b)
{
	struct dhcp_lease one = a->lease, other = b->lease;

	one.lease_s = one.renew_s = one.rebind_s = one.server = 0;
	other.lease_s = other.renew_s = other.rebind_s = other.server = 0;
	return a->interface == b->interface && !memcmp(&one, &other, sizeof(one));
}

static void log_lease(const struct engine *engine, const struct dhcp_client_status *status)
{
	struct ip_address own = ip_address_from_ip4(ntohl(status->lease.address)),
	                  server = ip_address_from_ip4(ntohl(status->lease.server));
	const char *name = interface_name(&engine->running, status->interface);
	char address[IP_ADDRESS_TEXT], by[IP_ADDRESS_TEXT];

	if (!status->lease.address)
		qb_log(LOG_NOTICE, "interface %s: DHCP: no address", name);
	else
		qb_log(LOG_NOTICE, "interface %s: DHCP: address %s of server %s", name,
		       ip_address_format(&own, address), ip_address_format(&server, by));
}

static void remember(struct learned *learned, const struct dhcp_client_status *status)
{
	for (unsigned i = 0; i < DHCP_CLIENTS_MAX && status->lease.address; i++) {
		if (learned->before[i].interface && learned->before[i].interface != status->interface)
			continue;
		learned->before[i].interface = status->interface;
		learned->before[i].address = status->lease.address;
		return;
	}
}

static void on_leases(struct engine *engine, const struct ipc_message *message)
{
	struct learned *learned = engine->learned;
	struct message_dhcp_client_status told;
	bool changed;

	if (message->length != sizeof(told))
		return;
	memcpy(&told, message->body, sizeof(told));
	if (told.count > DHCP_CLIENTS_MAX)
		return;
	changed = told.count != learned->dhcp.count;
	for (uint32_t i = 0; i < told.count; i++) {
		const struct dhcp_client_status *before =
		    engine_learned_dhcp_of(engine, told.interface[i].interface);

		remember(learned, &told.interface[i]);
		if (before ? same_addresses(&told.interface[i], before) : !told.interface[i].lease.address)
			continue;
		changed = true;
		log_lease(engine, &told.interface[i]);
	}
	learned->dhcp = told;
	if (is_last(learned, &learned->dhcp_awaited) || (changed && !learned->awaited))
		into_force(engine);
}

static void on_routers(struct engine *engine, const struct ipc_message *message)
{
	struct learned *learned = engine->learned;
	struct message_autoconfiguration told;
	bool changed;

	if (message->length != sizeof(told))
		return;
	memcpy(&told, message->body, sizeof(told));
	if (told.count > AUTOCONFIGURATIONS_MAX)
		return;
	changed = memcmp(&told, &learned->known, sizeof(told)) != 0;
	for (uint32_t i = 0; i < told.count; i++)
		if (memcmp(&told.interface[i], &learned->known.interface[i], sizeof(told.interface[i])) != 0)
			log_change(engine, &told.interface[i]);
	learned->known = told;
	if (is_last(learned, &learned->awaited) || (changed && !learned->dhcp_awaited))
		into_force(engine);
}

static void on_told(void *user, const struct ipc_message *message)
{
	if (message->type == MESSAGE_DHCP_CLIENT_STATUS)
		on_leases(user, message);
	else
		on_routers(user, message);
}

int engine_learned_create(struct engine *engine)
{
	engine->learned = calloc(1, sizeof(*engine->learned));
	if (!engine->learned)
		return -ENOMEM;
	datapath_link_learned(engine->datapath, on_told, engine);
	return 0;
}

void engine_learned_destroy(struct engine *engine)
{
	free(engine->learned);
	engine->learned = NULL;
}

static void order_leases(struct engine *engine, const struct configuration *configuration)
{
	struct learned *learned = engine->learned;
	struct message_dhcp_client_configure order;

	learned_dhcp_order(configuration, &order);
	if (!order.count && !learned->dhcp_ordered)
		return;
	for (unsigned i = 0; i < DHCP_CLIENTS_MAX; i++) {
		uint32_t address = learned->before[i].address;

		/* What is not asked for any more is given back. */
		learned->before[i].address = 0;
		for (uint32_t j = 0; j < order.count; j++)
			if (learned->before[i].interface == order.interface[j].interface)
				order.interface[j].before = learned->before[i].address = address;
	}
	learned->dhcp_ordered = order.count > 0;
	(void)datapath_link_send(engine->datapath, MESSAGE_DHCP_CLIENT_CONFIGURE, &order, sizeof(order));
}

void engine_learned_order(struct engine *engine, const struct configuration *configuration)
{
	struct message_autoconfigure order;

	if (!engine->learned)
		return;
	order_leases(engine, configuration);
	learned_order(configuration, &order);
	if (!order.count && !engine->learned->ordered)
		return;
	engine->learned->ordered = order.count > 0;
	(void)datapath_link_send(engine->datapath, MESSAGE_AUTOCONFIGURE, &order, sizeof(order));
}

bool engine_learned_ask(struct engine *engine)
{
	struct learned *learned = engine->learned;

	if (!learned)
		return false;
	engine_learned_order(engine, &engine->running);
	learned->awaited = learned->ordered;
	learned->dhcp_awaited = learned->dhcp_ordered;
	return learned->awaited || learned->dhcp_awaited;
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
	if (!engine->learned || (!engine->learned->known.count && !engine->learned->dhcp.count))
		return configuration;
	if (configuration_copy(configuration, copy) || learned_dhcp_fill(copy, &engine->learned->dhcp) ||
	    learned_fill(copy, &engine->learned->known)) {
		configuration_clear(copy);
		return configuration;
	}
	return copy;
}
