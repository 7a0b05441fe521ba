/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/port/port.h"

#include "datapath/activity/activity.h"
#include "datapath/core/control.h"
#include "datapath/host/netlink.h"
#include "datapath/port/driver.h"
#include "datapath/port/kernel_device.h"
#include "datapath/port/xdp_pool.h"
#include "datapath/vlan/vlan_port.h"

#include <errno.h>
#include <poll.h>
#include <qb/qblog.h>
#include <rte_ethdev.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A port that was just opened may lose its link once more. */
#define LINK_SETTLED_NS (2 * NANOSECONDS_PER_SECOND)

/* Index as in datapath.ports. */
static struct slot {
	struct driver_device device;
	uint16_t interface; /* of the policy that is being taken or in force, 0: none */
	uint32_t mtu;
	bool fresh;    /* opened by port_prepare, not shown to workers yet */
	bool deviates; /* takes everything, though InterfaceMAC is set, and that was said */
	bool link_up;
	bool link_lost;    /* it was there for a while, so that no driver's or policy's doing ended it */
	uint64_t up_since; /* ns */
} slots[PORTS_MAX];

static int watch = -1;

static bool wants_port(const struct policy_interface *interface)
{
	return !interface->disabled && !interface->carrier && interface->ha_type != POLICY_HA_SYNC;
}

/* That its device is opened for: frames of its MTU, with the tags of its VLANs. */
static uint32_t size_of(const struct policy_interface *interface)
{
	return interface->mtu + interface->tag_room;
}

static struct slot *slot_of_interface(uint16_t interface)
{
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (slots[i].device.open && slots[i].interface == interface)
			return &slots[i];
	}
	return NULL;
}

/* An open device may serve on as long as nothing changes that is settled when it is opened. */
static struct slot *slot_of_device(const struct policy_interface *interface)
{
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		const struct driver_device *device = &slots[i].device;

		if (device->open && device->driver == interface->driver &&
		    slots[i].mtu == size_of(interface) && strcmp(device->device, interface->device) == 0 &&
		    driver_present(device))
			return &slots[i];
	}
	return NULL;
}

static struct slot *slot_free(void)
{
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (!slots[i].device.open && !datapath.ports[i].used)
			return &slots[i];
	}
	return NULL;
}

static int open_interface(const struct policy_interface *interface, char reason[256])
{
	struct slot *slot = slot_free();
	int error;

	if (!slot) {
		snprintf(reason, 256, "EthernetInterface %s: more than %d ports", interface->name, PORTS_MAX);
		return -ENOSPC;
	}
	error = driver_open(interface, &slot->device, reason);
	control_breathe();
	if (error)
		return error;
	slot->interface = interface->id;
	slot->mtu = size_of(interface);
	slot->fresh = true;
	slot->link_up = driver_link_up(&slot->device);
	slot->up_since = control_now();
	qb_log(LOG_INFO, "EthernetInterface %s: device %s by %s, link %s", interface->name, interface->device,
	       driver_name(interface->driver), slot->link_up ? "up" : "down");
	return 0;
}

int port_prepare(const struct policy *policy, bool tolerant, char reason[256])
{
	char problem[256];
	int error, first = 0;

	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (!wants_port(interface) || slot_of_device(interface))
			continue;
		error = open_interface(interface, problem);
		if (!error)
			continue;
		qb_log(LOG_ERR, "%s", problem);
		if (!first) {
			first = error;
			memcpy(reason, problem, sizeof(problem));
		}
		if (!tolerant)
			break;
	}
	return first;
}

void port_discard(void)
{
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (slots[i].fresh) {
			driver_close(&slots[i].device);
			slots[i] = (struct slot){0};
		}
	}
}

static void hide(unsigned index)
{
	struct port *port = &datapath.ports[index];

	if (!port->used)
		return;
	if (atomic_load(&datapath.port_of_interface[port->interface]) == index)
		atomic_store(&datapath.port_of_interface[port->interface], NO_PORT);
	port->used = 0;
	atomic_store(&datapath.port_count, atomic_load(&datapath.port_count));
	control_synchronize();
}

