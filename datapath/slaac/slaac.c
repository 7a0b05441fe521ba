/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/slaac.h"

#include "datapath/advertise/advertisement.h"
#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/nd/snoop.h"
#include "datapath/slaac/learned.h"
#include "datapath/slaac/router_advertisement.h"
#include "lib/heartbeat.h"
#include "lib/messages/type.h"

#include <string.h>

#define TICK_NS      NANOSECONDS_PER_SECOND
#define ASK_FIRST_S  4
#define ASK_LAST_S   3600
#define MIRROR_LEAST (10 * NANOSECONDS_PER_SECOND) /* between two records of what has not changed */

struct learned slaac_table[AUTOCONFIGURATIONS_MAX];
static struct message_autoconfigure order; /* of what is told */
static qb_loop_timer_handle timer;
static bool running;

static bool active(void)
{
	return atomic_load_explicit(&datapath.active, memory_order_relaxed);
}

struct learned *slaac_find(uint16_t interface, bool create)
{
	struct learned *free_one = NULL;

	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++) {
		if (slaac_table[i].interface == interface)
			return &slaac_table[i];
		if (!slaac_table[i].interface && !free_one)
			free_one = &slaac_table[i];
	}
	if (!create || !free_one)
		return NULL;
	*free_one = (struct learned){.interface = interface};
	return free_one;
}

static struct ip_address address_of(const uint8_t bytes[16])
{
	struct ip_address address = {.version = 6};

	memcpy(address.bytes, bytes, sizeof(address.bytes));
	return address;
}

/* The interface identifier that both nodes have, as a link-local address. */
static bool link_local(uint16_t interface, uint8_t address[16])
{
	const struct policy *policy = control_policy();
	const struct port *port = control_port(interface);
	struct mac_address mac;

	if (!policy || !port)
		return false;
	memcpy(mac.bytes, port->mac.addr_bytes, sizeof(mac.bytes));
	if (policy->settings->cluster_enabled)
		mac = cluster_shared_mac(policy->settings->cluster_id, interface);
	advertisement_link_local(mac.bytes, address);
	return true;
}

static void describe(const struct learned *learned, struct autoconfiguration *out)
{
	uint8_t own[16];

	*out = (struct autoconfiguration){.interface = learned->interface};
	if (!link_local(learned->interface, own))
		return;
	out->link_local = address_of(own);
	if (learned->valid_until) {
		memcpy(own, learned->prefix, 8);
		out->address = address_of(own);
		out->prefix = address_of(learned->prefix);
		out->prefix_length = 64;
	}
	if (learned->router_until)
		out->router = address_of(learned->router);
	for (unsigned i = 0; learned->servers_until && i < learned->server_count; i++)
		out->servers[out->server_count++] = address_of(learned->servers[i]);
}

/* mgmtd compares: it is told also where nothing is new. */
void slaac_report(void)
{
	struct message_autoconfiguration message = {.count = order.count};

	for (unsigned i = 0; i < order.count; i++) {
		const struct learned *learned = slaac_find(order.interface[i], false);

		if (learned)
			describe(learned, &message.interface[i]);
		else
			message.interface[i].interface = order.interface[i];
	}
	server_send_all(MESSAGE_AUTOCONFIGURATION, &message, sizeof(message));
}

uint32_t slaac_left(uint64_t until, uint64_t now)
{
	uint64_t seconds =
	    until > now ? (until - now + NANOSECONDS_PER_SECOND - 1) / NANOSECONDS_PER_SECOND : 0;

	if (until == LEARNED_FOR_EVER)
		return UINT32_MAX;
	return seconds < UINT32_MAX ? (uint32_t)seconds : UINT32_MAX - 1;
}

uint64_t slaac_ends(uint32_t seconds, uint64_t now)
{
	if (seconds == UINT32_MAX)
		return LEARNED_FOR_EVER;
	return seconds ? now + seconds * NANOSECONDS_PER_SECOND : 0;
}

static void changed(struct learned *learned)
{
	if (active() && atomic_load(&datapath.mirroring))
		slaac_emit(learned);
	slaac_report();
}

static void solicit(struct learned *learned, uint64_t now)
{
	const struct port *port = control_port(learned->interface);
	const struct policy *policy = control_policy();
	uint8_t frame[ROUTER_SOLICITATION_SIZE];

	learned->ask_after = learned->ask_after ? 2 * learned->ask_after : ASK_FIRST_S;
	if (learned->ask_after > ASK_LAST_S)
		learned->ask_after = ASK_LAST_S;
	learned->ask_due = now + learned->ask_after * NANOSECONDS_PER_SECOND;
	if (!port || !policy || policy->settings->drop_ipv6)
		return;
	router_solicitation_build(port->shared_mac.addr_bytes, frame);
	if (control_transmit(port->interface, frame, sizeof(frame)) == 0)
		nd_snoop(port->interface, true, frame + RTE_ETHER_HDR_LEN, sizeof(frame) - RTE_ETHER_HDR_LEN);
}

