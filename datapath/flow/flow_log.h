/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_LOG_H
#define DATAPATH_FLOW_FLOW_LOG_H

/* What the log says of new flows (datapath/event). Worker thread. */

#include "datapath/flow/flow.h"

/* flow_open: a flow was opened by that rule of the policy (C01-018). */
void flow_log_opened(struct worker_state *state, uint32_t index, uint32_t rule);
/*
 * Of a packet (data at its IP header) that opens none: no_route_to_source, and ruleset_drop_packet or
 * ruleset_reject_packet where the rule is one that is logged. Other reasons are counted only.
 */
void flow_log_refused(struct worker_state *state, struct rte_mbuf *mbuf,
                      const struct flow_question *question);

#endif
