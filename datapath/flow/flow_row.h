/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_FLOW_FLOW_ROW_H
#define DATAPATH_FLOW_FLOW_ROW_H

/* A flow as others see it (lib/messages/query.h). */

#include "datapath/worker/state.h"
#include "lib/messages/query.h"

/* On the worker that owns the flow. */
void flow_row_fill(const struct worker_state *state, const struct flow *flow, struct flow_row *row);
/*
 * Whether the flow is one that the filter wants: by its ends as the first packet had them, or by those that the answers
 * have (turned round), so that a flow is found by its translated addresses too. Pure.
 */
bool flow_row_matches(const struct flow_filter *filter, const struct flow_row *row);

#endif
