/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/monitor/monitor.h"

#include "datapath/activity/activity.h"
#include "datapath/core/control.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/monitor/cure.h"
#include "datapath/monitor/targets.h"
#include "datapath/monitor/verdict.h"
#include "datapath/port/port.h"
#include "lib/log_event.h"
#include "lib/paths.h"
#include "lib/timer.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define TICK_NS (VERDICT_TICK_MS * NANOSECONDS_PER_MILLISECOND)

static struct watched {
	uint16_t id;
	bool deaf; /* as heartbeats say it */
	struct verdict verdict;
	struct targets targets; /* that were asked last */
} watched[POLICY_PORTS_MAX];
static unsigned watched_count;
static uint16_t grace_ticks;
static struct timer timer;

static const char *name_of(uint16_t interface)
{
	const struct policy_interface *found = policy_interface_by_id(control_policy(), interface);

	return found ? found->name : "?";
}

static void tell(const struct watched *one, uint8_t before)
{
	const char *name = name_of(one->id);

	switch ((enum interface_monitor)one->verdict.state) {
	case INTERFACE_MONITOR_OWN:
		control_count(COUNTER_MONITOR_OWN);
		log_event_of(
		    LOG_EVENT_HA_INTERFACE_OFFLINE, name,
		    "HA interface offline: EthernetInterface %s: the peer is not heard there, and none of %u "
		    "monitored hosts answers",
		    name, one->targets.count);
		break;
	case INTERFACE_MONITOR_PEER:
		control_count(COUNTER_MONITOR_PEER);
		log_event_of(
		    LOG_EVENT_HA_PEER_INTERFACE_OFFLINE, name,
		    "EthernetInterface %s of the HA cluster peer is faulty: monitored hosts answer this "
		    "node, "
		    "but the peer is not heard there",
		    name);
		break;
	case INTERFACE_MONITOR_NOBODY:
		log_event_of(
		    LOG_EVENT_HA_INTERFACE_UNKNOWN, name,
		    "EthernetInterface %s: the HA cluster peer is not heard there, and no host is known that "
		    "could tell whose fault it is; set MonitorTargets",
		    name);
		break;
	case INTERFACE_MONITOR_WELL:
		if (before != INTERFACE_MONITOR_OFF && before != INTERFACE_MONITOR_ASKING)
			log_event_of(LOG_EVENT_HA_INTERFACE_ONLINE, name,
			             "EthernetInterface %s: the HA cluster peer is heard there again", name);
		break;
	default:
		break;
	}
}

static void watch(const struct policy *policy, struct watched *one)
{
	const struct policy_interface *interface = policy_interface_by_id(policy, one->id);
	struct verdict_input input = {
	    .hearing = heartbeat_hearing(one->id), .link = port_link_up(one->id), .grace_ticks = grace_ticks};
	uint8_t before = one->verdict.state;
	bool deaf;

	if (!interface)
		return;
	if (input.hearing == JUDGE_HEARS_NOT || input.hearing == JUDGE_NOT_HEARD) {
		targets_collect(policy, interface, &one->targets);
		input.has_targets = one->targets.count > 0;
	}
	if (verdict_tick(&one->verdict, &input) == VERDICT_ASK)
		targets_ask(policy, one->id, &one->targets);
	if (one->verdict.state != before)
		tell(one, before);
	/* Only for what itself does not hear, or two nodes would keep each other deaf for ever. */
	deaf = one->verdict.state > INTERFACE_MONITOR_WELL && input.hearing == JUDGE_HEARS_NOT;
	if (deaf != one->deaf)
		heartbeat_set_deaf(one->id, deaf);
	one->deaf = deaf;
}

static uint64_t boot_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec;
}

/* The peer has what this node has, and gives it back: it is reached over a Sync interface. */
static bool in_sync(const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->interface_count; i++)
		if (policy->interfaces[i].ha_type == POLICY_HA_SYNC &&
		    heartbeat_hearing(policy->interfaces[i].id) == JUDGE_HEARS_BOTH)
			return true;
	return false;
}