/* What has outlived its time. */
static bool expire(struct learned *learned, uint64_t now)
{
	uint64_t *const ends_at[] = {&learned->valid_until, &learned->router_until, &learned->servers_until};
	bool any = false;

	for (unsigned i = 0; i < sizeof(ends_at) / sizeof(*ends_at); i++) {
		if (*ends_at[i] && now >= *ends_at[i]) {
			*ends_at[i] = 0;
			any = true;
		}
	}
	return any;
}

static void tick(void *user)
{
	uint64_t now = control_now();

	(void)user;
	running = order.count > 0 &&
	          qb_loop_timer_add(control_loop(), QB_LOOP_LOW, TICK_NS, NULL, tick, &timer) == 0;
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX && active(); i++) {
		struct learned *learned = &slaac_table[i];

		if (!learned->interface || !learned->wanted)
			continue;
		if (expire(learned, now)) {
			learned->ask_due = learned->ask_after = 0;
			changed(learned);
		}
		if (!(learned->valid_until && learned->router_until) && now >= learned->ask_due)
			solicit(learned, now);
	}
}

static void start(void)
{
	if (running)
		qb_loop_timer_del(control_loop(), timer);
	tick(NULL);
}

void slaac_configure(const struct message_autoconfigure *wanted)
{
	order = *wanted;
	if (order.count > AUTOCONFIGURATIONS_MAX)
		order.count = AUTOCONFIGURATIONS_MAX;
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		slaac_table[i].wanted = false;
	for (unsigned i = 0; i < order.count; i++) {
		struct learned *learned = slaac_find(order.interface[i], true);

		if (learned)
			learned->wanted = true;
	}
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		if (!slaac_table[i].wanted)
			slaac_table[i] = (struct learned){0};
	slaac_report();
	start();
}

void slaac_policy(void)
{
	if (order.count)
		slaac_report();
}

static void take_prefix(struct learned *learned, const struct router_advertisement *told, uint64_t now)
{
	for (unsigned i = 0; i < told->prefix_count; i++) {
		const struct advertised_prefix *prefix = &told->prefixes[i];
		bool same = learned->valid_until && !memcmp(learned->prefix, prefix->prefix, 16);
		uint32_t valid =
		    slaac_valid(same ? slaac_left(learned->valid_until, now) : 0, prefix->valid_s);

		/* The one that there is stays as long as it is valid. */
		if ((learned->valid_until && !same) || !valid)
			continue;
		memcpy(learned->prefix, prefix->prefix, sizeof(learned->prefix));
		learned->valid_until = slaac_ends(valid, now);
	}
}

static void take_router(struct learned *learned, const struct router_advertisement *told, uint64_t now)
{
	bool same = learned->router_until && !memcmp(learned->router, told->router, 16);

	if (learned->router_until && !same)
		return;
	memcpy(learned->router, told->router, sizeof(learned->router));
	learned->router_until = slaac_ends(told->lifetime_s, now);
	if (!told->server_count)
		return;
	memcpy(learned->servers, told->servers, sizeof(learned->servers));
	learned->server_count = told->server_count;
	learned->servers_until = slaac_ends(told->servers_s, now);
}

bool slaac_advertised(const struct port *port, const uint8_t *ip, size_t length)
{
	struct learned *learned = slaac_find(port->interface, false);
	struct autoconfiguration before, after;
	struct router_advertisement told;
	uint64_t now = control_now();

	if (!active() || !learned || !learned->wanted)
		return true;
	if (!router_advertisement_read(ip, length, &told))
		return false;
	describe(learned, &before);
	take_prefix(learned, &told, now);
	take_router(learned, &told, now);
	describe(learned, &after);
	if (memcmp(&before, &after, sizeof(before)) != 0)
		changed(learned);
	else if (now - learned->mirrored >= MIRROR_LEAST && atomic_load(&datapath.mirroring))
		slaac_emit(learned);
	return true;
}

void slaac_stop(void)
{
	if (running)
		qb_loop_timer_del(control_loop(), timer);
	running = false;
}

void slaac_activity(bool now_active)
{
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		slaac_table[i].ask_due = slaac_table[i].ask_after = 0;
	if (now_active && order.count)
		start();
}
