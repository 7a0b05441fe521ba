/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/monitor/targets.h"

#include "datapath/advertise/advertisement.h"
#include "datapath/arp/address.h"
#include "datapath/arp/arp.h"
#include "datapath/arp/neighbour.h"
#include "datapath/core/control.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/packet.h"

#include <string.h>

static unsigned of_version(const struct targets *targets, unsigned version)
{
	unsigned count = 0;

	for (unsigned i = 0; i < targets->count; i++)
		count += targets->address[i].version == version;
	return count;
}

static void add(struct targets *targets, const struct ip_address *address)
{
	if (of_version(targets, address->version) >= POLICY_MONITOR_TARGETS_MAX)
		return;
	for (unsigned i = 0; i < targets->count; i++)
		if (ip_address_compare(&targets->address[i], address) == 0)
			return;
	targets->address[targets->count++] = *address;
}

static void add_known(const struct policy *policy, uint16_t interface, struct targets *out)
{
	for (uint32_t i = 0; i < policy->route_count; i++)
		if (policy->routes[i].interface == interface && policy->routes[i].gateway.version)
			add(out, &policy->routes[i].gateway);
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		const struct neighbour *neighbour = neighbour_at(index);

		if (neighbour->interface == interface && !mac_address_is_zero(&neighbour->mac))
			add(out, &neighbour->next_hop);
	}
}

void targets_collect(const struct policy *policy, const struct policy_interface *interface,
                     struct targets *out)
{
	out->count = 0;
	for (uint32_t i = 0; i < policy->monitor_target_count; i++)
		if (policy->monitor_targets[i].interface == interface->id)
			add(out, &policy->monitor_targets[i].address);
	if (interface->monitor_neighbours)
		add_known(policy, interface->id, out);
}

static void ask_ipv4(const struct policy *policy, const struct port *port, const struct ip_address *target)
{
	struct arp_packet packet = {.operation = ARP_REQUEST};
	uint8_t frame[ARP_FRAME_LENGTH];

	memcpy(&packet.target, target->bytes, sizeof(packet.target));
	memcpy(packet.sender_mac.bytes, port->mac.addr_bytes, sizeof(packet.sender_mac.bytes));
	if (arp_ask_as(policy, false, port->interface, packet.target, &packet.sender) == ARP_SILENT)
		packet.sender = 0;
	arp_build(&packet, &arp_broadcast, frame);
	(void)arp_transmit(port->interface, frame);
}

static void ask_ipv6(const struct policy *policy, const struct port *port, const struct ip_address *target)
{
	struct nd_packet packet = {.type = ND_SOLICITATION};
	uint8_t frame[ND_FRAME_LENGTH];
	struct mac_address group;

	memcpy(packet.mac.bytes, port->mac.addr_bytes, sizeof(packet.mac.bytes));
	memcpy(packet.target, target->bytes, sizeof(packet.target));
	if (nd_ask_as(policy, false, port->interface, packet.target, packet.source) == ARP_SILENT)
		advertisement_link_local(packet.mac.bytes, packet.source);
	nd_solicited_node(packet.target, packet.destination);
	group = nd_group_mac(packet.destination);
	nd_build(&packet, &group, frame);
	(void)control_transmit(port->interface, frame, sizeof(frame));
}

void targets_ask(const struct policy *policy, uint16_t interface, const struct targets *targets)
{
	const struct port *port = control_port(interface);

	for (unsigned i = 0; port && i < targets->count; i++) {
		control_count(COUNTER_MONITOR_PROBES);
		if (targets->address[i].version == 6)
			ask_ipv6(policy, port, &targets->address[i]);
		else
			ask_ipv4(policy, port, &targets->address[i]);
	}
}
