/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"
#include "datapath/dhcp_client/intercept.h"
#include "datapath/flow/flow.h"
#include "datapath/flow/flow_log.h"
#include "datapath/fragment/fragment_judge.h"
#include "datapath/icmp/icmp_return.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/rule_usage/rule_usage.h"
#include "datapath/tcp/relay.h"

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_tcp.h>

/* First packets of flows. */
enum {
	NEXT_FORWARD,
	NEXT_ERROR,
	NEXT_DROP,
	NEXT_FORWARD_IPV6,
	NEXT_ERROR_IPV6,
	NEXT_TCP_ANSWER,
	NEXT_CONTROL
};

/* What opens no flow whatever the rules say: an answer to a query that nobody has sent. */
static enum counter check_opening(struct rte_mbuf *mbuf)
{
	const struct flow_key *key = &parsed_of(mbuf)->key;
	bool ipv6 = key->family == FLOW_IPV6;
	uint8_t type, query;

	if (key->protocol != (ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return COUNTER_COUNT;
	type = *rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, icmp_message_offset(mbuf, ipv6));
	query = flow_icmp_query(type, ipv6);
	return query == type || query == FLOW_ICMP_NO_QUERY ? COUNTER_COUNT : COUNTER_DROP_ICMP_TYPE;
}

/* Errors without a flow need a rule that is about ICMP (C08-023). */
static enum counter check_alone(const struct worker_state *state, const struct parsed *parsed,
                                const struct flow_question *question)
{
	uint32_t rule = question->decision.rule;
	bool named = rule == RULE_NONE || icmp_return_named(&state->policy->policy, rule, &parsed->key);

	if (question->reason == COUNTER_DROP_RULE || question->reason == COUNTER_DROP_DEFAULT_RULE ||
	    (question->reason == COUNTER_COUNT && !named))
		return COUNTER_DROP_ICMP_NO_FLOW;
	return question->reason;
}

static rte_edge_t deny(struct worker_state *state, struct rte_mbuf *mbuf, enum counter reason, bool reject)
{
	count(state, reason, 1);
	if (unlikely(parsed_of(mbuf)->flags & PARSED_FRAGMENT))
		fragment_refused(state, mbuf);
	if (!reject)
		return NEXT_DROP;
	if (parsed_of(mbuf)->key.protocol == IPPROTO_TCP)
		icmp_error_request_reset(mbuf);
	else if (parsed_of(mbuf)->key.family == FLOW_IPV6)
		icmp_error_request(mbuf, ICMPV6_ERROR_UNREACHABLE, ICMPV6_CODE_PROHIBITED, 0);
	else
		icmp_error_request(mbuf, ICMP_ERROR_UNREACHABLE, ICMP_CODE_PROHIBITED, 0);
	return parsed_of(mbuf)->key.family == FLOW_IPV6 ? NEXT_ERROR_IPV6 : NEXT_ERROR;
}

/* The flow of a packet that came in by another interface than its flow's, one that is equivalent (C03-022). 0: none. */
static uint32_t find_equivalent(const struct worker_state *state, const struct parsed *parsed)
{
	struct flow_key key = parsed->key;
	uint32_t entry = 0;

	if (!state->policy || !state->policy->equivalence || !state->policy->equivalence[key.interface])
		return 0;
	for (uint32_t i = 0; i < state->policy->policy.interface_count && !entry; i++) {
		const struct policy_interface *other = &state->policy->policy.interfaces[i];

		if (other->id == parsed->key.interface ||
		    !compiled_policy_equivalent(state->policy, other->id, parsed->key.interface))
			continue;
		key.interface = other->id;
		entry = flow_table_find(state->flows, &key, flow_hash(&key));
	}
	return entry;
}

/* Who is barred is told nothing, and makes no line in the log, whatever the rules say. */
static bool is_barred(const struct worker_state *state, const struct parsed *parsed,
                      const struct flow_question *question)
{
	return blacklist_refuses(
	    state, &parsed->key, question->addresses,
	    question->reason == COUNTER_COUNT ? question->decision.path[0].interface : POLICY_INTERFACE_NONE);
}

/*
 * A TCP packet of no flow, that the rules allow with that decision. Where COUNTER_COUNT is returned it opens one, or is,
 * with TCP_RELAY_ANSWER, the answer to its sender; else the reason to drop it is.
 */
static enum counter check_tcp(struct worker_state *state, struct rte_mbuf *mbuf,
                              const struct flow_decision *decision, enum tcp_relay *relay,
                              struct tcp_relay_client *client)
{
	enum counter reason;

