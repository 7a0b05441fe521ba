/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_error.h"

#include <netinet/in.h>
#include <rte_cycles.h>
#include <rte_tcp.h>

/* First packets of flows. */
enum { NEXT_FORWARD, NEXT_ERROR, NEXT_DROP };

/* What opens no flow whatever the rules say. */
static enum counter check_opening(const struct parsed *parsed)
{
	const struct flow_key *key = &parsed->key;

	if (parsed->flags & PARSED_ICMP_ERROR)
		return COUNTER_DROP_ICMP_TYPE;
	if (key->protocol == IPPROTO_ICMP && key->source_port == FLOW_ICMP_ECHO_PORT &&
	    key->destination_port != FLOW_ICMP_ECHO_PORT)
		return COUNTER_DROP_ICMP_TYPE;
	return COUNTER_COUNT;
}

static rte_edge_t deny(struct worker_state *state, struct rte_mbuf *mbuf, enum counter reason, bool reject)
{
	count(state, reason, 1);
	if (!reject)
		return NEXT_DROP;
	if (parsed_of(mbuf)->key.protocol == IPPROTO_TCP)
		icmp_error_request_reset(mbuf);
	else
		icmp_error_request(mbuf, ICMP_ERROR_UNREACHABLE, ICMP_CODE_PROHIBITED, 0);
	return NEXT_ERROR;
}

static rte_edge_t setup_one(struct worker_state *state, struct rte_mbuf *mbuf)
{
	struct packet *packet = packet_of(mbuf);
	struct parsed *parsed = parsed_of(mbuf);
	/* An earlier packet of this vector may have opened it. */
	uint32_t entry = flow_table_find(state->flows, &parsed->key, parsed->hash);
	struct flow_decision decision = {.reject = false};
	enum counter reason;

	if (!entry) {
		reason = check_opening(parsed);
		if (reason == COUNTER_COUNT)
			reason = flow_decide(state, &parsed->key, &decision);
		if (reason != COUNTER_COUNT)
			return deny(state, mbuf, reason, decision.reject);
		/* Only a SYN opens a TCP flow (C07-017). */
		if (parsed->key.protocol == IPPROTO_TCP && !decision.stateless &&
		    (parsed->tcp_flags & (RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG)) != RTE_TCP_SYN_FLAG)
			return deny(state, mbuf, COUNTER_DROP_TCP_NO_FLOW, false);
		entry = flow_open(state, parsed, &decision, &reason) << 1;
		if (!entry)
			return deny(state, mbuf, reason, false);
	}
	packet->flow = entry >> 1;
	packet->direction = entry & 1;
	return NEXT_FORWARD;
}

static uint16_t flow_setup(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	uint64_t start = rte_rdtsc();

	for (uint16_t i = 0; i < number; i++)
		rte_node_enqueue_x1(graph, node, setup_one(state, objects[i]), objects[i]);
	state->worker->setup_cycles += rte_rdtsc() - start;
	return number;
}

static struct rte_node_register node = {
    .name = "flow_setup",
    .process = flow_setup,
    .init = worker_node_init,
    .nb_edges = 3,
    .next_nodes = {[NEXT_FORWARD] = "flow_forward", [NEXT_ERROR] = "icmp_error", [NEXT_DROP] = "drop"},
};
RTE_NODE_REGISTER(node)
