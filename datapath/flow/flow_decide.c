/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/rule_usage/rule_usage.h"

#include <netinet/in.h>

static bool is_core(const struct route *route)
{
	return route->kind == ROUTE_CORE_SHARED || route->kind == ROUTE_CORE_PRIVATE;
}

/* The source must be reached by the interface that the packet came in by (C01-014); the host's own is one of
 * ours. */
static enum counter check_source(const struct worker_state *state, const struct flow_key *key,
                                 const struct route *source)
{
	if (key->interface == POLICY_INTERFACE_CORE)
		return source && is_core(source)  ? COUNTER_COUNT
		       : key->family == FLOW_IPV6 ? COUNTER_DROP_IPV6_SOURCE
		                                  : COUNTER_DROP_IPV4_SOURCE;
	if (!source || source->kind != ROUTE_FORWARD ||
	    (source->interface != key->interface &&
	     !compiled_policy_equivalent(state->policy, source->interface, key->interface)))
		return COUNTER_DROP_NO_REVERSE_ROUTE;
	return COUNTER_COUNT;
}

static enum counter check_destination(const struct flow_key *key, const struct route *destination)
{
	if (!destination)
		return COUNTER_DROP_NO_ROUTE;
	if (destination->kind == ROUTE_NO_HOST)
		return COUNTER_DROP_IPV4_DESTINATION;
	/* Linux keeps what it sends to itself. */
	if (key->interface == POLICY_INTERFACE_CORE && is_core(destination))
		return COUNTER_DROP_NO_ROUTE;
	return COUNTER_COUNT;
}

/* A node that is not active has its private addresses and nothing else. */
static enum counter check_activity(const struct worker_state *state, const struct route *own)
{
	if (state->forwarding || (own && own->kind == ROUTE_CORE_PRIVATE))
		return COUNTER_COUNT;
	return state->active ? COUNTER_DROP_SUSPENDED : COUNTER_DROP_INACTIVE;
}

/* In a cluster a node's private address would not move to the peer with the flow (C09-005). */
static uint32_t interface_address(const struct worker_state *state, uint16_t interface)
{
	bool shared;
	uint32_t address = compiled_policy_error_source(state->policy, interface, &shared);

	return shared || !state->policy->policy.settings->cluster_enabled ? address : 0;
}

/* The same of IPv6 (C09-009), NULL where there is none. */
static const struct ip_address *interface_address_ipv6(const struct worker_state *state, uint16_t interface)
{
	const struct policy_address *address = compiled_policy_error_source_ipv6(state->policy, interface);

	return address && (address->kind == POLICY_ADDRESS_SHARED ||
	                   !state->policy->policy.settings->cluster_enabled)
	           ? &address->address
	           : NULL;
}

static enum counter translate_source_ipv6(const struct worker_state *state, const struct policy_rule *rule,
                                          const struct flow_addresses *addresses, uint16_t egress,
                                          struct flow_decision *out)
{
	const struct ip_address *address = rule->source_translation == POLICY_SOURCE_NAT_ADDRESS
	                                       ? &rule->nat_address[1]
	                                       : interface_address_ipv6(state, egress);

	if (!address || address->version != 6)
		return COUNTER_DROP_NAT_ADDRESS;
	if (memcmp(address->bytes, addresses->source, sizeof(addresses->source)) != 0)
		memcpy(out->nat_address_ipv6, address->bytes, sizeof(out->nat_address_ipv6));
	return COUNTER_COUNT;
}

