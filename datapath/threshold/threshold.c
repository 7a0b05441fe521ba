/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/threshold/threshold.h"

#include "datapath/blacklist/blacklist.h"
#include "datapath/event/event.h"
#include "datapath/flow/flow.h"
#include "datapath/rule/linear.h"

#include <netinet/in.h>
#include <rte_random.h>
#include <stdio.h>

/* Bytes of an address beyond a prefix become 0. */
static void mask(uint8_t *bytes, unsigned size, unsigned prefix)
{
	for (unsigned i = 0; i < size; i++) {
		unsigned bits = prefix > 8 * i ? prefix - 8 * i : 0;

		if (bits < 8)
			bytes[i] &= (uint8_t)(0xff00 >> bits);
	}
}

static void put_address(const struct policy_threshold_definition *definition, uint8_t version,
                        const union rule_address *address, bool network, uint64_t words[2])
{
	uint8_t bytes[16] = {0};
	uint32_t ip4 = rte_cpu_to_be_32(address->ip4);

	if (version == 4)
		memcpy(bytes, &ip4, sizeof(ip4));
	else
		memcpy(bytes, address->ip6, sizeof(bytes));
	if (network)
		mask(bytes, version == 4 ? 4 : 16,
		     version == 4 ? definition->prefix_ip4 : definition->prefix_ip6);
	memcpy(words, bytes, sizeof(bytes));
}

/* The group that a flow belongs to, by a definition of that index (C24-012, C24-013). */
static uint64_t group_of(const struct policy_threshold_definition *definition, uint32_t index,
                         const struct rule_query *query)
{
	uint64_t words[2] = {0, 0}, more = index;
	unsigned grouping = definition->grouping;

	/* All groups have one limit of the rate (C24-015). */
	if (definition->shared && definition->type == POLICY_THRESHOLD_FLOW_RATE)
		grouping = POLICY_GROUP_NONE;
	switch ((enum policy_threshold_grouping)grouping) {
	case POLICY_GROUP_NONE:
		break;
	case POLICY_GROUP_SOURCE_IP:
	case POLICY_GROUP_SOURCE_NETWORK:
		put_address(definition, query->version, &query->source,
		            grouping == POLICY_GROUP_SOURCE_NETWORK, words);
		more |= (uint64_t)query->version << 32;
		break;
	case POLICY_GROUP_DESTINATION_IP:
	case POLICY_GROUP_DESTINATION_NETWORK:
		put_address(definition, query->version, &query->destination,
		            grouping == POLICY_GROUP_DESTINATION_NETWORK, words);
		more |= (uint64_t)query->version << 32;
		break;
	case POLICY_GROUP_SOURCE_INTERFACE:
		words[0] = query->source_interface;
		break;
	case POLICY_GROUP_DESTINATION_INTERFACE:
		words[0] = query->destination_interface;
		break;
	}
	return flow_hash_words(flow_hash_words(words[0], words[1]), more);
}

static bool is_counted(const struct worker_state *state, const struct threshold_flow *flow)
{
	return state->policy && state->policy->thresholds && flow->key->interface != POLICY_INTERFACE_CORE;
}

/* The set that decides: Blacklist before Drop before RandomDrop before None, and of two alike the first (C24-017). */
static bool is_stronger(const struct policy_threshold_set *set, const struct policy_threshold_set *than)
{
	static const uint8_t ranks[] = {[POLICY_THRESHOLD_NONE] = 1,
	                                [POLICY_THRESHOLD_RANDOM_DROP] = 2,
	                                [POLICY_THRESHOLD_DROP] = 3,
	                                [POLICY_THRESHOLD_BLACKLIST] = 4};

	return !than || ranks[set->action] > ranks[than->action];
}

