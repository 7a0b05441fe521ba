/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_DIAGNOSTICS_DIAGNOSTICS_H
#define MGMT_MGMTD_DIAGNOSTICS_DIAGNOSTICS_H

/*
 * Watches (lib/messages/watch.h) and probes (lib/messages/probe.h) of this node's datapath, and who asked for them. Runs on
 * the loop's thread.
 */

#include "lib/messages/probe.h"
#include "lib/messages/watch.h"
#include "mgmt/mgmtd/engine/engine.h"

struct diagnostics;

/*
 * What the datapath says: type is MESSAGE_WATCH_STATE, MESSAGE_WATCH_EVENTS (one struct watch_event each time) or
 * MESSAGE_PROBE_EVENT, body its structure. body NULL: the datapath has gone, and nothing more comes.
 */
typedef void (*diagnostics_told)(void *user, uint32_t type, const void *body);

int diagnostics_create(struct engine *engine, struct diagnostics **out);
/* NULL is fine. */
void diagnostics_destroy(struct diagnostics *diagnostics);

/* Asks for a watch or a probe, whose id is chosen here. Returns 0, or -errno (-ENOTCONN; diagnostics NULL too). */
int diagnostics_watch(struct diagnostics *diagnostics, struct message_watch_start *start,
                      diagnostics_told told, void *user);
int diagnostics_probe(struct diagnostics *diagnostics, struct message_probe_start *start,
                      diagnostics_told told, void *user);
/* Ends it, of which nothing is told any more. 0 and an id that is not in use are fine. */
void diagnostics_end(struct diagnostics *diagnostics, uint32_t id);

#endif