static struct port port_wanted(const struct slot *slot, const struct policy_interface *interface,
                               const struct policy_settings *settings)
{
	struct mac_address mac = mac_address_is_zero(&interface->mac) ? slot->device.mac : interface->mac;
	struct mac_address shared = mac;
	struct port port = {.interface = interface->id,
	                    .device = slot->device.port,
	                    .mtu = (uint16_t)driver_mtu(interface),
	                    .ha_type = interface->ha_type,
	                    .type_lost = interface->driver == POLICY_DRIVER_AF_PACKET,
	                    .used = 1};

	if (settings->cluster_enabled && interface->mac_mode == POLICY_MAC_PRIVATE_SHARED)
		shared = cluster_shared_mac(settings->cluster_id, interface->id);
	memcpy(port.mac.addr_bytes, mac.bytes, sizeof(mac.bytes));
	memcpy(port.shared_mac.addr_bytes, shared.bytes, sizeof(shared.bytes));
	memcpy(port.name, interface->name, sizeof(port.name));
	return port;
}

/* The shared address and the heartbeats' are none of the device's own. */
static void receive_as(struct slot *slot, const struct policy *policy,
                       const struct policy_interface *interface, const struct port *port)
{
	bool everything = interface->mac_mode == POLICY_MAC_PRIVATE_SHARED, vlans = false, deviates;
	struct mac_address mac;

	for (uint32_t i = 0; i < policy->interface_count; i++)
		vlans |= policy->interfaces[i].carrier == interface->id;
	memcpy(mac.bytes, port->mac.addr_bytes, sizeof(mac.bytes));
	deviates = !driver_receive(&slot->device, everything, &mac, vlans);
	if (deviates && !slot->deviates)
		qb_log(LOG_WARNING,
		       "EthernetInterface %s: device %s takes no other address, or no VLANs, unless it is "
		       "promiscuous, and stays so",
		       interface->name, interface->device);
	slot->deviates = deviates;
}

static void show(unsigned index, const struct port *wanted)
{
	struct port *port = &datapath.ports[index];

	/* No worker reads the name: a renamed interface stays in use (C03-004). */
	memcpy(port->name, wanted->name, sizeof(port->name));
	if (memcmp(port, wanted, sizeof(*port)) != 0) {
		hide(index);
		*port = *wanted;
		port->used = 0;
		atomic_thread_fence(memory_order_release);
		port->used = 1;
	}
	slots[index].fresh = false;
	atomic_store_explicit(&datapath.port_of_interface[wanted->interface], (uint16_t)index,
	                      memory_order_release);
	if (index >= atomic_load(&datapath.port_count))
		atomic_store_explicit(&datapath.port_count, index + 1, memory_order_release);
}

void port_commit(const struct policy *policy)
{
	for (unsigned i = 0; i < PORTS_MAX; i++)
		slots[i].interface = 0;
	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];
		struct slot *slot = wants_port(interface) ? slot_of_device(interface) : NULL;
		struct port wanted;

		if (!slot)
			continue;
		slot->interface = interface->id;
		wanted = port_wanted(slot, interface, policy->settings);
		receive_as(slot, policy, interface, &wanted);
		show((unsigned)(slot - slots), &wanted);
	}
	vlan_port_commit(policy);
}

static void close_slot(unsigned index)
{
	hide(index);
	driver_close(&slots[index].device);
	slots[index] = (struct slot){0};
	control_breathe();
}

void port_finish(const struct policy *policy)
{
	vlan_port_finish(policy);
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (slots[i].device.open && slots[i].interface == 0)
			close_slot(i);
	}
}

static void note_link(struct slot *slot, bool up)
{
	uint64_t now = control_now();

	slot->link_lost = !up && now - slot->up_since >= LINK_SETTLED_NS;
	slot->link_up = up;
	if (up)
		slot->up_since = now;
}

static bool refresh_links(void)
{
	bool changed = false;

	for (unsigned i = 0; i < PORTS_MAX; i++) {
		bool up;

		if (!slots[i].device.open)
			continue;
		up = driver_link_up(&slots[i].device);
		if (up == slots[i].link_up)
			continue;
		note_link(&slots[i], up);
		changed = true;
		qb_log(up ? LOG_NOTICE : LOG_WARNING, "EthernetInterface %s: link %s", datapath.ports[i].name,
		       up ? "up" : "down");
	}
	return changed;
}

