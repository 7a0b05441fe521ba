/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_ROLE_RULES_H
#define CLUSTER_ROLE_RULES_H

/* The parts of role_step (cluster/role/role.h), as pure as it is. Only role/ includes this. */

#include "cluster/role/role.h"

/* From now on the peer has a whole PeerDead and a margin to be heard before silence counts. */
void role_listen(struct role_state *state, uint64_t now);
/* One more line; past ROLE_LOG_MAX it is left out. line is static. */
void role_log(struct role_actions *actions, const char *line);
bool role_operational(const struct role_state *state);

/* Takes an operator's command: fills answered, error and text, and may make the node yield. */
void role_command(struct role_state *state, const struct role_event *event, struct role_actions *actions);
/* Changes between active, inactive and yielding as the state and the time demand. */
void role_decide(struct role_state *state, uint64_t now, struct role_actions *actions);

#endif