/* C09-005, C09-006. */
static enum counter translate_source(const struct worker_state *state, const struct policy_rule *rule,
                                     const struct flow_key *key, const struct flow_addresses *addresses,
                                     uint16_t egress, struct flow_decision *out)
{
	/* What a rule wants translated does not leave as it is. */
	if (addresses)
		return translate_source_ipv6(state, rule, addresses, egress, out);
	if (rule->source_translation == POLICY_SOURCE_NAT_ADDRESS)
		out->nat_address = rule->nat_address[0].version
		                       ? rte_cpu_to_be_32(ip_address_to_ip4(&rule->nat_address[0]))
		                       : 0;
	else
		out->nat_address = interface_address(state, egress);
	if (!out->nat_address)
		return COUNTER_DROP_NAT_ADDRESS;
	if (out->nat_address == key->source)
		out->nat_address = 0;
	return COUNTER_COUNT;
}

struct rule_query flow_rule_query(const struct flow_key *key, const struct flow_addresses *addresses,
                                  uint16_t egress)
{
	struct rule_query query = {.source_interface = key->interface,
	                           .destination_interface = egress,
	                           .source_port = rte_be_to_cpu_16(key->source_port),
	                           .destination_port = rte_be_to_cpu_16(key->destination_port),
	                           .version = addresses ? 6 : 4,
	                           .protocol = key->protocol};

	if (addresses) {
		memcpy(query.source.ip6, addresses->source, sizeof(query.source.ip6));
		memcpy(query.destination.ip6, addresses->destination, sizeof(query.destination.ip6));
	} else {
		query.source.ip4 = rte_be_to_cpu_32(key->source);
		query.destination.ip4 = rte_be_to_cpu_32(key->destination);
	}
	if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6) {
		query.icmp_type = flow_icmp_type(key);
		query.icmp_code = flow_icmp_code(key);
	}
	return query;
}

/* What the rule says that was found. */
static enum counter follow_rule(const struct worker_state *state, const struct flow_question *question,
                                uint32_t index, struct flow_decision *out)
{
	uint16_t egress = out->path[0].interface;
	struct rule_verdict verdict;

	out->rule = index;
	out->log = true;
	if (index == RULE_NONE)
		return COUNTER_DROP_DEFAULT_RULE;
	verdict = state->policy->verdicts[index];
	out->stateless = verdict.stateless;
	out->log = verdict.log;
	out->reject = verdict.action != POLICY_ALLOW && verdict.send_reject;
	if (verdict.action != POLICY_ALLOW)
		return COUNTER_DROP_RULE;
	/* What is for the firewall itself keeps its source. */
	if (verdict.source_translation == POLICY_SOURCE_KEEP || egress == POLICY_INTERFACE_CORE)
		return COUNTER_COUNT;
	return translate_source(state, &state->policy->policy.rules[index], question->key,
	                        question->addresses, egress, out);
}

/* C28-027: the route's MTU, where it has one, else that of the interface, which nothing exceeds. */
static uint16_t next_hop_mtu(const struct policy *policy, const struct route *route, uint16_t interface_mtu)
{
	uint16_t mtu = route->policy_route == UINT32_MAX ? 0 : policy->routes[route->policy_route].mtu;

	return mtu && mtu < interface_mtu ? mtu : interface_mtu;
}

static void set_path(const struct policy *policy, struct flow_decision *out, unsigned direction,
                     const struct route *route, uint32_t destination, uint8_t flags)
{
	uint16_t port = NO_PORT, mtu = UINT16_MAX;

	if (!(flags & DIRECTION_TO_CORE)) {
		port = datapath.port_of_interface[route->interface];
		mtu = port < LOGICAL_PORTS_MAX ? next_hop_mtu(policy, route, datapath.ports[port].mtu) : 0;
	}
	out->path[direction].flags = flags;
	out->path[direction].next_hop = route->gateway ? route->gateway : destination;
	out->path[direction].interface = flags & DIRECTION_TO_CORE ? POLICY_INTERFACE_CORE : route->interface;
	out->path[direction].port = port;
	out->path[direction].mtu = mtu;
}

static bool is_open(const struct flow_decision *decision, unsigned direction)
{
	return decision->path[direction].flags & DIRECTION_TO_CORE ||
	       decision->path[direction].port < LOGICAL_PORTS_MAX;
}

