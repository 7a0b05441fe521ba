/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_RESTART_H
#define MGMT_MGMTD_RESTART_H

/* What mgmtd and the supervisor that started it tell each other (system/start.h). Runs on the loop's thread. */

#include "mgmt/mgmtd/engine/cfglog.h"

#include <stdbool.h>

/* Why a node cannot be started again, for people. */
#define RESTART_IMPOSSIBLE "this node's daemons were not started by hadrian-supervisor, which -reboot needs"

/* Whether a supervisor started this program: without one it cannot be started again. */
bool restart_is_possible(void);
/* Every daemon of the node is stopped and started again. Returns 0, -ENOTSUP without a supervisor, or -errno. */
int restart_node(void);

/*
 * Tells the supervisor, once, whether this release came up: reason NULL where the configuration is in force, else why it
 * is not. Without a supervisor nothing happens.
 */
void restart_report(const char *reason);
/* Writes what the supervisor has to say about this start into the configuration log. */
void restart_take_note(struct cfglog *log);

#endif
