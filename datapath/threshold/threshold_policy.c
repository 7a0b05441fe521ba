/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/threshold/threshold.h"

#include <unistd.h>

#define PERCENT_DEFAULT 10

static bool same_slice(const void *a, struct policy_slice of_a, const void *b, struct policy_slice of_b,
                       size_t size)
{
	return of_a.count == of_b.count &&
	       (!of_a.count || memcmp((const uint8_t *)a + of_a.first * size,
	                              (const uint8_t *)b + of_b.first * size, of_a.count * size) == 0);
}

static bool same_filter(const struct policy *a, const struct policy_rule *of_a, const struct policy *b,
                        const struct policy_rule *of_b)
{
	return same_slice(a->interface_ids, of_a->source_interfaces, b->interface_ids,
	                  of_b->source_interfaces, sizeof(*a->interface_ids)) &&
	       same_slice(a->interface_ids, of_a->destination_interfaces, b->interface_ids,
	                  of_b->destination_interfaces, sizeof(*a->interface_ids)) &&
	       same_slice(a->ranges, of_a->source_networks, b->ranges, of_b->source_networks,
	                  sizeof(*a->ranges)) &&
	       same_slice(a->ranges, of_a->destination_networks, b->ranges, of_b->destination_networks,
	                  sizeof(*a->ranges)) &&
	       same_slice(a->services, of_a->services, b->services, of_b->services, sizeof(*a->services));
}

/* Whether both count the same flows in the same way. */
static bool same_thresholds(const struct policy *a, const struct policy *b)
{
	struct policy_slice sets = {0, a->threshold_set_count},
	                    definitions = {0, a->threshold_definition_count};

	if (a->threshold_rule_count != b->threshold_rule_count ||
	    a->settings->threshold_memory != b->settings->threshold_memory ||
	    !same_slice(a->threshold_sets, sets, b->threshold_sets,
	                (struct policy_slice){0, b->threshold_set_count}, sizeof(*a->threshold_sets)) ||
	    !same_slice(a->threshold_definitions, definitions, b->threshold_definitions,
	                (struct policy_slice){0, b->threshold_definition_count},
	                sizeof(*a->threshold_definitions)))
		return false;
	for (uint32_t i = 0; i < a->threshold_rule_count; i++) {
		const struct policy_threshold_rule *one = &a->threshold_rules[i],
		                                   *other = &b->threshold_rules[i];

		if (one->sets.first != other->sets.first || one->sets.count != other->sets.count ||
		    !same_filter(a, &one->filter, b, &other->filter))
			return false;
	}
	return true;
}

static uint64_t memory_of(const struct policy *policy)
{
	uint32_t percent = policy->settings->threshold_memory;
	uint64_t pages = (uint64_t)sysconf(_SC_PHYS_PAGES), size = (uint64_t)sysconf(_SC_PAGESIZE);

	return pages * size / 100 * (percent ? percent : PERCENT_DEFAULT);
}

int threshold_policy(struct compiled_policy *policy)
{
	const struct compiled_policy *present = atomic_load(&datapath.policy);
	uint64_t flows = 0;

	if (!policy->policy.threshold_rule_count || !policy->policy.threshold_definition_count)
		return 0;
	if (present && present->thresholds && same_thresholds(&present->policy, &policy->policy)) {
		policy->thresholds = present->thresholds;
		policy->thresholds->references++;
		return 0;
	}
	for (unsigned i = 0; i < datapath.worker_count; i++)
		flows += datapath.workers[i] ? datapath.workers[i]->flows->max : 0;
	return threshold_counts_create(&policy->policy, flows, memory_of(&policy->policy),
	                               &policy->thresholds);
}
