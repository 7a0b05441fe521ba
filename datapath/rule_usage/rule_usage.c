/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/rule_usage/rule_usage.h"

#include <errno.h>
#include <rte_common.h>
#include <stdlib.h>
#include <string.h>

int rule_usage_create(struct compiled_policy *policy, unsigned workers)
{
	/* Whole lines, touched here: no worker waits for the kernel, nor for another worker. */
	size_t size =
	    RTE_ALIGN_CEIL((policy->policy.rule_count + 1) * sizeof(struct rule_use), RTE_CACHE_LINE_SIZE);

	for (unsigned i = 0; i < workers && i < WORKERS_MAX; i++) {
		policy->usage[i] = aligned_alloc(RTE_CACHE_LINE_SIZE, size);
		if (!policy->usage[i])
			return -ENOMEM;
		memset(policy->usage[i], 0, size);
	}
	return 0;
}

void rule_usage_destroy(struct compiled_policy *policy)
{
	for (unsigned i = 0; i < WORKERS_MAX; i++)
		free(policy->usage[i]);
}

static struct rule_use *own_use(const struct worker_state *state, uint32_t rule)
{
	struct rule_use *own = state->policy ? state->policy->usage[state->worker->index] : NULL;

	return own ? &own[rule == RULE_NONE ? state->policy->policy.rule_count : rule] : NULL;
}

void rule_usage_take(struct worker_state *state, uint32_t flow, uint32_t rule)
{
	struct flow_rule *taken = &state->flows->rules[flow], now = {state->policy->serial, rule};
	struct rule_use *use;

	if (rule == RULE_NONE || (taken->policy == now.policy && taken->rule == now.rule))
		return;
	*taken = now;
	use = own_use(state, rule);
	if (use)
		use->flows++;
}

void rule_usage_refuse(struct worker_state *state, uint32_t rule, uint32_t bytes)
{
	struct rule_use *use = own_use(state, rule);

	if (!use)
		return;
	use->flows++;
	use->packets++;
	use->bytes += bytes;
}

void rule_usage_close(struct worker_state *state, uint32_t flow)
{
	const struct flow_direction *direction = flow_at(state->flows, flow)->direction;
	struct flow_rule *taken = &state->flows->rules[flow];
	struct rule_use *use = NULL;

	if (state->policy && taken->policy == state->policy->serial)
		use = own_use(state, taken->rule);
	*taken = (struct flow_rule){0, 0};
	if (!use)
		return;
	use->packets += direction[0].packets + direction[1].packets;
	use->bytes += direction[0].bytes + direction[1].bytes;
}

struct rule_use rule_usage_of(const struct compiled_policy *policy, uint32_t rule)
{
	struct rule_use out = {0};

	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		const struct rule_use *use = policy->usage[i];

		if (!use)
			continue;
		out.flows += use[rule].flows;
		out.packets += use[rule].packets;
		out.bytes += use[rule].bytes;
	}
	return out;
}
