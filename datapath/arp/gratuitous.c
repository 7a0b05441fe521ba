/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/address.h"
#include "datapath/arp/arp.h"
#include "datapath/arp/neighbour.h"
#include "datapath/arp/packet.h"
#include "datapath/core/control.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/nd.h"
#include "lib/timer.h"

#include <errno.h>
#include <string.h>

/* Milliseconds after the first. */
static const unsigned repeats[] = {50, 200, 500, 1000};
#define REPEATS          (sizeof(repeats) / sizeof(repeats[0]))
#define INTERVAL_DEFAULT 30 /* seconds */
/* Of published networks those are announced address by address that have no more, and no more than that in all. */
#define NETWORK_BITS_MAX 8
#define PUBLISHED_MAX    1024

static struct timer timer;
static unsigned done;

static void announce(const struct port *port, uint32_t address, bool shared)
{
	struct arp_packet packet = {.operation = ARP_REQUEST, .sender = address, .target = address};
	uint8_t frame[ARP_FRAME_LENGTH];

	memcpy(packet.sender_mac.bytes, shared ? port->shared_mac.addr_bytes : port->mac.addr_bytes,
	       sizeof(packet.sender_mac.bytes));
	arp_build(&packet, &arp_broadcast, frame);
	(void)arp_transmit(port->interface, frame);
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

static int query(const struct policy *policy, const struct message_neighbour_notify *notify)
{
	bool active = atomic_load(&datapath.active);
	uint32_t target, sender;

	memcpy(&target, notify->address.bytes, sizeof(target));
	if (arp_ask_as(policy, active, notify->interface, target, &sender) == ARP_SILENT)
		return -EADDRNOTAVAIL;
	return neighbour_query(notify->interface, notify->address, control_now());
}

int arp_notify(const struct message_neighbour_notify *notify)
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(notify->interface);
	bool active = atomic_load(&datapath.active);
	const struct policy_arp_entry *published;
	enum arp_answer as;
	uint32_t address;

	if (!policy || !port)
		return -ENODEV;
	if (notify->request == NEIGHBOUR_QUERY)
		return query(policy, notify);
	memcpy(&address, notify->address.bytes, sizeof(address));
	as = arp_answer(policy, active, notify->interface, address);
	published = arp_published(policy, notify->interface, address);
	if (as == ARP_SILENT && published && mac_address_is_zero(&published->mac) && active)
		as = ARP_ANSWER_SHARED;
	if (as == ARP_SILENT)
		return arp_answer(policy, true, notify->interface, address) == ARP_SILENT && !published
		           ? -EADDRNOTAVAIL
		           : -EACCES;
	announce(port, address, as == ARP_ANSWER_SHARED);
	return 0;
}

/* Every address of a published network: nobody knows which of them anybody has in mind. Returns how many. */
static unsigned announce_network(const struct port *port, const struct policy_arp_entry *entry)
{
	unsigned last = entry->address.version == 4 ? 3 : 15, count = 1u << entry->host_bits;

	for (unsigned i = 0; i < count; i++) {
		struct ip_address address = entry->address;

		address.bytes[last] = (uint8_t)((entry->address.bytes[last] & ~(count - 1)) | i);
		announce_address(port, &address, true);
	}
	return count;
}

/* Another node with the same shared address may go on with what neighbours know; each with its own may not (C22-052). */
static bool is_wanted(const struct policy *policy, const struct port *port,
                      const struct policy_arp_entry *entry, unsigned announced)
{
	if (!entry->host_bits)
		return true;
	return policy->settings->cluster_enabled && entry->host_bits <= NETWORK_BITS_MAX &&
	       announced + (1u << entry->host_bits) <= PUBLISHED_MAX &&
	       memcmp(&port->mac, &port->shared_mac, sizeof(port->mac)) == 0;
}

/* Those that are answered for with the interface's Ethernet address, which may be each node's own. */
static void announce_published(const struct policy *policy)
{
	unsigned announced = 0;

	for (uint32_t i = 0; i < policy->arp_entry_count; i++) {
		const struct policy_arp_entry *entry = &policy->arp_entries[i];
		const struct port *port = control_port(entry->interface);

		if (port && entry->mode == POLICY_ARP_PUBLISH && mac_address_is_zero(&entry->mac) &&
		    is_wanted(policy, port, entry, announced))
			announced += announce_network(port, entry);
	}
}

/* Whether somebody else has one of them: told and counted where an answer comes (datapath/nd), and it stays in use. */
static void probe_all(const struct policy *policy, uint8_t kind)
{
	for (uint32_t i = 0; i < policy->address_count; i++) {
		const struct policy_address *address = &policy->addresses[i];
		const struct port *port = control_port(address->interface);

		if (port && address->kind == kind && address->address.version == 6 &&
		    !ipv6_is_loopback(address->address.bytes))
			nd_probe(port, address->address.bytes, kind == POLICY_ADDRESS_SHARED);
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
	/* A takeover has told everybody by then. */
	if (done == REPEATS)
		probe_all(policy, kind);
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
	if (!policy || !atomic_load(&datapath.active))
		return;
	announce_all(policy);
	if (!policy->settings->cluster_enabled && done >= REPEATS)
		return;
	(void)timer_start(&timer, control_loop(), QB_LOOP_MED, next_ns(policy), NULL, step);
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
	timer_stop(&timer);
}