/* All that routes decide; out->path[0].interface is where the rules are asked for. */
static enum counter decide_paths(const struct worker_state *state, const struct flow_key *key,
                                 const struct flow_addresses *addresses, struct flow_decision *out)
{
	bool from_core = key->interface == POLICY_INTERFACE_CORE, to_core;
	const struct route *source, *destination, *own;
	uint8_t original = 0, reply = 0;
	enum counter reason;

	if (!state->policy)
		return COUNTER_DROP_NO_POLICY;
	source = addresses ? route_lookup_ipv6(state->policy->routes, addresses->source)
	                   : route_lookup(state->policy->routes, key->source);
	if ((reason = check_source(state, key, source)) != COUNTER_COUNT)
		return reason;
	destination = addresses ? route_lookup_ipv6(state->policy->routes, addresses->destination)
	                        : route_lookup(state->policy->routes, key->destination);
	if ((reason = check_destination(key, destination)) != COUNTER_COUNT)
		return reason;
	to_core = is_core(destination);
	own = from_core ? source : to_core ? destination : NULL;
	if ((reason = check_activity(state, own)) != COUNTER_COUNT)
		return reason;
	out->local = own != NULL;
	if (!own || own->kind == ROUTE_CORE_SHARED)
		original = reply = DIRECTION_NEEDS_ACTIVE | DIRECTION_SHARED_MAC;
	original |= (from_core ? DIRECTION_FROM_CORE : 0) | (to_core ? DIRECTION_TO_CORE : 0);
	reply |= (from_core ? DIRECTION_TO_CORE : 0) | (to_core ? DIRECTION_FROM_CORE : 0);
	set_path(&state->policy->policy, out, 0, destination, key->destination, original);
	set_path(&state->policy->policy, out, 1, source, key->source, reply);
	return COUNTER_COUNT;
}

/* The host may send what it likes (C01-017). */
static bool asks_rules(const struct flow_question *question)
{
	return question->reason == COUNTER_COUNT && question->key->interface != POLICY_INTERFACE_CORE;
}

/* In passes, so that what the memory has to bring for one is on its way while others are looked at. */
static void decide_group(const struct worker_state *state, struct flow_question *questions, uint32_t count)
{
	struct rule_query queries[FLOW_QUESTIONS];
	uint32_t rules[FLOW_QUESTIONS], asked = 0, answered = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct flow_question *question = &questions[i];

		question->decision = (struct flow_decision){.rule = RULE_NONE};
		question->reason =
		    decide_paths(state, question->key, question->addresses, &question->decision);
		if (asks_rules(question))
			queries[asked++] = flow_rule_query(question->key, question->addresses,
			                                   question->decision.path[0].interface);
	}
	if (asked)
		rule_match_all(state->policy->rules, queries, asked, rules);
	for (uint32_t i = 0; i < asked; i++) {
		if (rules[i] == RULE_NONE)
			continue;
		rte_prefetch0(&state->policy->verdicts[rules[i]]);
		rule_usage_prefetch(state, rules[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		struct flow_question *question = &questions[i];

		if (asks_rules(question))
			question->reason =
			    follow_rule(state, question, rules[answered++], &question->decision);
		if (question->reason == COUNTER_COUNT &&
		    (!is_open(&question->decision, 0) || !is_open(&question->decision, 1)))
			question->reason = COUNTER_DROP_INTERFACE_DISABLED;
	}
}

void flow_decide_all(const struct worker_state *state, struct flow_question *questions, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += FLOW_QUESTIONS)
		decide_group(state, &questions[i], RTE_MIN(count - i, (uint32_t)FLOW_QUESTIONS));
}

enum counter flow_decide(const struct worker_state *state, const struct flow_key *key,
                         const struct flow_addresses *addresses, struct flow_decision *out)
{
	struct flow_question question = {.key = key, .addresses = addresses};

	flow_decide_all(state, &question, 1);
	*out = question.decision;
	return question.reason;
}
