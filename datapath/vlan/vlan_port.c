/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/vlan/vlan_port.h"

#include "datapath/core/control.h"
#include "datapath/port/port.h"
#include "datapath/vlan/vlan.h"
#include "datapath/worker/state.h"

#include <stdio.h>
#include <string.h>

const struct policy_interface *vlan_port_device(const struct policy *policy, uint16_t interface)
{
	const struct policy_interface *at = policy_interface_by_id(policy, interface);

	while (at && at->carrier)
		at = policy_interface_by_id(policy, at->carrier);
	return at;
}

static void put_tag(struct port *port, const struct policy_interface *vlan, unsigned position)
{
	uint16_t tag[2] = {rte_cpu_to_be_16(vlan->vlan_type), rte_cpu_to_be_16(vlan->vlan_id)};

	memcpy(port->tags + (size_t)position * VLAN_TAG_BYTES, tag, sizeof(tag));
}

/* False where no frame can leave: it or one of its carriers is disabled or has no port. */
static bool wanted_port(const struct policy *policy, const struct policy_interface *vlan, struct port *out)
{
	const struct policy_interface *at = vlan;
	const struct port *device;
	unsigned levels = 0;

	for (; at->carrier && !at->disabled; levels++)
		at = policy_interface_by_id(policy, at->carrier);
	device = at->disabled ? NULL : control_port(at->id);
	if (!device)
		return false;
	*out = *device;
	out->interface = vlan->id;
	out->device = NO_PORT;
	out->mtu = (uint16_t)RTE_MIN(vlan->mtu, device->mtu);
	out->ha_type = vlan->ha_type;
	out->carrier = (uint16_t)(device - datapath.ports);
	out->tag_bytes = (uint8_t)(levels * VLAN_TAG_BYTES);
	memcpy(out->name, vlan->name, sizeof(out->name));
	/* The innermost tag is the VLAN's own. */
	for (at = vlan; at->carrier; at = policy_interface_by_id(policy, at->carrier))
		put_tag(out, at, --levels);
	return true;
}

static void tell_workers(void)
{
	atomic_fetch_add_explicit(&datapath.vlan_changes, 1, memory_order_release);
}

/* The port that the interface has, or a free one; NULL: there is none, which the policy's limit excludes. */
static struct port *port_for(uint16_t interface)
{
	struct port *present = control_port(interface);

	for (unsigned i = PORTS_MAX; i < LOGICAL_PORTS_MAX && !present; i++)
		if (!datapath.ports[i].interface)
			present = &datapath.ports[i];
	return present;
}

/* Takes ports out of use, all at once: workers look at them no more when it returns. */
static void withdraw(const bool *unwanted)
{
	bool any = false;

	for (unsigned i = PORTS_MAX; i < LOGICAL_PORTS_MAX; i++) {
		if (!unwanted[i] || !datapath.ports[i].used)
			continue;
		datapath.ports[i].used = 0;
		any = true;
	}
	if (!any)
		return;
	tell_workers();
	control_synchronize();
}

void vlan_port_commit(const struct policy *policy)
{
	static struct port wanted[LOGICAL_PORTS_MAX];
	bool changed[LOGICAL_PORTS_MAX] = {false};

	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *vlan = &policy->interfaces[i];
		struct port *port = vlan->carrier ? port_for(vlan->id) : NULL, next = {0};

		if (!port)
			continue;
		/* Reserved, also where its carrier has no port now. */
		port->interface = vlan->id;
		(void)wanted_port(policy, vlan, &next);
		memcpy(port->name, next.name, sizeof(port->name));
		if (memcmp(port, &next, sizeof(next)) == 0)
			continue;
		wanted[port - datapath.ports] = next;
		changed[port - datapath.ports] = true;
	}
	withdraw(changed);
	for (unsigned i = PORTS_MAX; i < LOGICAL_PORTS_MAX; i++) {
		if (!changed[i])
			continue;
		if (wanted[i].used) {
			wanted[i].used = 0;
			datapath.ports[i] = wanted[i];
			atomic_thread_fence(memory_order_release);
			datapath.ports[i].used = 1;
			atomic_store_explicit(&datapath.port_of_interface[wanted[i].interface], (uint16_t)i,
			                      memory_order_release);
		} else {
			atomic_store(&datapath.port_of_interface[datapath.ports[i].interface], NO_PORT);
			datapath.ports[i] = (struct port){0};
		}
	}
	tell_workers();
}

void vlan_port_finish(const struct policy *policy)
{
	bool unwanted[LOGICAL_PORTS_MAX] = {false};

	for (unsigned i = PORTS_MAX; i < LOGICAL_PORTS_MAX; i++) {
		const struct port *port = &datapath.ports[i];
		const struct policy_interface *interface =
		    port->interface ? policy_interface_by_id(policy, port->interface) : NULL;

		unwanted[i] = port->interface && !(interface && interface->carrier);
		if (unwanted[i] && datapath.port_of_interface[port->interface] == i)
			atomic_store(&datapath.port_of_interface[port->interface], NO_PORT);
	}
	withdraw(unwanted);
	for (unsigned i = PORTS_MAX; i < LOGICAL_PORTS_MAX; i++)
		if (unwanted[i])
			datapath.ports[i] = (struct port){0};
}

void vlan_port_describe(const struct policy *policy, uint16_t interface, struct interface_row *row)
{
	const struct policy_interface *device = vlan_port_device(policy, interface);
	const struct port *port = control_port(interface);

	if (!device || !port || port < &datapath.ports[PORTS_MAX])
		return;
	row->link_up = port_link_up(device->id);
	row->promiscuous = port_promiscuous(device->id);
	row->mtu = port->mtu;
	memcpy(row->mac.bytes, port->mac.addr_bytes, sizeof(row->mac.bytes));
	memcpy(row->shared_mac.bytes, port->shared_mac.addr_bytes, sizeof(row->shared_mac.bytes));
	snprintf(row->driver, sizeof(row->driver), "vlan");
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		const struct worker_vlan *vlan =
		    &worker_state_of(datapath.workers[i])->vlans[port - datapath.ports - PORTS_MAX];

		row->received_packets += vlan->received_packets;
		row->received_bytes += vlan->received_bytes;
		row->sent_packets += vlan->sent_packets;
		row->sent_bytes += vlan->sent_bytes;
	}
}
