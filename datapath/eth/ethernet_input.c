/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/eth/ethernet.h"
#include "datapath/policy/compiled_policy.h"

enum { NEXT_IPV4, NEXT_CONTROL, NEXT_DROP, NEXT_IPV6, NEXT_HEARTBEAT };

/* One a tick may be logged; the control thread counts it, so that it is counted once where that takes no more. */
static rte_edge_t unknown_vlan(struct worker_state *state, struct packet *packet,
                               const struct vlan_frame *vlan)
{
	if (!state->policy || !state->policy->policy.settings->log_unknown_vlan ||
	    state->vlan_told == state->now) {
		count(state, COUNTER_DROP_UNKNOWN_VLANID, 1);
		return NEXT_DROP;
	}
	state->vlan_told = state->now;
	packet->kind = PACKET_UNKNOWN_VLAN;
	packet->interface = vlan->interface;
	packet->next_hop = vlan->vlan_id;
	return NEXT_CONTROL;
}

/* What the control thread gets has no tags. */
static void strip_tags(struct rte_mbuf *mbuf, uint16_t header)
{
	uint8_t *frame = rte_pktmbuf_mtod(mbuf, uint8_t *);
	uint16_t tags = header - RTE_ETHER_HDR_LEN;

	memmove(frame + tags, frame, 2 * sizeof(struct rte_ether_addr));
	rte_pktmbuf_adj(mbuf, tags);
}

static void count_vlan(struct worker_state *state, const struct rte_mbuf *mbuf, uint16_t interface)
{
	uint16_t port = datapath.port_of_interface[interface];
	struct worker_vlan *vlan;

	/* A priority tag makes no VLAN. */
	if (port < PORTS_MAX || port >= LOGICAL_PORTS_MAX)
		return;
	vlan = &state->vlans[port - PORTS_MAX];
	vlan->received_packets++;
	vlan->received_bytes += rte_pktmbuf_pkt_len(mbuf);
}

static rte_edge_t tagged(struct worker_state *state, struct rte_mbuf *mbuf, const struct worker_port *port,
                         bool shared)
{
	struct packet *packet = packet_of(mbuf);
	struct vlan_frame vlan;
	enum counter reason =
	    vlan_parse(state->policy ? state->policy->vlans : NULL, rte_pktmbuf_mtod(mbuf, const uint8_t *),
	               rte_pktmbuf_data_len(mbuf), port->interface, port->type_lost, &vlan);

	if (unlikely(reason == COUNTER_DROP_UNKNOWN_VLANID))
		return unknown_vlan(state, packet, &vlan);
	if (unlikely(reason != COUNTER_COUNT)) {
		count(state, reason, 1);
		return NEXT_DROP;
	}
	packet->interface = vlan.interface;
	packet->shared_mac = shared;
	count_vlan(state, mbuf, vlan.interface);
	if (likely(vlan.type == RTE_BE16(RTE_ETHER_TYPE_IPV4) ||
	           vlan.type == RTE_BE16(RTE_ETHER_TYPE_IPV6))) {
		rte_pktmbuf_adj(mbuf, vlan.header);
		return vlan.type == RTE_BE16(RTE_ETHER_TYPE_IPV4) ? NEXT_IPV4 : NEXT_IPV6;
	}
	if (vlan.type != RTE_BE16(RTE_ETHER_TYPE_ARP)) {
		count(state, COUNTER_DROP_ETHERTYPE, 1);
		return NEXT_DROP;
	}
	strip_tags(mbuf, vlan.header);
	packet->kind = PACKET_ARP;
	return NEXT_CONTROL;
}

static rte_edge_t input_one(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct worker_port *port = &state->ports[state->port_of_device[mbuf->port]];
	struct packet *packet = packet_of(mbuf);
	enum counter reason;
	bool shared = false;

	packet->interface = port->interface;
	switch (ethernet_judge(rte_pktmbuf_mtod(mbuf, const uint8_t *), rte_pktmbuf_data_len(mbuf), port->mac,
	                       port->shared_mac, state->active, &shared, &reason)) {
	case ETHERNET_IPV4:
		packet->shared_mac = shared;
		ethernet_pull(mbuf);
		return NEXT_IPV4;
	case ETHERNET_IPV6:
		packet->shared_mac = shared;
		ethernet_pull(mbuf);
		return NEXT_IPV6;
	case ETHERNET_ARP:
		packet->kind = PACKET_ARP;
		packet->shared_mac = shared;
		return NEXT_CONTROL;
	case ETHERNET_TAGGED:
		return tagged(state, mbuf, port, shared);
	case ETHERNET_HEARTBEAT:
		return NEXT_HEARTBEAT;
	case ETHERNET_SPARE_LINK:
		packet->kind = PACKET_SPARE_LINK;
		return NEXT_CONTROL;
	default:
		count(state, reason, 1);
		return NEXT_DROP;
	}
}

static uint16_t ethernet_input(struct rte_graph *graph, struct rte_node *node, void **objects,
                               uint16_t number)
{
	struct worker_state *state = node_state(node);
	struct vector vector = vector_begin(graph, node, objects, number, NEXT_IPV4);

	for (int i = 0; i < RTE_MIN(number, 4); i++)
		rte_prefetch0(rte_pktmbuf_mtod((struct rte_mbuf *)objects[i], void *));
	for (uint16_t i = 0; i < number; i++) {
		rte_edge_t next;

		if (i + 8 < number)
			rte_prefetch0(objects[i + 8]);
		if (i + 4 < number) {
			rte_prefetch0(rte_pktmbuf_mtod((struct rte_mbuf *)objects[i + 4], void *));
			rte_prefetch0(packet_of(objects[i + 4]));
		}
		next = input_one(state, objects[i]);
		/* Packets of one kind come together: a vector of IPv6 is moved on whole too. */
		if (unlikely(next != vector.usual))
			vector_turn(&vector, i, next);
	}
	vector_end(&vector);
	return number;
}

static struct rte_node_register node = {
    .name = "ethernet_input",
    .process = ethernet_input,
    .init = worker_node_init,
    .nb_edges = 5,
    .next_nodes = {[NEXT_IPV4] = "ipv4_input",
                   [NEXT_CONTROL] = "to_control",
                   [NEXT_DROP] = "drop",
                   [NEXT_IPV6] = "ipv6_input",
                   [NEXT_HEARTBEAT] = "to_heartbeat"},
};
RTE_NODE_REGISTER(node)
