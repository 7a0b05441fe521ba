/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MONITOR_MONITOR_H
#define DATAPATH_MONITOR_MONITOR_H

/*
 * Early interface failure detection (C22-025 to C22-030). Where the peer is heard, but not on one of the Critical interfaces,
 * or says that it does not hear this node there, hosts on that interface are asked: who gets no answer has the faulty side.
 * An active node that has it is not healthy, and clusterd hands over to a peer that is; a standby that has it, or may have it,
 * does not say that it is ready. Control thread.
 */

#include "lib/messages/query.h"
#include "lib/policy.h"

#include <stdbool.h>

/* A new policy is in force, and heartbeats know of it. */
void monitor_configure(const struct policy *policy);
void monitor_stop(void);

/* A host has answered a question that this node asked with its own MAC. Anybody's answer may be given. */
void monitor_answer(uint16_t interface, struct ip_address from);

/* This node's side of a Critical interface is faulty. */
bool monitor_offline(void);
/* As far as Critical interfaces go this node may take over (verdict_ready of all). */
bool monitor_ready(void);

/* What is thought of an interface now. */
enum interface_monitor monitor_state(uint16_t interface);

#endif
