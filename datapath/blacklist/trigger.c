/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"
#include "datapath/core/control.h"
#include "datapath/event/event.h"

#include <errno.h>
#include <netinet/in.h>
#include <qb/qblog.h>
#include <string.h>

/* Parts of a service; one with more bars everything. */
#define PARTS_MAX 16

/* The set of the policy that an event names; NULL: there is another policy now. */
static const struct policy_threshold_set *set_of(const struct policy *policy, const struct event *event,
                                                 const struct policy_threshold_rule **rule)
{
	const struct policy_threshold_set *set;

	if (!policy || event->threshold_rule >= policy->threshold_rule_count ||
	    event->threshold_set >= policy->threshold_set_count)
		return NULL;
	*rule = &policy->threshold_rules[event->threshold_rule];
	set = &policy->threshold_sets[event->threshold_set];
	if (event->threshold_set < (*rule)->sets.first ||
	    event->threshold_set - (*rule)->sets.first >= (*rule)->sets.count ||
	    set->action != POLICY_THRESHOLD_BLACKLIST)
		return NULL;
	return set;
}

/* ICMP of the other IP version. */
static bool is_foreign(const struct policy_service *service, const struct ip_address *source)
{
	return service->protocol_first == service->protocol_last &&
	       service->protocol_first == (source->version == 4 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

/* The service's parts, not the service, which may be edited (C25-006). */
static int insert_parts(const struct policy *policy, struct policy_slice services,
                        const struct blacklist_entry *entry)
{
	struct blacklist_entry part = *entry;
	int error = 0;

	if (services.count > PARTS_MAX)
		return blacklist_insert(entry, false);
	for (uint32_t i = services.first; i < services.first + services.count && error != -ENOSPC; i++) {
		const struct policy_service *service = &policy->services[i];

		if (is_foreign(service, &entry->source))
			continue;
		part.protocol_first = service->protocol_first;
		part.protocol_last = service->protocol_last;
		part.port_first = service->destination_ports.first;
		part.port_last = service->destination_ports.last;
		error = blacklist_insert(&part, false);
	}
	return error;
}

void blacklist_triggered(const struct event *event)
{
	static bool full;
	const struct policy *policy = control_policy();
	const struct policy_threshold_rule *rule;
	const struct policy_threshold_set *set = set_of(policy, event, &rule);
	struct blacklist_entry entry = {.interface = event->interface,
	                                .protocol_last = UINT8_MAX,
	                                .port_last = UINT16_MAX,
	                                .system = BLACKLIST_THRESHOLD,
	                                .source = event->source};
	int error;

	if (!set)
		return;
	entry.timeout_s = set->timeout_s;
	memcpy(entry.object, event->rule, sizeof(entry.object));
	error = insert_parts(policy, rule->filter.services, &entry);
	/* Once, not for each packet of a flood. */
	if (error == -ENOSPC && !full)
		qb_log(LOG_WARNING, "the blacklist is full: threshold rules may make %d entries",
		       BLACKLIST_MAX - BLACKLIST_RESERVED);
	full = blacklist_count() >= BLACKLIST_MAX - BLACKLIST_RESERVED;
}
