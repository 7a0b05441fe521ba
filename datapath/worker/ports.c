/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/policy/compiled_policy.h"
#include "datapath/worker/state.h"

static uint64_t mac_word(const struct rte_ether_addr *mac)
{
	uint64_t word = 0;

	__builtin_memcpy(&word, mac, sizeof(*mac));
	return word;
}

static uint64_t shared_source(const struct worker_state *state, const struct port *port)
{
	return mac_word(state->passing ? &port->mac : &port->shared_mac);
}

static void refresh_port(struct worker_state *state, const struct port *port, struct worker_port *own)
{
	struct rte_eth_dev_info info;
	unsigned index = state->worker->index;

	*own = (struct worker_port){.mac = mac_word(&port->mac),
	                            .shared_mac = mac_word(&port->shared_mac),
	                            .shared_source = shared_source(state, port),
	                            .device = port->device,
	                            .interface = port->interface,
	                            .ipv6 = state->policy &&
	                                    compiled_policy_error_source_ipv6(state->policy, port->interface),
	                            .receive_queue = NO_PORT,
	                            .type_lost = port->type_lost};
	if (!rte_eth_dev_is_valid_port(port->device) || rte_eth_dev_info_get(port->device, &info))
		return;
	if (index < info.nb_rx_queues)
		own->receive_queue = index;
	/* With one queue the first worker reads everything and hands over what others own. */
	own->shared_transmit = info.nb_tx_queues < datapath.worker_count;
	own->transmit_queue = index < info.nb_tx_queues ? index : 0;
}

static void refresh_vlans(struct worker_state *state)
{
	for (unsigned i = PORTS_MAX; i < LOGICAL_PORTS_MAX; i++) {
		const struct port *port = &datapath.ports[i];
		struct worker_vlan *vlan = &state->vlans[i - PORTS_MAX];

		vlan->tag_bytes = 0;
		if (!port->used)
			continue;
		if (state->ports[i].interface != port->interface)
			*vlan = (struct worker_vlan){.tag_bytes = 0};
		state->ports[i] =
		    (struct worker_port){.mac = mac_word(&port->mac),
		                         .shared_mac = mac_word(&port->shared_mac),
		                         .shared_source = shared_source(state, port),
		                         .device = NO_PORT,
		                         .interface = port->interface,
		                         .receive_queue = NO_PORT,
		                         .ipv6 = state->policy && compiled_policy_error_source_ipv6(
		                                                      state->policy, port->interface)};
		vlan->carrier = port->carrier;
		memcpy(vlan->tags, port->tags, sizeof(vlan->tags));
		vlan->tag_bytes = port->tag_bytes;
	}
}

void worker_ports_refresh(struct worker_state *state, bool everything)
{
	uint64_t seen = 0;
	uint32_t count = atomic_load_explicit(&datapath.port_count, memory_order_acquire);
	uint32_t changes = atomic_load_explicit(&datapath.vlan_changes, memory_order_acquire);

	_Static_assert(PORTS_MAX <= 64, "a bit a port");
	for (uint32_t i = 0; i < count; i++) {
		if (datapath.ports[i].used)
			seen |= 1ULL << i;
	}
	if (likely(!everything && seen == state->ports_seen && changes == state->vlan_changes))
		return;
	for (uint64_t left = seen; left; left &= left - 1) {
		unsigned i = __builtin_ctzll(left);

		refresh_port(state, &datapath.ports[i], &state->ports[i]);
		if (datapath.ports[i].device < RTE_MAX_ETHPORTS)
			state->port_of_device[datapath.ports[i].device] = i;
	}
	state->ports_seen = seen;
	state->vlan_changes = changes;
	refresh_vlans(state);
}