/* Counts a flow in for all definitions of a set. True where all of them are triggered (C24-002). */
static bool count_set(struct worker_state *state, const struct policy_threshold_set *set,
                      const struct rule_query *query)
{
	const struct policy *policy = &state->policy->policy;
	uint32_t first = set->definitions.first, last = first + set->definitions.count;
	bool all = set->definitions.count > 0;

	for (uint32_t i = first; i < last; i++)
		all &= threshold_count_in(state->policy->thresholds, i,
		                          group_of(&policy->threshold_definitions[i], i, query), state->now);
	return all;
}

struct verdict {
	const struct policy_threshold_rule *rule;
	const struct policy_threshold_set *set; /* NULL: none is triggered */
};

/* What the whitelist is about is never blacklisted (C25-013). */
static bool is_spared(const struct policy *policy, const struct policy_threshold_set *set,
                      const struct rule_query *query)
{
	return set->action == POLICY_THRESHOLD_BLACKLIST && blacklist_spares(policy, query);
}

static struct verdict count_and_judge(struct worker_state *state, const struct rule_query *query)
{
	const struct policy *policy = &state->policy->policy;
	struct verdict verdict = {NULL, NULL};

	for (uint32_t i = 0; i < policy->threshold_rule_count; i++) {
		const struct policy_threshold_rule *rule = &policy->threshold_rules[i];

		if (!linear_holds(policy, &rule->filter, query))
			continue;
		for (uint32_t j = rule->sets.first; j < rule->sets.first + rule->sets.count; j++) {
			const struct policy_threshold_set *set = &policy->threshold_sets[j];

			if (count_set(state, set, query) && is_stronger(set, verdict.set) &&
			    !is_spared(policy, set, query))
				verdict = (struct verdict){rule, set};
		}
	}
	return verdict;
}

/* Calls each for every definition of concurrent flows that a flow counts for. */
static void each_concurrent(struct worker_state *state, const struct threshold_flow *flow,
                            void (*each)(struct threshold_counts *counts, uint32_t definition, uint64_t hash,
                                         uint32_t now))
{
	const struct policy *policy = &state->policy->policy;
	struct rule_query query = flow_rule_query(flow->key, flow->addresses, flow->egress);

	for (uint32_t i = 0; i < policy->threshold_rule_count; i++) {
		const struct policy_slice *sets = &policy->threshold_rules[i].sets;

		if (!linear_holds(policy, &policy->threshold_rules[i].filter, &query))
			continue;
		for (uint32_t j = sets->first; j < sets->first + sets->count; j++) {
			const struct policy_slice *own = &policy->threshold_sets[j].definitions;

			for (uint32_t k = own->first; k < own->first + own->count; k++)
				if (policy->threshold_definitions[k].type == POLICY_THRESHOLD_CONCURRENT)
					each(state->policy->thresholds, k,
					     group_of(&policy->threshold_definitions[k], k, &query),
					     state->now);
		}
	}
}

static void tell(struct worker_state *state, const struct threshold_flow *flow, const struct verdict *verdict,
                 bool dropped, bool log)
{
	const struct policy *policy = &state->policy->policy;
	const struct policy_rule *filter = &verdict->rule->filter;
	const struct flow_key *key = flow->key;
	struct event event = {.kind = dropped ? EVENT_THRESHOLD_DROP : EVENT_THRESHOLD_EXCEEDED,
	                      .interface = key->interface,
	                      .protocol = key->protocol,
	                      .threshold_rule = (uint16_t)(verdict->rule - policy->threshold_rules),
	                      .threshold_set = (uint16_t)(verdict->set - policy->threshold_sets),
	                      .severity = verdict->set->severity,
	                      .quiet = !log};

	if (verdict->set->action == POLICY_THRESHOLD_BLACKLIST)
		event.kind = EVENT_THRESHOLD_BLACKLIST;

	if (!event_has_room(state, event.kind))
		return;
	if (flow->addresses) {
		event.source.version = event.destination.version = 6;
		memcpy(event.source.bytes, flow->addresses->source, sizeof(event.source.bytes));
		memcpy(event.destination.bytes, flow->addresses->destination,
		       sizeof(event.destination.bytes));
	} else {
		event.source = ip_address_from_ip4(rte_be_to_cpu_32(key->source));
		event.destination = ip_address_from_ip4(rte_be_to_cpu_32(key->destination));
	}
	event.ports[0] = rte_be_to_cpu_16(key->source_port);
	event.ports[1] = rte_be_to_cpu_16(key->destination_port);
	if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6) {
		event.icmp_type = flow_icmp_type(key);
		event.icmp_code = flow_icmp_code(key);
	}
	if (filter->name[0])
		snprintf(event.rule, sizeof(event.rule), "%s", filter->name);
	else
		snprintf(event.rule, sizeof(event.rule), "ThresholdRule/%u", filter->index);
	event_emit(state, &event);
}

