/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_THRESHOLD_THRESHOLD_H
#define DATAPATH_THRESHOLD_THRESHOLD_H

/*
 * Threshold rules (C24-001 to C24-018): flows are counted by the groups of each definition where they open and close,
 * and nowhere else. A policy with the same threshold rules goes on with the counts of the one before it; with others all
 * flows are counted anew. Flows that the peer owns are counted here too, so that who takes over knows them; only opened
 * ones are judged, and count for FlowRate. Flows that this node's host opens are not counted.
 */

#include "datapath/flow/flow_key.h"
#include "datapath/policy/compiled_policy.h"
#include "datapath/threshold/counts.h"
#include "datapath/worker/state.h"

/* The ends of a flow, as its first packet has them. */
struct threshold_flow {
	const struct flow_key *key;
	const struct flow_addresses *addresses; /* NULL: IPv4 */
	uint16_t egress;
};

/* Has policy share the counts of the policy in force, or makes new ones. Any thread that compiles. Returns 0 or -ENOMEM. */
int threshold_policy(struct compiled_policy *policy);
/* Of the counts of the worker's policy; 0: it has no threshold rules. Worker thread. */
static inline uint16_t threshold_serial(const struct worker_state *state)
{
	return state->policy && state->policy->thresholds ? state->policy->thresholds->serial : 0;
}

/*
 * A flow is about to be opened: counts it in. COUNTER_COUNT, or the reason to drop it, and then it is not counted.
 * log: its rule wants it in the log. Worker thread.
 */
enum counter threshold_open(struct worker_state *state, const struct threshold_flow *flow, bool log);
/* It was not opened for another reason. Worker thread. */
void threshold_undo(struct worker_state *state, const struct threshold_flow *flow);
/* A flow of the table is there that was not opened here: counts it in, once. Worker thread. */
void threshold_adopt(struct worker_state *state, uint32_t index);
/* A flow of the table is about to be removed. Worker thread. */
void threshold_close(struct worker_state *state, uint32_t index);
/* The worker has another policy: counts all flows anew where its threshold rules are others. Worker thread. */
void threshold_policy_changed(struct worker_state *state);

/* Tells in the log which definitions begin and cease to be triggered, and of groups that were given up. Control thread. */
void threshold_second(void);

#endif
