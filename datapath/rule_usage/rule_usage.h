/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_RULE_USAGE_RULE_USAGE_H
#define DATAPATH_RULE_USAGE_RULE_USAGE_H

/*
 * How often each rule of the policy in force has decided (C07-001). Each worker counts for itself where a flow is opened,
 * refused or closed: packets of open flows are counted in the flow alone, which costs them nothing, and are added up
 * when it ends. A new policy counts from 0; flows that live on are counted by its rules as they are found.
 */

#include "datapath/flow/flow_table.h"
#include "datapath/policy/compiled_policy.h"
#include "datapath/worker/state.h"

/* Makes room for the counts of so many workers. Any thread. Returns 0 or -ENOMEM. */
int rule_usage_create(struct compiled_policy *policy, unsigned workers);
void rule_usage_destroy(struct compiled_policy *policy);

/* The line that rule_usage_take or rule_usage_refuse will write. rule: index in policy.rules. Worker thread. */
static inline void rule_usage_prefetch(const struct worker_state *state, uint32_t rule)
{
	const struct rule_use *own = state->policy->usage[state->worker->index];

	if (own)
		rte_prefetch0(&own[rule]);
}

/*
 * The rule (index in policy.rules) decides about an open flow from now on: counts it, unless it did so before. RULE_NONE:
 * none was asked. Worker thread.
 */
void rule_usage_take(struct worker_state *state, uint32_t flow, uint32_t rule);
/* A packet of so many bytes has opened no flow: a rule, or (RULE_NONE) none, denies it. Worker thread. */
void rule_usage_refuse(struct worker_state *state, uint32_t rule, uint32_t bytes);
/* A flow is about to be removed: what it has carried is its rule's. Worker thread. */
void rule_usage_close(struct worker_state *state, uint32_t flow);

/* Counts of a rule by all workers; rule = policy.rule_count: of what no rule decided. Control thread. */
struct rule_use rule_usage_of(const struct compiled_policy *policy, uint32_t rule);

#endif