	*relay = tcp_relay_first(state, mbuf, decision, client, &reason);
	if (*relay == TCP_RELAY_DROP)
		return reason;
	if (*relay == TCP_RELAY_ANSWER)
		return COUNTER_COUNT;
	/* Only a SYN opens a TCP flow (C07-017). */
	if ((parsed_of(mbuf)->tcp_flags & (RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG)) != RTE_TCP_SYN_FLAG)
		return COUNTER_DROP_TCP_NO_FLOW;
	return flow_admit_syn(state, mbuf);
}

static rte_edge_t setup_one(struct worker_state *state, struct rte_mbuf *mbuf,
                            const struct flow_question *question)
{
	struct packet *packet = packet_of(mbuf);
	struct parsed *parsed = parsed_of(mbuf);
	/* An earlier packet of this vector may have opened it. */
	uint32_t entry = flow_table_find(state->flows, &parsed->key, parsed->hash);
	bool ipv6 = parsed->key.family == FLOW_IPV6;
	enum tcp_relay relay = TCP_RELAY_NONE;
	struct tcp_relay_client client;
	enum counter reason;

	if (!entry)
		entry = find_equivalent(state, parsed);
	/* The flow that it is about has just made room for another one. */
	if (!entry && parsed->flags & PARSED_ICMP_ERROR)
		return deny(state, mbuf, COUNTER_DROP_ICMP_NO_FLOW, false);
	/* Its first fragment was refused, or its flow is gone. */
	if (!entry && parsed->flags & PARSED_FRAGMENT_LATER)
		return deny(state, mbuf, COUNTER_DROP_FRAGMENT_REFUSED_PACKET, false);
	/* Of no rule's concern: DHCPEnabled is what lets it in. */
	if (!entry && !ipv6 &&
	    unlikely(dhcp_intercept_packet(packet->interface, rte_pktmbuf_mtod(mbuf, const uint8_t *),
	                                   rte_pktmbuf_data_len(mbuf)))) {
		packet->kind = PACKET_DHCP;
		return NEXT_CONTROL;
	}
	if (!entry) {
		if (unlikely(blacklist_any()) && is_barred(state, parsed, question))
			return deny(state, mbuf, COUNTER_DROP_BLACKLIST, false);
		reason = check_opening(mbuf);
		if (reason == COUNTER_COUNT && parsed->flags & PARSED_ICMP_ALONE)
			reason = check_alone(state, parsed, question);
		if (reason != COUNTER_COUNT)
			return deny(state, mbuf, reason, false);
		if (question->reason != COUNTER_COUNT) {
			if (question->reason == COUNTER_DROP_RULE ||
			    question->reason == COUNTER_DROP_DEFAULT_RULE)
				rule_usage_refuse(state, question->decision.rule, rte_pktmbuf_pkt_len(mbuf));
			flow_log_refused(state, mbuf, question);
			return deny(state, mbuf, question->reason, question->decision.reject);
		}
		if (parsed->key.protocol == IPPROTO_TCP && !question->decision.stateless) {
			reason = check_tcp(state, mbuf, &question->decision, &relay, &client);
			if (reason != COUNTER_COUNT)
				return deny(state, mbuf, reason, false);
			if (relay == TCP_RELAY_ANSWER)
				return NEXT_TCP_ANSWER;
		}
		entry = flow_open(state, parsed, question->addresses, &question->decision, &reason) << 1;
		if (!entry)
			return deny(state, mbuf, reason, false);
		if (relay == TCP_RELAY_OPEN)
			tcp_relay_opened(state, entry >> 1, &client);
		if (question->decision.log)
			flow_log_opened(state, entry >> 1, question->decision.rule);
	}
	if (ipv6 && !flow_addresses_match(flow_at(state->flows, entry >> 1), entry & 1, mbuf))
		return deny(state, mbuf, COUNTER_DROP_FLOW_ADDRESSES, false);
	packet->flow = entry >> 1;
	packet->direction = entry & 1;
	return ipv6 ? NEXT_FORWARD_IPV6 : NEXT_FORWARD;
}

/* Decides about a group of packets together, and then opens their flows one after the other. */
static void setup_group(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	struct flow_question questions[FLOW_QUESTIONS];
	struct flow_addresses addresses[FLOW_QUESTIONS];

	for (uint16_t i = 0; i < number; i++) {
		bool ipv6 = parsed_of(objects[i])->key.family == FLOW_IPV6;

		if (unlikely(parsed_of(objects[i])->flags & PARSED_ICMP_ERROR) &&
		    !find_equivalent(state, parsed_of(objects[i])))
			icmp_return_alone(objects[i]);
		if (ipv6)
			addresses[i] = flow_addresses_of(objects[i]);
		questions[i].key = &parsed_of(objects[i])->key;
		questions[i].addresses = ipv6 ? &addresses[i] : NULL;
	}
	flow_decide_all(state, questions, number);
	for (uint16_t i = 0; i < number; i++)
		flow_open_prefetch(state, &questions[i]);
	for (uint16_t i = 0; i < number; i++)
		rte_node_enqueue_x1(graph, node, setup_one(state, objects[i], &questions[i]), objects[i]);
}

static uint16_t flow_setup(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	uint64_t start = rte_rdtsc();

	for (uint16_t i = 0; i < number; i += FLOW_QUESTIONS)
		setup_group(graph, node, &objects[i], RTE_MIN(number - i, FLOW_QUESTIONS));
	state->worker->setup_cycles += rte_rdtsc() - start;
	return number;
}

static struct rte_node_register node = {
    .name = "flow_setup",
    .process = flow_setup,
    .init = worker_node_init,
    .nb_edges = 7,
    .next_nodes = {[NEXT_FORWARD] = "flow_forward",
                   [NEXT_ERROR] = "icmp_error",
                   [NEXT_DROP] = "drop",
                   [NEXT_FORWARD_IPV6] = "ipv6_forward",
                   [NEXT_ERROR_IPV6] = "icmpv6_error",
                   [NEXT_TCP_ANSWER] = "tcp_answer",
                   [NEXT_CONTROL] = "to_control"},
};
RTE_NODE_REGISTER(node)
