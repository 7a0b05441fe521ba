/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"

#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_return.h"
#include "datapath/rule/linear.h"
#include "datapath/worker/job.h"

#include <netinet/in.h>
#include <rte_ip.h>

_Atomic(struct blacklist_table *) blacklist_in_force;

static struct rule_query answers_of(const struct rule_query *query)
{
	struct rule_query answers = *query;

	answers.source_interface = query->destination_interface;
	answers.destination_interface = query->source_interface;
	answers.source = query->destination;
	answers.destination = query->source;
	answers.source_port = query->destination_port;
	answers.destination_port = query->source_port;
	return answers;
}

bool blacklist_spares(const struct policy *policy, const struct rule_query *query)
{
	for (uint32_t i = 0; i < policy->whitelist_rule_count; i++)
		if (linear_holds(policy, &policy->whitelist_rules[i], query))
			return true;
	return false;
}

static bool is_barred(const struct worker_state *state, const struct blacklist_table *table,
                      const struct rule_query *query, uint16_t identifier)
{
	return blacklist_table_holds(table, query, identifier) &&
	       !(state->policy && blacklist_spares(&state->policy->policy, query));
}

bool blacklist_refuses(const struct worker_state *state, const struct flow_key *key,
                       const struct flow_addresses *addresses, uint16_t egress)
{
	const struct blacklist_table *table = atomic_load_explicit(&blacklist_in_force, memory_order_acquire);
	struct rule_query query = flow_rule_query(key, addresses, egress), answers = answers_of(&query);
	uint16_t identifier = rte_be_to_cpu_16(key->source_port);

	return table && (is_barred(state, table, &query, identifier) ||
	                 (egress != POLICY_INTERFACE_NONE && is_barred(state, table, &answers, identifier)));
}

bool blacklist_refuses_error(const struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct blacklist_table *table = atomic_load_explicit(&blacklist_in_force, memory_order_acquire);
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	bool ipv6 = *ip >> 4 == 6;
	const uint8_t *message = ip + icmp_message_offset(mbuf, ipv6);
	struct rule_query query = {.source_interface = packet_of(mbuf)->interface,
	                           .version = ipv6 ? 6 : 4,
	                           .protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
	                           .icmp_type = message[0],
	                           .icmp_code = message[1]};

	if (ipv6) {
		const struct rte_ipv6_hdr *header = (const struct rte_ipv6_hdr *)ip;

		memcpy(query.source.ip6, header->src_addr, sizeof(query.source.ip6));
		memcpy(query.destination.ip6, header->dst_addr, sizeof(query.destination.ip6));
	} else {
		const struct rte_ipv4_hdr *header = (const struct rte_ipv4_hdr *)ip;

		query.source.ip4 = rte_be_to_cpu_32(header->src_addr);
		query.destination.ip4 = rte_be_to_cpu_32(header->dst_addr);
	}
	return table && is_barred(state, table, &query, 0);
}

static bool close_visit(struct worker_state *state, uint32_t index, void *argument)
{
	const struct flow *flow = flow_at(state->flows, index);
	const struct flow_key *key = &flow->direction[0].key;

	(void)argument;
	if (blacklist_refuses(state, key, key->family == FLOW_IPV6 ? &flow->addresses : NULL,
	                      flow->direction[1].key.interface))
		flow_close(state, index);
	return true;
}

static void closed(struct worker_state *state, void *argument)
{
	(void)state;
	worker_job_finish(argument);
}

void blacklist_close_flows(struct worker *worker, void *job)
{
	scan_start(worker_state_of(worker), SCAN_BLACKLIST, close_visit, closed, job);
}
