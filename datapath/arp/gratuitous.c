/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/arp.h"
#include "datapath/arp/packet.h"
#include "datapath/core/control.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/nd.h"

#include <string.h>

/* Milliseconds after the first. */
static const unsigned repeats[] = {50, 200, 500, 1000};
#define REPEATS          (sizeof(repeats) / sizeof(repeats[0]))
#define INTERVAL_DEFAULT 30 /* seconds */

static qb_loop_timer_handle timer;
static bool running;
static unsigned done;

static void announce(const struct port *port, uint32_t address, bool shared)
{
	struct arp_packet packet = {.operation = ARP_REQUEST, .sender = address, .target = address};
	uint8_t frame[ARP_FRAME_LENGTH];

	memcpy(packet.sender_mac.bytes, shared ? port->shared_mac.addr_bytes : port->mac.addr_bytes,
	       sizeof(packet.sender_mac.bytes));
	arp_build(&packet, &arp_broadcast, frame);
	(void)control_transmit(port->interface, frame, sizeof(frame));
}

static void announce_address(const struct port *port, const struct ip_address *address, bool shared)
{
	uint32_t value;

	if (address->version == 6 && !ipv6_is_loopback(address->bytes))
		nd_announce(port, address->bytes, shared);
	if (address->version != 4 || address->bytes[0] == 127)
		return;
	memcpy(&value, address->bytes, sizeof(value));
	announce(port, value, shared);
}

/* Those that are answered for with the interface's Ethernet address, which may be each node's own. */
static void announce_published(const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->arp_entry_count; i++) {
		const struct policy_arp_entry *entry = &policy->arp_entries[i];
		const struct port *port = control_port(entry->interface);

		if (port && entry->mode == POLICY_ARP_PUBLISH && mac_address_is_zero(&entry->mac))
			announce_address(port, &entry->address, true);
	}
}

static void announce_all(const struct policy *policy)
{
	uint8_t kind = policy->settings->cluster_enabled ? POLICY_ADDRESS_SHARED : POLICY_ADDRESS_PRIVATE;

	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];
		const struct port *port = control_port(address->interface);

		if (port && address->kind == kind)
			announce_address(port, &address->address, kind == POLICY_ADDRESS_SHARED);
	}
	announce_published(policy);
}

static uint64_t next_ns(const struct policy *policy)
{
	uint32_t interval = policy->settings->gratuitous_arp_interval;

	if (done < REPEATS)
		return (repeats[done] - (done ? repeats[done - 1] : 0)) * NANOSECONDS_PER_MILLISECOND;
	return (interval ? interval : INTERVAL_DEFAULT) * NANOSECONDS_PER_SECOND;
}

static void step(void *user)
{
	const struct policy *policy = control_policy();

	(void)user;
	running = false;
	if (!policy || !atomic_load(&datapath.active))
		return;
	announce_all(policy);
	if (!policy->settings->cluster_enabled && done >= REPEATS)
		return;
	running = qb_loop_timer_add(control_loop(), QB_LOOP_MED, next_ns(policy), NULL, step, &timer) == 0;
	if (done < REPEATS)
		done++;
}

void arp_announce(void)
{
	arp_silence();
	done = 0;
	step(NULL);
}

void arp_silence(void)
{
	if (running)
		qb_loop_timer_del(control_loop(), timer);
	running = false;
}
