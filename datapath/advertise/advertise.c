/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/advertise.h"

#include "datapath/advertise/advertisement.h"
#include "datapath/advertise/schedule.h"
#include "datapath/core/control.h"
#include "datapath/nd/nd.h"
#include "datapath/nd/snoop.h"
#include "lib/heartbeat.h"
#include "lib/timer.h"

#include <stdlib.h>
#include <string.h>

#define TICK_NS (100 * NANOSECONDS_PER_MILLISECOND)

/* The prefixes of one interface stand together. */
static struct {
	struct policy_advertisement *prefixes;
	struct advertise_schedule *schedules; /* [count]: that of an interface is its first prefix's */
	uint32_t count;
	bool cluster;
	uint8_t cluster_id;
} current;

static struct timer timer;

static bool active(void)
{
	return atomic_load_explicit(&datapath.active, memory_order_relaxed);
}

/* How many prefixes stand from there on for one interface. */
static unsigned group(const struct policy_advertisement *prefixes, uint32_t count, uint32_t first)
{
	unsigned length = 1;

	while (length < POLICY_ADVERTISED_MAX && first + length < count &&
	       prefixes[first + length].interface == prefixes[first].interface)
		length++;
	return length;
}

static void link_local(const struct port *port, uint8_t address[16])
{
	struct mac_address shared;

	memcpy(shared.bytes, port->mac.addr_bytes, sizeof(shared.bytes));
	/* Also where shared addresses have each node's own MAC. */
	if (current.cluster)
		shared = cluster_shared_mac(current.cluster_id, port->interface);
	advertisement_link_local(shared.bytes, address);
}

static void transmit(const struct policy_advertisement *prefixes, unsigned count, bool off)
{
	const struct port *port = control_port(prefixes->interface);
	uint8_t frame[ADVERTISEMENT_FRAME_MAX], source[16];
	size_t length;

	if (!port)
		return;
	link_local(port, source);
	length = advertisement_build(prefixes, count, off, port->shared_mac.addr_bytes, source, frame);
	if (control_transmit(port->interface, frame, length) == 0)
		nd_snoop(port->interface, true, frame + RTE_ETHER_HDR_LEN, length - RTE_ETHER_HDR_LEN);
}

static void tick(void *user)
{
	uint64_t now = control_now();

	(void)user;
	if (!active() || !current.count)
		return;
	(void)timer_start(&timer, control_loop(), QB_LOOP_LOW, TICK_NS, NULL, tick);
	for (uint32_t i = 0; i < current.count;) {
		unsigned count = group(current.prefixes, current.count, i);

		if (advertise_due(&current.schedules[i], current.prefixes[i].minimum_s,
		                  current.prefixes[i].maximum_s, now))
			transmit(&current.prefixes[i], count, false);
		i += count;
	}
}

static void start(void)
{
	timer_stop(&timer);
	tick(NULL);
}

static bool same_prefix(const struct policy_advertisement *a, const struct policy_advertisement *b)
{
	return a->interface == b->interface && a->prefix_length == b->prefix_length &&
	       ip_address_compare(&a->prefix, &b->prefix) == 0;
}

/* What was told of an interface before and is not any more. */
static void withdraw(const struct policy *policy, uint32_t now_count, struct policy_advertisement *before,
                     unsigned count)
{
	bool router = false, gone = false;

	for (uint32_t j = 0; j < now_count; j++)
		router |= policy->advertisements[j].interface == before->interface;
	for (unsigned i = 0; i < count; i++) {
		bool stays = false;

		for (uint32_t j = 0; j < now_count && !stays; j++)
			stays = same_prefix(&before[i], &policy->advertisements[j]);
		if (stays)
			continue;
		before[i].valid_s = before[i].preferred_s = 0;
		gone = true;
	}
	if (gone)
		transmit(before, count, !router);
}

static int compare(const void *a, const void *b)
{
	const struct policy_advertisement *first = a, *second = b;

	return first->interface < second->interface ? -1 : first->interface > second->interface;
}

void advertise_configure(const struct policy *policy)
{
	uint32_t count = policy->settings->drop_ipv6 ? 0 : policy->advertisement_count;
	size_t size = count * sizeof(*current.prefixes);

	if (active()) {
		for (uint32_t i = 0; i < current.count;) {
			unsigned length = group(current.prefixes, current.count, i);

			withdraw(policy, count, &current.prefixes[i], length);
			i += length;
		}
	}
	free(current.prefixes);
	free(current.schedules);
	current.cluster = policy->settings->cluster_enabled;
	current.cluster_id = policy->settings->cluster_id;
	current.prefixes = malloc(size + 1);
	current.schedules = calloc(count + 1, sizeof(*current.schedules));
	current.count = current.prefixes && current.schedules ? count : 0;
	if (current.count) {
		memcpy(current.prefixes, policy->advertisements, size);
		qsort(current.prefixes, current.count, sizeof(*current.prefixes), compare);
	}
	start();
}

void advertise_activity(bool now_active)
{
	for (uint32_t i = 0; i < current.count; i++) {
		const struct port *port = control_port(current.prefixes[i].interface);
		uint8_t address[16];

		current.schedules[i] = (struct advertise_schedule){0};
		if (!now_active || !port)
			continue;
		link_local(port, address);
		nd_announce(port, address, true);
	}
	start();
}

bool advertise_solicited(const struct port *port, const uint8_t *ip, size_t length)
{
	if (!solicitation_valid(ip, length))
		return false;
	for (uint32_t i = 0; i < current.count && active(); i++) {
		if (current.prefixes[i].interface == port->interface)
			advertise_hasten(&current.schedules[i], control_now());
	}
	return true;
}

bool advertise_is_own(const struct port *port, const uint8_t address[16])
{
	uint8_t own[16];
	bool router = false;

	for (uint32_t i = 0; i < current.count && !router; i++)
		router = current.prefixes[i].interface == port->interface;
	if (!router || !active())
		return false;
	link_local(port, own);
	return memcmp(address, own, sizeof(own)) == 0;
}

void advertise_stop(void)
{
	timer_stop(&timer);
	free(current.prefixes);
	free(current.schedules);
	current.prefixes = NULL;
	current.schedules = NULL;
	current.count = 0;
}
