/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"
#include "datapath/core/control.h"
#include "datapath/event/event.h"

#include <qb/qblog.h>

static struct event_place place_of(uint16_t id)
{
	const struct policy *policy = control_policy();
	const struct policy_interface *interface = policy ? policy_interface_by_id(policy, id) : NULL;

	if (id == POLICY_INTERFACE_CORE)
		return (struct event_place){.interface = "core", .zone = "n/a"};
	return (struct event_place){.interface = interface ? interface->name : "n/a",
	                            .zone = interface && interface->zone[0] ? interface->zone : "n/a"};
}

void event_log(const struct event *event)
{
	struct event_place places[2] = {place_of(event->interface), place_of(event->egress)};
	char line[EVENT_LINE];

	event_format(event, places, line, sizeof(line));
	qb_log(event->severity                  ? event->severity - 1
	       : event->kind == EVENT_FLOW_OPEN ? LOG_INFO
	                                        : LOG_WARNING,
	       "%s", line);
}

static void take(const struct event *event)
{
	if (event->kind == EVENT_THRESHOLD_BLACKLIST)
		blacklist_triggered(event);
	if (!event->quiet)
		event_log(event);
}

void event_drain(void)
{
	struct event event;

	for (unsigned i = 0; i < datapath.worker_count; i++) {
		while (!rte_ring_sc_dequeue_elem(datapath.workers[i]->events, &event, sizeof(event)))
			take(&event);
	}
}
