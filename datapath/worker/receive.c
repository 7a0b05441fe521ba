/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/take.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/switchover/switchover.h"
#include "datapath/worker/state.h"

/* The source of the graph: ports, packets of the control thread and the heartbeat thread, and packets
 * that other workers met. */
enum { NEXT_ETHERNET, NEXT_HOST, NEXT_FLOW, NEXT_TRANSMIT, NEXT_DROP, NEXT_FRAGMENT };

static uint16_t receive_ports(struct rte_graph *graph, struct rte_node *node, struct worker_state *state)
{
	uint16_t total = 0;

	for (uint64_t left = state->ports_seen; left; left &= left - 1) {
		struct worker_port *port = &state->ports[__builtin_ctzll(left)];
		uint16_t received;
		void **to;

		if (port->receive_queue == NO_PORT)
			continue;
		to = rte_node_next_stream_get(graph, node, NEXT_ETHERNET, BURST);
		received = rte_eth_rx_burst(port->device, port->receive_queue, (struct rte_mbuf **)to, BURST);
		if (unlikely(state->captures != NULL))
			capture_take(state, port->interface, (struct rte_mbuf **)to, received, false);
		total += received;
		if (unlikely(state->switching))
			received = switchover_receive(state, (uint16_t)__builtin_ctzll(left),
			                              (struct rte_mbuf **)to, received);
		rte_node_next_stream_put(graph, node, NEXT_ETHERNET, received);
	}
	count(state, COUNTER_RX_PACKETS, total);
	return total;
}

/*
 * What the control thread says may be older than a pause of this node. Nothing of it leaves while the lease is over, and what
 * it said for the shared addresses does not once this node is inactive: a switch would send here what is the peer's by now.
 */
static enum counter judge_said(const struct worker_state *state, const struct rte_mbuf *mbuf, uint16_t port)
{
	const struct rte_ether_hdr *header = rte_pktmbuf_mtod(mbuf, const struct rte_ether_hdr *);
	const struct port *own = &datapath.ports[port];

	if (state->active && !state->forwarding)
		return COUNTER_DROP_SUSPENDED;
	/* Not as of this walk: who has just become active announces itself at once. */
	if (!atomic_load_explicit(&datapath.active, memory_order_acquire) &&
	    rte_is_same_ether_addr(&header->src_addr, &own->shared_mac) &&
	    !rte_is_same_ether_addr(&own->shared_mac, &own->mac))
		return COUNTER_DROP_INACTIVE;
	return COUNTER_COUNT;
}

static uint16_t receive_ring(struct rte_graph *graph, struct rte_node *node, struct worker_state *state,
                             struct rte_ring *ring)
{
	bool heartbeats = ring == heartbeat_lanes.to_worker;
	enum counter reason = COUNTER_COUNT;
	struct rte_mbuf *packets[BURST];
	unsigned received = rte_ring_sc_dequeue_burst(ring, (void **)packets, BURST, NULL);

	for (unsigned i = 0; i < received; i++) {
		struct packet *packet = packet_of(packets[i]);
		uint16_t port = datapath.port_of_interface[packet->interface];
		rte_edge_t next = NEXT_TRANSMIT;

		if (packet->kind == PACKET_FROM_HOST) {
			next = NEXT_HOST;
		} else if (packet->kind == PACKET_SIMULATED && port != NO_PORT) {
			/* Nodes behind know the devices of what comes in. */
			next = NEXT_ETHERNET;
			port = datapath.ports[port].tag_bytes ? datapath.ports[port].carrier : port;
			port = datapath.ports[port].device;
		} else if (port == NO_PORT) {
			count(state, COUNTER_DROP_INTERFACE_DISABLED, 1);
			next = NEXT_DROP;
		} else if (!heartbeats && (reason = judge_said(state, packets[i], port)) != COUNTER_COUNT) {
			count(state, reason, 1);
			next = NEXT_DROP;
		}
		packets[i]->port = port;
		rte_node_enqueue_x1(graph, node, next, packets[i]);
	}
	return received;
}

static uint16_t receive_handover(struct rte_graph *graph, struct rte_node *node, struct worker_state *state)
{
	void **to = rte_node_next_stream_get(graph, node, NEXT_FLOW, BURST);
	uint16_t received = rte_ring_sc_dequeue_burst(state->worker->handover, to, BURST, NULL);

	rte_node_next_stream_put(graph, node, NEXT_FLOW, received);
	if (unlikely(!rte_ring_empty(state->worker->fragments))) {
		unsigned fragments;

		to = rte_node_next_stream_get(graph, node, NEXT_FRAGMENT, BURST);
		fragments = rte_ring_sc_dequeue_burst(state->worker->fragments, to, BURST, NULL);
		rte_node_next_stream_put(graph, node, NEXT_FRAGMENT, fragments);
		received += fragments;
	}
	return received;
}

/* Frames that came before any that a port has now. */
static uint16_t receive_held(struct rte_graph *graph, struct rte_node *node, struct worker_state *state)
{
	void **to = rte_node_next_stream_get(graph, node, NEXT_ETHERNET, BURST);
	uint16_t released = switchover_release(state, (struct rte_mbuf **)to);

	rte_node_next_stream_put(graph, node, NEXT_ETHERNET, released);
	return released;
}

static uint16_t receive(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);
	uint16_t total = 0, held = 0;

	(void)objects, (void)number;
	if (state->worker->index == 0)
		total += receive_ring(graph, node, state, heartbeat_lanes.to_worker);
	total += receive_ring(graph, node, state, state->worker->from_control);
	/* What another worker met waits as well while frames are held here. */
	if (datapath.worker_count > 1 && likely(!state->holding))
		total += receive_handover(graph, node, state);
	if (unlikely(state->switching))
		total += held = receive_held(graph, node, state);
	if (likely(held == 0))
		total += receive_ports(graph, node, state);
	state->received |= total > 0;
	return total;
}

static struct rte_node_register node = {
    .name = "receive",
    .process = receive,
    .init = worker_node_init,
    .flags = RTE_NODE_SOURCE_F,
    .nb_edges = 6,
    .next_nodes =
        {
            [NEXT_ETHERNET] = "ethernet_input",
            [NEXT_HOST] = "host_input",
            [NEXT_FLOW] = "flow_lookup",
            [NEXT_TRANSMIT] = "transmit",
            [NEXT_DROP] = "drop",
            [NEXT_FRAGMENT] = "fragment_input",
        },
};
RTE_NODE_REGISTER(node)
