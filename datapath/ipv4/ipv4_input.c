/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/dhcp_client/intercept.h"
#include "datapath/ipv4/ipv4_classify.h"

/* IPv4 packets from the wire; data starts at the IP header. */
enum { NEXT_FLOW, NEXT_HANDOVER, NEXT_DROP, NEXT_FRAGMENT, NEXT_CONTROL };

/* What ipv4_classify does not let through: what a DHCP server tells everybody is among it. */
static rte_edge_t refuse(struct worker_state *state, struct rte_mbuf *mbuf, enum counter reason)
{
	if (reason == COUNTER_DROP_IPV4_DESTINATION &&
	    dhcp_intercept_packet(packet_of(mbuf)->interface, rte_pktmbuf_mtod(mbuf, const uint8_t *),
	                          rte_pktmbuf_data_len(mbuf))) {
		packet_of(mbuf)->kind = PACKET_DHCP;
		return NEXT_CONTROL;
	}
	count(state, reason, 1);
	return reason == COUNTER_FRAGMENT_RECEIVED ? NEXT_FRAGMENT : NEXT_DROP;
}

static uint16_t ipv4_input(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_FLOW);
	bool alone = datapath.worker_count <= 1;

	for (unsigned i = 0; i < number; i++) {
		struct rte_mbuf *mbuf = objects[i];
		enum counter reason = ipv4_classify(state, mbuf, packet_of(mbuf)->interface);

		if (unlikely(reason != COUNTER_COUNT)) {
			vector_divert(&vector, i, refuse(state, mbuf, reason));
		} else if (unlikely(!alone && ipv4_owned_elsewhere(state, mbuf))) {
			vector_divert(&vector, i, NEXT_HANDOVER);
		}
	}
	vector_end(&vector);
	return number;
}

static struct rte_node_register node = {
    .name = "ipv4_input",
    .process = ipv4_input,
    .init = worker_node_init,
    .nb_edges = 5,
    .next_nodes = {[NEXT_FLOW] = "flow_lookup",
                   [NEXT_HANDOVER] = "handover",
                   [NEXT_DROP] = "drop",
                   [NEXT_FRAGMENT] = "fragment_input",
                   [NEXT_CONTROL] = "to_control"},
};
RTE_NODE_REGISTER(node)
