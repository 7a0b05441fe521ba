/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/core/control.h"
#include "datapath/event/event.h"

#include <qb/qblog.h>

static const char *name_of(uint16_t id)
{
	const struct policy *policy = control_policy();
	const struct policy_interface *interface = policy ? policy_interface_by_id(policy, id) : NULL;

	if (id == POLICY_INTERFACE_CORE)
		return "core";
	return interface ? interface->name : "n/a";
}

void event_drain(void)
{
	struct event event;
	char line[512];

	for (unsigned i = 0; i < datapath.worker_count; i++) {
		while (!rte_ring_sc_dequeue_elem(datapath.workers[i]->events, &event, sizeof(event))) {
			event_format(&event, name_of(event.interface), line, sizeof(line));
			qb_log(LOG_WARNING, "%s", line);
		}
	}
}
