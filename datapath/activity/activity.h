/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ACTIVITY_ACTIVITY_H
#define DATAPATH_ACTIVITY_ACTIVITY_H

/*
 * Whether this node forwards. clusterd decides; a standalone node always does; and a node that stood still
 * for so long that the peer may have taken over stops by itself, before it forwards anything more. Control
 * thread.
 */

#include "datapath/core/datapath.h"
#include "lib/messages/activity.h"

/* What this datapath was started with, for the report. Before the first. */
void activity_set_max_flows(uint32_t count);
/* What clusterd wants. */
void activity_set(const struct message_activity *wish);
const struct message_activity *activity_wish(void);
/*
 * Switches and neighbours may believe that the shared addresses are the peer's: it was active too until now, or its interface is
 * back, and frames that it had forwarded waited there for the link. Where this node is active they learn again where they are.
 */
void activity_contested(void);
/* A new policy is in force. */
void activity_configure(const struct policy *policy);

/*
 * This node's heartbeats stood still for so long that the peer may have taken over: demotes it where it is active. Its workers
 * have stopped already (heartbeat_lanes.lease_tsc).
 */
void activity_stood_still(uint64_t pause_ns);

/* This node could take over: clusterd says so and is there, and the ports are well. */
bool activity_ready(void);
/* Something in the report may have changed: sends it where it did. */
void activity_changed(void);
/* Sends the report whether it changed or not. */
void activity_report(void);
void activity_second(void);

#endif