enum counter threshold_open(struct worker_state *state, const struct threshold_flow *flow, bool log)
{
	struct rule_query query;
	struct verdict verdict;
	bool drop;

	if (likely(!is_counted(state, flow)))
		return COUNTER_COUNT;
	query = flow_rule_query(flow->key, flow->addresses, flow->egress);
	verdict = count_and_judge(state, &query);
	if (!verdict.set)
		return COUNTER_COUNT;
	count(state, COUNTER_THRESHOLD_EXCEEDED, 1);
	drop = verdict.set->action == POLICY_THRESHOLD_DROP ||
	       verdict.set->action == POLICY_THRESHOLD_BLACKLIST ||
	       (verdict.set->action == POLICY_THRESHOLD_RANDOM_DROP &&
	        rte_rand_max(100) < verdict.set->probability);
	log = verdict.set->log == POLICY_THRESHOLD_LOG_ALWAYS ||
	      (verdict.set->log == POLICY_THRESHOLD_LOG_OBEY_RULE && log);
	if (log || verdict.set->action == POLICY_THRESHOLD_BLACKLIST)
		tell(state, flow, &verdict, drop, log);
	if (!drop)
		return COUNTER_COUNT;
	threshold_undo(state, flow);
	return COUNTER_DROP_THRESHOLD;
}

void threshold_undo(struct worker_state *state, const struct threshold_flow *flow)
{
	if (is_counted(state, flow))
		each_concurrent(state, flow, threshold_count_out);
}

static struct threshold_flow flow_of(const struct flow *flow)
{
	const struct flow_key *key = &flow->direction[0].key;

	return (struct threshold_flow){.key = key,
	                               .addresses = key->family == FLOW_IPV6 ? &flow->addresses : NULL,
	                               .egress = flow->direction[1].key.interface};
}

static void count_in(struct threshold_counts *counts, uint32_t definition, uint64_t hash, uint32_t now)
{
	(void)threshold_count_in(counts, definition, hash, now);
}

void threshold_adopt(struct worker_state *state, uint32_t index)
{
	struct flow *flow = flow_at(state->flows, index);
	struct threshold_flow ends = flow_of(flow);
	uint16_t serial = threshold_serial(state);

	if (likely(flow->thresholds == serial))
		return;
	flow->thresholds = serial;
	if (is_counted(state, &ends))
		each_concurrent(state, &ends, count_in);
}

void threshold_close(struct worker_state *state, uint32_t index)
{
	struct flow *flow = flow_at(state->flows, index);
	struct threshold_flow ends = flow_of(flow);

	if (flow->thresholds && flow->thresholds == threshold_serial(state))
		threshold_undo(state, &ends);
	flow->thresholds = 0;
}

static bool adopt_visit(struct worker_state *state, uint32_t index, void *argument)
{
	(void)argument;
	threshold_adopt(state, index);
	return true;
}

void threshold_policy_changed(struct worker_state *state)
{
	uint16_t serial = threshold_serial(state);

	if (serial == state->threshold_serial)
		return;
	state->threshold_serial = serial;
	if (serial)
		scan_start(state, SCAN_THRESHOLDS, adopt_visit, NULL, NULL);
	else
		scan_cancel(state, SCAN_THRESHOLDS);
}