static int32_t link_event(int32_t fd, int32_t events, void *user)
{
	char buffer[8192];

	(void)events;
	(void)user;
	while (recv(fd, buffer, sizeof(buffer), MSG_DONTWAIT) > 0)
		;
	if (refresh_links())
		activity_changed();
	return 0;
}

static bool pci_open(void)
{
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (slots[i].device.open && slots[i].device.driver == POLICY_DRIVER_PCI)
			return true;
	}
	return false;
}

void port_second(void)
{
	const struct policy *policy = control_policy();
	bool changed = refresh_links();
	char reason[256];

	xdp_pool_second(pci_open());
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		if (slots[i].device.open && !driver_present(&slots[i].device)) {
			qb_log(LOG_ERR, "EthernetInterface %s: device '%s' has gone", datapath.ports[i].name,
			       slots[i].device.device);
			close_slot(i);
			changed = true;
		}
	}
	for (uint32_t i = 0; policy && i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (!wants_port(interface) || slot_of_interface(interface->id) ||
		    open_interface(interface, reason) != 0)
			continue;
		port_commit(policy);
		changed = true;
	}
	if (changed)
		activity_changed();
}

bool port_link_up(uint16_t interface)
{
	const struct slot *slot = slot_of_interface(interface);
	const struct port *port = control_port(interface);

	if (!slot && port && port->tag_bytes && port->carrier < PORTS_MAX)
		slot = &slots[port->carrier];
	return slot && slot->link_up;
}

bool port_link_lost(void)
{
	const struct policy *policy = control_policy();

	for (uint32_t i = 0; policy && i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];
		const struct slot *slot = slot_of_interface(interface->id);

		if (slot && slot->link_lost && interface->ha_type == POLICY_HA_CRITICAL)
			return true;
	}
	return false;
}

bool port_promiscuous(uint16_t interface)
{
	const struct slot *slot = slot_of_interface(interface);

	return slot && slot->device.promiscuous;
}

bool port_healthy(void)
{
	const struct policy *policy = control_policy();

	if (!policy)
		return false;
	for (uint32_t i = 0; i < policy->interface_count; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (wants_port(interface) && interface->ha_type == POLICY_HA_CRITICAL &&
		    !port_link_up(interface->id))
			return false;
	}
	return true;
}

void port_describe(uint16_t interface, struct interface_row *row)
{
	const struct slot *slot = slot_of_interface(interface);
	struct rte_eth_stats stats;
	const struct port *port;

	if (!slot) {
		vlan_port_describe(control_policy(), interface, row);
		return;
	}
	port = &datapath.ports[slot - slots];
	row->link_up = slot->link_up;
	row->promiscuous = slot->device.promiscuous;
	row->mtu = port->mtu;
	memcpy(row->mac.bytes, port->mac.addr_bytes, sizeof(row->mac.bytes));
	memcpy(row->shared_mac.bytes, port->shared_mac.addr_bytes, sizeof(row->shared_mac.bytes));
	snprintf(row->driver, sizeof(row->driver), "%s", driver_name(slot->device.driver));
	driver_describe(&slot->device, row);
	if (rte_eth_stats_get(slot->device.port, &stats) != 0)
		return;
	row->received_packets = stats.ipackets;
	row->received_bytes = stats.ibytes;
	row->sent_packets = stats.opackets;
	row->sent_bytes = stats.obytes;
	row->dropped_packets = stats.imissed + stats.ierrors + stats.oerrors + stats.rx_nombuf;
}

int port_start(void)
{
	watch = netlink_watch_links();
	if (watch < 0)
		return watch;
	return qb_loop_poll_add(control_loop(), QB_LOOP_MED, watch, POLLIN, NULL, link_event);
}

void port_stop(void)
{
	for (unsigned i = 0; i < PORTS_MAX; i++) {
		driver_close(&slots[i].device);
		slots[i] = (struct slot){0};
		datapath.ports[i].used = 0;
	}
	if (watch >= 0) {
		qb_loop_poll_del(control_loop(), watch);
		close(watch);
	}
	watch = -1;
}