/* What the active node does not need may be restarted: perhaps its port is well again then. */
static void cure(const struct policy *policy)
{
	static uint64_t since, looked;
	uint64_t now = boot_seconds();
	struct cure_past past;

	if (now == looked)
		return;
	looked = now;
	if (!monitor_offline() || atomic_load(&datapath.active) || !in_sync(policy)) {
		since = 0;
		return;
	}
	since = since ? since : now;
	past = cure_read(PATH_INTERFACE_CURE);
	if (!cure_due(&past, since, now) || cure_remember(PATH_INTERFACE_CURE, &past, now))
		return;
	past.count++;
	log_event(LOG_EVENT_HA_RESTART,
	          "a faulty interface has not mended for %" PRIu64
	          " s: the datapath of this inactive node restarts to cure it, not again for %" PRIu64 " s",
	          now - since, cure_distance(&past));
	control_quit();
}

static void tick(void *user)
{
	const struct policy *policy = control_policy();
	bool offline = monitor_offline(), ready = monitor_ready();

	(void)user;
	(void)timer_start(&timer, control_loop(), QB_LOOP_MED, TICK_NS, NULL, tick);
	for (unsigned i = 0; policy && i < watched_count; i++)
		watch(policy, &watched[i]);
	if (policy)
		cure(policy);
	if (monitor_offline() != offline)
		activity_changed();
	if (monitor_offline() != offline || monitor_ready() != ready)
		heartbeat_changed();
}

/* What was found faulty stays so until hosts or heartbeats say otherwise; what was well gets time to be so again. */
static void watch_interface(uint16_t id, const struct watched *before, unsigned count)
{
	struct watched *one = &watched[watched_count++];

	*one = (struct watched){.id = id};
	for (unsigned i = 0; i < count; i++)
		if (before[i].id == id && before[i].verdict.state > INTERFACE_MONITOR_WELL)
			one->verdict = before[i].verdict;
	if (one->verdict.state <= INTERFACE_MONITOR_WELL)
		one->verdict.grace = grace_ticks;
}

void monitor_configure(const struct policy *policy)
{
	uint32_t dead_ms = policy->settings->peer_dead_ms;
	struct watched before[POLICY_PORTS_MAX];
	unsigned before_count = watched_count;

	monitor_stop();
	memcpy(before, watched, sizeof(before));
	watched_count = 0;
	if (!policy->settings->cluster_enabled)
		return;
	grace_ticks = (uint16_t)RTE_MIN(dead_ms / VERDICT_TICK_MS + 1, UINT16_MAX);
	for (uint32_t i = 0; i < policy->interface_count && watched_count < POLICY_PORTS_MAX; i++) {
		const struct policy_interface *interface = &policy->interfaces[i];

		if (interface->disabled || interface->carrier || interface->ha_type != POLICY_HA_CRITICAL)
			continue;
		watch_interface(interface->id, before, before_count);
	}
	if (watched_count)
		(void)timer_start(&timer, control_loop(), QB_LOOP_MED, TICK_NS, NULL, tick);
}

void monitor_stop(void)
{
	timer_stop(&timer);
}

static struct watched *find(uint16_t interface)
{
	for (unsigned i = 0; i < watched_count; i++)
		if (watched[i].id == interface)
			return &watched[i];
	return NULL;
}

void monitor_answer(uint16_t interface, struct ip_address from)
{
	struct watched *one = find(interface);

	if (!one || one->verdict.state <= INTERFACE_MONITOR_WELL)
		return;
	for (unsigned i = 0; i < one->targets.count; i++) {
		if (ip_address_compare(&one->targets.address[i], &from) != 0)
			continue;
		control_count(COUNTER_MONITOR_ANSWERS);
		verdict_answer(&one->verdict);
		return;
	}
}

bool monitor_offline(void)
{
	for (unsigned i = 0; i < watched_count; i++)
		if (watched[i].verdict.state == INTERFACE_MONITOR_OWN)
			return true;
	return false;
}

bool monitor_ready(void)
{
	for (unsigned i = 0; i < watched_count; i++)
		if (!verdict_ready(&watched[i].verdict))
			return false;
	return true;
}

enum interface_monitor monitor_state(uint16_t interface)
{
	const struct watched *one = find(interface);

	return one ? (enum interface_monitor)one->verdict.state : INTERFACE_MONITOR_OFF;
}
