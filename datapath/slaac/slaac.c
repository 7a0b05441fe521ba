/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/slaac/slaac.h"

#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/ipv6/ipv6_address.h"
#include "datapath/nd/snoop.h"
#include "datapath/slaac/learned.h"
#include "datapath/slaac/router_advertisement.h"
#include "lib/messages/type.h"
#include "lib/timer.h"

#include <rte_random.h>
#include <string.h>

#define TICK_NS      (NANOSECONDS_PER_SECOND / 4)
#define ASK_FIRST_S  4
#define ASK_LAST_S   3600
#define MIRROR_LEAST (10 * NANOSECONDS_PER_SECOND) /* between two records of what has not changed */
#define DELAY_MAX_NS                                                                                         \
	NANOSECONDS_PER_SECOND /* an advertisement reaches many at once: they ask one after the other */

struct learned slaac_table[AUTOCONFIGURATIONS_MAX];
static struct message_autoconfigure order; /* of what is told */
static struct timer timer;

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

static void describe_addresses(const struct learned *learned, bool preferred, struct autoconfiguration *out)
{
	for (unsigned i = 1; i < FORMED_MAX; i++) {
		const struct formed *formed = &learned->formed[i];
		enum autoconfiguration_state state = formed_shown(formed);
		uint8_t address[16];

		if (state == AUTOCONFIGURATION_NONE || (state == AUTOCONFIGURATION_PREFERRED) != preferred)
			continue;
		memcpy(address, formed->prefix, 8);
		memcpy(address + 8, learned->own + 8, 8);
		out->prefix[out->address_count] = address_of(formed->prefix);
		out->address[out->address_count] = address_of(address);
		out->state[out->address_count++] = (uint8_t)state;
	}
}

static void describe(const struct learned *learned, struct autoconfiguration *out)
{
	memset(out, 0, sizeof(*out));
	out->interface = learned->interface;
	if (ipv6_is_unspecified(learned->own))
		return;
	out->link_local = address_of(learned->own);
	out->link_local_state = (uint8_t)formed_shown(&learned->formed[0]);
	describe_addresses(learned, true, out);
	describe_addresses(learned, false, out);
	if (learned->router_until)
		out->router = address_of(learned->router);
	for (unsigned i = 0; learned->servers_until && i < learned->server_count; i++)
		out->servers[out->server_count++] = address_of(learned->servers[i]);
}

bool slaac_is_deprecated(uint16_t interface, const struct ip_address *address)
{
	const struct learned *learned = slaac_find(interface, false);

	for (unsigned i = 1; learned && i < FORMED_MAX && address->version == 6; i++)
		if (!memcmp(address->bytes, learned->formed[i].prefix, 8) &&
		    !memcmp(address->bytes + 8, learned->own + 8, 8))
			return formed_shown(&learned->formed[i]) == AUTOCONFIGURATION_DEPRECATED;
	return false;
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

void slaac_changed(struct learned *learned)
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
	uint64_t *const ends_at[] = {&learned->router_until, &learned->servers_until};
	bool any = formed_expire(learned->formed, now);

	for (unsigned i = 0; i < sizeof(ends_at) / sizeof(*ends_at); i++) {
		if (*ends_at[i] && now >= *ends_at[i]) {
			*ends_at[i] = 0;
			any = true;
		}
	}
	return any;
}

static bool has_prefix(const struct learned *learned)
{
	for (unsigned i = 1; i < FORMED_MAX; i++)
		if (learned->formed[i].valid_until)
			return true;
	return false;
}

static void tick(void *user)
{
	uint64_t now = control_now();

	(void)user;
	if (order.count)
		(void)timer_start(&timer, control_loop(), QB_LOOP_LOW, TICK_NS, NULL, tick);
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX && active(); i++) {
		struct learned *learned = &slaac_table[i];

		if (!learned->interface || !learned->wanted)
			continue;
		if (expire(learned, now)) {
			learned->ask_due = learned->ask_after = 0;
			slaac_changed(learned);
		}
		slaac_identify(learned);
		slaac_detect(learned, now);
		if (!(has_prefix(learned) && learned->router_until) && now >= learned->ask_due)
			solicit(learned, now);
	}
}

static void start(void)
{
	timer_stop(&timer);
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

		if (!learned)
			continue;
		learned->wanted = true;
		slaac_identify(learned);
		if (!learned->formed[0].valid_until)
			formed_start(learned->formed, control_now());
	}
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		if (!slaac_table[i].wanted)
			slaac_table[i] = (struct learned){0};
	slaac_report();
	start();
}

void slaac_policy(void)
{
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++)
		if (slaac_table[i].interface)
			slaac_identify(&slaac_table[i]);
	if (order.count)
		slaac_report();
}

static void take_router(struct learned *learned, const struct router_advertisement *told, uint64_t now)
{
	bool same = learned->router_until && !memcmp(learned->router, told->router, 16);

	if (learned->router_until && !same)
		return;
	memcpy(learned->router, told->router, sizeof(learned->router));
	learned->router_until = formed_ends(told->lifetime_s, now);
	if (!told->server_count)
		return;
	memcpy(learned->servers, told->servers, sizeof(learned->servers));
	learned->server_count = told->server_count;
	learned->servers_until = formed_ends(told->servers_s, now);
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
	formed_told(learned->formed, &told, now, rte_rand_max(DELAY_MAX_NS));
	take_router(learned, &told, now);
	describe(learned, &after);
	if (memcmp(&before, &after, sizeof(before)) != 0)
		slaac_changed(learned);
	else if (now - learned->mirrored >= MIRROR_LEAST && atomic_load(&datapath.mirroring))
		slaac_emit(learned);
	return true;
}

void slaac_stop(void)
{
	timer_stop(&timer);
}

void slaac_activity(bool now_active)
{
	for (unsigned i = 0; i < AUTOCONFIGURATIONS_MAX; i++) {
		slaac_table[i].ask_due = slaac_table[i].ask_after = 0;
		if (slaac_table[i].wanted && !slaac_table[i].formed[0].valid_until)
			formed_start(slaac_table[i].formed, control_now());
	}
	if (now_active && order.count)
		start();
}
