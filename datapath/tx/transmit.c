/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/take.h"
#include "datapath/vlan/vlan_output.h"
#include "datapath/worker/state.h"

#include <rte_spinlock.h>

/* Only for devices with fewer queues than there are workers. */
static rte_spinlock_t device_lock[RTE_MAX_ETHPORTS];

static void flush_port(struct worker_state *state, unsigned index)
{
	struct worker_port *port = &state->ports[index];
	struct transmit_buffer *buffer = &state->transmit[index];
	uint16_t sent;

	/* Before: what a device has taken may be gone. */
	if (unlikely(state->captures != NULL))
		capture_take(state, port->interface, buffer->packets, buffer->count, true);
	if (unlikely(port->shared_transmit))
		rte_spinlock_lock(&device_lock[port->device]);
	sent = rte_eth_tx_burst(port->device, port->transmit_queue, buffer->packets, buffer->count);
	if (unlikely(port->shared_transmit))
		rte_spinlock_unlock(&device_lock[port->device]);
	count(state, COUNTER_TX_PACKETS, sent);
	if (unlikely(sent < buffer->count)) {
		count(state, COUNTER_DROP_TX, buffer->count - sent);
		rte_pktmbuf_free_bulk(&buffer->packets[sent], buffer->count - sent);
	}
	buffer->count = 0;
}

void transmit_flush(struct worker_state *state)
{
	for (uint64_t left = state->ports_seen; left; left &= left - 1) {
		unsigned index = __builtin_ctzll(left);

		if (state->transmit[index].count)
			flush_port(state, index);
	}
}

void transmit_discard(struct worker_state *state)
{
	for (uint64_t left = state->ports_seen; left; left &= left - 1) {
		struct transmit_buffer *buffer = &state->transmit[__builtin_ctzll(left)];

		count(state, COUNTER_DROP_SUSPENDED, buffer->count);
		rte_pktmbuf_free_bulk(buffer->packets, buffer->count);
		buffer->count = 0;
	}
}

/* Sorts packets by their port (mbuf.port, an index in datapath.ports), and tags those of VLANs. */
static uint16_t transmit(struct rte_graph *graph, struct rte_node *node, void **objects, uint16_t number)
{
	struct worker_state *state = node_state(node);

	(void)graph;
	for (uint16_t i = 0; i < number; i++) {
		struct rte_mbuf *packet = objects[i];
		struct transmit_buffer *buffer;

		if (unlikely(packet->port >= PORTS_MAX || !(state->ports_seen >> packet->port & 1)) &&
		    !vlan_push(state, packet)) {
			count(state, COUNTER_DROP_INTERFACE_DISABLED, 1);
			rte_pktmbuf_free(packet);
			continue;
		}
		buffer = &state->transmit[packet->port];
		buffer->packets[buffer->count++] = packet;
		if (unlikely(buffer->count == TRANSMIT_BURST))
			flush_port(state, packet->port);
	}
	return number;
}

static struct rte_node_register node = {.name = "transmit", .process = transmit, .init = worker_node_init};
RTE_NODE_REGISTER(node)
