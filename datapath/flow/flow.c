/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"

#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nat/nat.h"
#include "datapath/rule_usage/rule_usage.h"
#include "datapath/tcp/sequence.h"
#include "datapath/threshold/threshold.h"

#include <netinet/in.h>

/* What of TCP is looked at in each packet. */
static uint8_t tracking(const struct worker_state *state, const struct flow *flow)
{
	bool sequences = state->policy->policy.settings->tcp.sequences != POLICY_SEQUENCES_IGNORE;

	if (flow->state == FLOW_STATELESS)
		return 0;
	/* What is relayed is translated on the slow way. */
	return (sequences ? DIRECTION_SEQUENCE : 0) |
	       (flow->state != FLOW_TCP_OPEN || flow->tcp & TCP_RELAYED ||
	                (sequences && flow->tcp & TCP_UNSEEN_BOTH)
	            ? DIRECTION_TRACK
	            : 0);
}

void flow_set_tracking(const struct worker_state *state, struct flow *flow)
{
	uint8_t track = tracking(state, flow);

	for (unsigned i = 0; i < 2; i++) {
		flow->direction[i].flags &= ~(DIRECTION_TRACK | DIRECTION_SEQUENCE);
		flow->direction[i].flags |= track;
	}
}

/* A rule may become Stateless, or cease to be, under a flow (C07-021). */
static void take_statelessness(struct flow_table *table, struct flow *flow, bool stateless)
{
	if (flow->direction[0].key.protocol != IPPROTO_TCP || stateless == (flow->state == FLOW_STATELESS))
		return;
	flow_count_half_open(table, flow, -1);
	flow->state = stateless ? FLOW_STATELESS : FLOW_TCP_OPEN;
	tcp_forget_sequences(flow);
}

static void take_decision(struct worker_state *state, struct flow *flow, const struct flow_decision *decision)
{
	bool followed = flow->direction[0].flags & DIRECTION_SEQUENCE;
	uint8_t track;

	take_statelessness(state->flows, flow, decision->stateless);
	track = tracking(state, flow);
	/* Nobody has looked at its numbers so far. */
	if (track & DIRECTION_SEQUENCE && !followed)
		tcp_forget_sequences(flow);
	track = tracking(state, flow);
	for (unsigned i = 0; i < 2; i++) {
		struct flow_direction *direction = &flow->direction[i];

		direction->adjacency = 0;
		if (direction->key.family == FLOW_IPV4)
			flow->next_hop[i] = decision->path[i].next_hop;
		direction->port = decision->path[i].port;
		direction->mtu = decision->path[i].mtu;
		direction->flags = decision->path[i].flags | track;
		direction->epoch = state->epoch;
	}
	rule_usage_take(state, (uint32_t)(flow - state->flows->flows), decision->rule);
	nat_set(flow);
	flow->timeout = compiled_policy_lifetime(state->policy, flow->direction[0].key.protocol,
	                                         (enum flow_state)flow->state, decision->stateless);
}

/* Before any translation. */
static struct flow_key reply_key(const struct flow_key *key, const struct flow_addresses *addresses,
                                 uint16_t egress)
{
	return addresses ? flow_key_reply_ipv6(key, addresses, egress) : flow_key_reply(key, egress);
}

void flow_open_prefetch(const struct worker_state *state, const struct flow_question *question)
{
	const struct flow_decision *decision = &question->decision;
	struct flow_key reply;

	/* Which answers a translated flow gets is drawn when it is opened. */
	if (question->reason != COUNTER_COUNT || decision->nat_address ||
	    !ipv6_is_unspecified(decision->nat_address_ipv6))
		return;
	reply = reply_key(question->key, question->addresses, decision->path[0].interface);
	rte_prefetch0(flow_bucket(state->flows, flow_hash(&reply)));
}

/* Makes keys[1] the key of the answers to what keys[0] is translated to. */
static bool allocate(const struct worker_state *state, const struct flow_addresses *addresses,
                     const struct flow_decision *decision, struct flow_key keys[2])
{
	uint16_t egress = decision->path[0].interface;

	if (addresses && !ipv6_is_unspecified(decision->nat_address_ipv6))
		return nat_ipv6_allocate(state->flows, &keys[0], addresses, egress,
		                         decision->nat_address_ipv6, &keys[1]);
	return !decision->nat_address ||
	       nat_allocate(state->flows, &keys[0], egress, decision->nat_address, &keys[1]);
}

uint32_t flow_open(struct worker_state *state, const struct parsed *parsed,
                   const struct flow_addresses *addresses, const struct flow_decision *decision,
                   enum counter *reason)
{
	uint16_t egress = decision->path[0].interface;
	struct flow_key keys[2] = {parsed->key, reply_key(&parsed->key, addresses, egress)};
	struct threshold_flow ends = {.key = &parsed->key, .addresses = addresses, .egress = egress};
	uint32_t index;
	struct flow *flow;
	int error;

