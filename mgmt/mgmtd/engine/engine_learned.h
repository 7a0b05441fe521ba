/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ENGINE_LEARNED_H
#define MGMT_MGMTD_ENGINE_LEARNED_H

/*
 * What routers told of interfaces (configuration/learned.h), and DHCP servers (configuration/learned_dhcp.h), of the datapath and
 * into force. One thread.
 */

#include "lib/messages/autoconfiguration.h"
#include "lib/messages/dhcp_client.h"
#include "mgmt/mgmtd/engine/engine.h"

/* Listens to the datapath, whose link is there. Returns 0 or -ENOMEM. */
int engine_learned_create(struct engine *engine);
void engine_learned_destroy(struct engine *engine);

/* Tells the datapath which interfaces of a configuration want it. */
void engine_learned_order(struct engine *engine, const struct configuration *configuration);
/*
 * The datapath is reached (again): asks what it knows where the running configuration wants any of it, which comes into force with that
 * configuration once it is told. False: nothing is to be told.
 */
bool engine_learned_ask(struct engine *engine);
/* An activation has ended: what came meanwhile comes into force. */
void engine_learned_waiting(struct engine *engine);

/* What is known of an interface (id); NULL: it is not asked for. */
const struct autoconfiguration *engine_learned_of(const struct engine *engine, uint32_t interface);
/* The same of its DHCP client. */
const struct dhcp_client_status *engine_learned_dhcp_of(const struct engine *engine, uint32_t interface);
/* An enum autoconfiguration_state as a word. */
const char *engine_learned_state(uint8_t state);

/*
 * The configuration with what is known in its objects: itself, or a copy in *copy (which was empty, and is the caller's to
 * clear).
 */
const struct configuration *engine_learned_view(const struct engine *engine,
                                                const struct configuration *configuration,
                                                struct configuration *copy);

#endif
