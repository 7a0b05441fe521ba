/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"
#include "datapath/flow/flow_table.h"
#include "datapath/threshold/threshold.h"

#include <inttypes.h>
#include <qb/qblog.h>

static const char *type_text(const struct policy_threshold_definition *definition)
{
	return definition->type == POLICY_THRESHOLD_CONCURRENT ? "ConcurrentFlows" : "FlowRate";
}

/* The rule and the set that hold a definition. */
static const struct policy_threshold_rule *holder_of(const struct policy *policy, uint32_t definition,
                                                     const struct policy_threshold_set **set)
{
	for (uint32_t i = 0; i < policy->threshold_rule_count; i++) {
		const struct policy_slice *sets = &policy->threshold_rules[i].sets;

		for (uint32_t j = sets->first; j < sets->first + sets->count; j++) {
			*set = &policy->threshold_sets[j];
			if (definition >= (*set)->definitions.first &&
			    definition - (*set)->definitions.first < (*set)->definitions.count)
				return &policy->threshold_rules[i];
		}
	}
	return NULL;
}

static void tell(const struct policy *policy, uint32_t index, const char *event)
{
	const struct policy_threshold_definition *definition = &policy->threshold_definitions[index];
	const struct policy_threshold_set *set;
	const struct policy_threshold_rule *rule = holder_of(policy, index, &set);

	if (!rule || !definition->log)
		return;
	qb_log(definition->severity ? definition->severity - 1 : LOG_WARNING,
	       "THRESHOLD: prio=%s event=%s rule=%s set=%s definition=%s type=%s limit=%u",
	       event_severity(definition->severity), event, rule->filter.name[0] ? rule->filter.name : "n/a",
	       set->name[0] ? set->name : "n/a", definition->name[0] ? definition->name : "n/a",
	       type_text(definition), definition->limit);
}

static void look_at(const struct policy *policy, uint32_t index, struct threshold_terms *terms)
{
	if (atomic_exchange_explicit(&terms->triggered, false, memory_order_relaxed)) {
		terms->quiet = 0;
		if (!terms->told)
			tell(policy, index, "threshold_triggered");
		terms->told = true;
		return;
	}
	/* Within a window the limit is exceeded only once it is reached again. */
	if (terms->told && ++terms->quiet > (terms->interval + terms->duration) / FLOW_TICKS_PER_SECOND) {
		tell(policy, index, "threshold_ended");
		terms->told = false;
	}
}

void threshold_second(void)
{
	const struct compiled_policy *policy = atomic_load(&datapath.policy);
	struct threshold_counts *counts = policy ? policy->thresholds : NULL;
	uint64_t replaced;

	if (!counts)
		return;
	for (uint32_t i = 0; i < counts->definition_count; i++)
		look_at(&policy->policy, i, &counts->terms[i]);
	replaced = atomic_load_explicit(&counts->replaced, memory_order_relaxed);
	if (replaced != counts->replaced_told)
		qb_log(LOG_WARNING,
		       "THRESHOLD: prio=Warning event=random_group_replacement count=%" PRIu64
		       " (MaxThresholdMemUsage of MiscSettings says how many groups there can be)",
		       replaced - counts->replaced_told);
	counts->replaced_told = replaced;
}