	*reason = threshold_open(state, &ends, decision->log);
	if (*reason != COUNTER_COUNT)
		return FLOW_NONE;
	if (!allocate(state, addresses, decision, keys)) {
		*reason = COUNTER_DROP_NAT_PORTS;
		threshold_undo(state, &ends);
		return FLOW_NONE;
	}
	index = flow_table_insert(state->flows, keys, &error);
	if (index == FLOW_NONE && error == -ENOSPC && flow_evict(state))
		index = flow_table_insert(state->flows, keys, &error);
	if (index == FLOW_NONE) {
		/* The answers' key is taken: the peer's route has moved to another interface under an older
		 * flow. */
		*reason = error == -EEXIST ? COUNTER_DROP_INTERFACE_CHANGED : COUNTER_DROP_FLOW_TABLE_FULL;
		threshold_undo(state, &ends);
		return FLOW_NONE;
	}
	flow = flow_at(state->flows, index);
	flow->thresholds = threshold_serial(state);
	if (addresses) {
		flow->addresses = *addresses;
		nat_ipv6_keep(flow, decision->nat_address_ipv6);
	}
	flow->state =
	    keys[0].protocol == IPPROTO_TCP && !decision->stateless ? FLOW_TCP_INIT : FLOW_STATELESS;
	flow->direction[0].last_seen = flow->direction[1].last_seen = state->now;
	take_decision(state, flow, decision);
	/* For good: with other addresses the flow would have other interfaces. */
	flow->local = decision->local;
	if (flow->local)
		atomic_fetch_add_explicit(&state->flows->local_count, 1, memory_order_relaxed);
	flow_timer_start(state->flows, index);
	flow_remember(state->flows, index);
	flow_count_half_open(state->flows, flow, 1);
	count(state, COUNTER_FLOW_CREATED, 1);
	flow_mirror_emit(state, flow, RECORD_UPSERT);
	return index;
}

void flow_close(struct worker_state *state, uint32_t index)
{
	const struct flow *flow = flow_at(state->flows, index);

	flow_mirror_emit(state, flow, RECORD_DELETE);
	rule_usage_close(state, index);
	threshold_close(state, index);
	if (flow->local)
		atomic_fetch_sub_explicit(&state->flows->local_count, 1, memory_order_relaxed);
	flow_count_half_open(state->flows, flow, -1);
	flow_table_remove(state->flows, index);
	count(state, COUNTER_FLOW_CLOSED, 1);
}

/* Whether a flow is translated as it would be if it were opened now. */
static bool same_translation(const struct flow *flow, const struct flow_decision *decision)
{
	uint8_t address[16];

	if (flow->direction[0].key.family == FLOW_IPV4)
		return flow->direction[1].key.destination ==
		       (decision->nat_address ? decision->nat_address : flow->direction[0].key.source);
	nat_ipv6_address(flow, address);
	return memcmp(address, decision->nat_address_ipv6, sizeof(address)) == 0;
}

enum counter flow_revalidate(struct worker_state *state, uint32_t index)
{
	struct flow *flow = flow_at(state->flows, index);
	struct flow_decision decision;
	enum counter reason;

	if (flow->direction[0].epoch == state->epoch)
		return COUNTER_COUNT;
	reason = flow_decide(state, &flow->direction[0].key,
	                     flow->direction[0].key.family == FLOW_IPV6 ? &flow->addresses : NULL, &decision);
	/* Which may end, and the flow be as good as before. */
	if (reason == COUNTER_DROP_INACTIVE || reason == COUNTER_DROP_SUSPENDED ||
	    reason == COUNTER_DROP_NO_POLICY)
		return reason;
	if (reason == COUNTER_COUNT && decision.path[0].interface != flow->direction[1].key.interface &&
	    !compiled_policy_equivalent(state->policy, decision.path[0].interface,
	                                flow->direction[1].key.interface))
		reason = COUNTER_DROP_INTERFACE_CHANGED;
	if (reason == COUNTER_COUNT && !same_translation(flow, &decision))
		reason = COUNTER_DROP_TRANSLATION_CHANGED;
	if (reason != COUNTER_COUNT) {
		flow_close(state, index);
		return reason;
	}
	take_decision(state, flow, &decision);
	if (flow->mirrored)
		flow_adopt(state, index);
	else
		flow_timer_start(state->flows, index);
	return COUNTER_COUNT;
}

void flow_set_state(struct worker_state *state, uint32_t index, enum flow_state next)
{
	struct flow *flow = flow_at(state->flows, index);

	if (flow->state == next)
		return;
	flow_count_half_open(state->flows, flow, -1);
	flow->state = next;
	flow_count_half_open(state->flows, flow, 1);
	flow_set_tracking(state, flow);
	flow->timeout = compiled_policy_lifetime(state->policy, IPPROTO_TCP, next, false);
	/* Each state has idle times of its own, counted from its beginning. */
	flow->direction[0].last_seen = flow->direction[1].last_seen = state->now;
	flow_timer_start(state->flows, index);
	flow_mirror_emit(state, flow, RECORD_UPSERT);
}

static void expired(void *context, uint32_t index)
{
	flow_close(context, index);
}

bool flow_expire(struct worker_state *state)
{
	return flow_timer_advance(state->flows, state->now, 128, expired, state);
}

static bool revalidate_visit(struct worker_state *state, uint32_t index, void *argument)
{
	(void)argument;
	/* The peer judges by its own policy as long as it is active. */
	if (!flow_at(state->flows, index)->mirrored)
		flow_revalidate(state, index);
	return true;
}

void flow_policy_changed(struct worker_state *state)
{
	scan_start(state, SCAN_REVALIDATE, revalidate_visit, NULL, NULL);
	threshold_policy_changed(state);
}
