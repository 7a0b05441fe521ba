/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/activity/activity.h"

#include "datapath/advertise/advertise.h"
#include "datapath/arp/arp.h"
#include "datapath/core/control.h"
#include "datapath/core/server.h"
#include "datapath/heartbeat/heartbeat.h"
#include "datapath/mirror/mirror.h"
#include "datapath/monitor/monitor.h"
#include "datapath/port/port.h"
#include "datapath/switchover/switchover.h"
#include "lib/log.h"
#include "lib/log_event.h"
#include "lib/messages/type.h"

#include <qb/qblog.h>
#include <string.h>

static struct message_activity wish;
static struct message_activity_report told;
static bool standalone;
static bool stood_still;
static uint32_t max_flows;

const struct message_activity *activity_wish(void)
{
	return &wish;
}

bool activity_ready(void)
{
	return wish.ready && server_has_cluster() && control_policy() && port_healthy() && monitor_ready();
}

static struct message_activity_report report_now(void)
{
	const struct policy *policy = control_policy();

	return (struct message_activity_report){.active = atomic_load(&datapath.active),
	                                        .healthy = port_healthy() && !monitor_offline(),
	                                        .proven = monitor_offline() || port_link_lost(),
	                                        .stood_still = stood_still,
	                                        .heartbeats = heartbeat_running(),
	                                        .term = wish.term,
	                                        .policy_generation = policy ? policy->header->generation : 0,
	                                        .flows = flow_count(),
	                                        .max_flows = max_flows,
	                                        .workers = datapath.worker_count};
}

void activity_set_max_flows(uint32_t count)
{
	max_flows = count;
}

void activity_report(void)
{
	told = report_now();
	server_send_all(MESSAGE_ACTIVITY_REPORT, &told, sizeof(told));
}

void activity_changed(void)
{
	struct message_activity_report now = report_now();

	/* The number of flows changes all the time and is no news. */
	now.flows = told.flows;
	heartbeat_changed();
	if (memcmp(&now, &told, sizeof(now)) != 0)
		activity_report();
}

static void become(bool active)
{
	log_activity(active);
	if (atomic_load(&datapath.active) == active)
		return;
	atomic_store(&datapath.active, active);
	switchover_activity(active);
	heartbeat_changed();
	qb_log(LOG_NOTICE, "this node is %s now (term %u)", active ? "active" : "inactive", wish.term);
	if (active) {
		/* What goes to the peer starts from a snapshot when clusterd asks for one. */
		if (!switchover_holding())
			mirror_activity(true);
		arp_announce();
		advertise_activity(true);
	} else {
		arp_silence();
		advertise_activity(false);
		if (!switchover_passing())
			mirror_activity(false);
	}
}

void activity_set(const struct message_activity *new_wish)
{
	bool active = atomic_load(&datapath.active);

	/* clusterd may have sent it before it knew that this node stood still. */
	if (stood_still && new_wish->active && new_wish->term <= wish.term)
		return;
	/* Before anyone can hear of it. */
	if (!standalone && active && new_wish->yielding && !new_wish->active)
		switchover_pass();
	if (!standalone && !active && new_wish->planned && new_wish->active)
		switchover_hold();
	wish = *new_wish;
	stood_still = false;
	become(standalone || wish.active);
	if (!wish.active && !wish.yielding)
		switchover_peer_active();
	activity_changed();
}

void activity_configure(const struct policy *policy)
{
	bool was_active = atomic_load(&datapath.active);

	standalone = !policy->settings->cluster_enabled;
	become(standalone || wish.active);
	/* Addresses and ports may be new. */
	if (was_active && atomic_load(&datapath.active))
		arp_announce();
	activity_changed();
}

void activity_contested(void)
{
	if (!atomic_load(&datapath.active))
		return;
	arp_announce();
	advertise_activity(true);
}

void activity_stood_still(uint64_t pause_ns)
{
	if (!atomic_load(&datapath.active) && !switchover_passing())
		return;
	log_event(LOG_EVENT_HA_STOOD_STILL,
	          "heartbeats stood still for %lu ms: this node stops forwarding until clusterd decides anew",
	          (unsigned long)(pause_ns / NANOSECONDS_PER_MILLISECOND));
	stood_still = true;
	wish.active = 0;
	become(false);
	switchover_abort();
	activity_changed();
}

void activity_second(void)
{
	activity_changed();
}
