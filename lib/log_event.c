/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/log_event.h"

#include <string.h>

static const struct log_event_type types[LOG_EVENT_COUNT] = {
#define X(id, number, category, severity, name) [LOG_EVENT_##id] = {number, severity, category, name},
    LOG_EVENTS(X)
#undef X
};

/* Of lines that are made where the event is: datapath/event, datapath/threshold, mgmt/mgmtd/login. */
static const struct {
	uint32_t number;
	const char *name;
} others[] = {
    {300001, "user_logged_in"},
    {300002, "received_radius_access-reject_message"},
    {300003, "authentication_source_did_not_respond"},
    {300004, "too_many_logins"},
    {300005, "user_locked_out"},
    {600001, "flow_open"},
    {700001, "no_route_to_source"},
    {700002, "ruleset_drop_packet"},
    {700003, "ruleset_reject_packet"},
    {800001, "oversized_packet"},
    {900001, "fragmentation_needed"},
    {900002, "packet_too_big"},
    {1000001, "illegal_fragment_size"},
    {1000002, "short_fragment"},
    {1000003, "overlapping_fragment"},
    {1000004, "duplicate_fragment"},
    {1000005, "duplicate_fragment_with_different_data"},
    {1000006, "fragment_of_illegal_packet"},
    {1000007, "fragment_of_refused_packet"},
    {1000008, "fragment_of_failed_packet"},
    {1000009, "reassembly_timeout"},
    {1000010, "reassembly_out_of_resources"},
    {1000011, "fragmented_icmp"},
    {1000012, "ipv6_atomic_fragment"},
    {1100001, "no_source_route_for_packet"},
    {1300001, "threshold_flow_dropped"},
    {1300002, "threshold_exceeded"},
    {1300003, "random_group_replacement"},
    {1300004, "threshold_triggered"},
    {1300005, "threshold_ended"},
    {1300006, "threshold_source_blacklisted"},
};

const struct log_event_type *log_event_type(unsigned event)
{
	return event > LOG_EVENT_NONE && event < LOG_EVENT_COUNT ? &types[event] : NULL;
}

bool log_event_is_listed(uint32_t number)
{
	for (size_t i = LOG_EVENT_NONE + 1; i < LOG_EVENT_COUNT; i++)
		if (types[i].number == number)
			return true;
	return false;
}

uint32_t log_event_number(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (strlen(others[i].name) == length && !memcmp(others[i].name, name, length))
			return others[i].number;
	return 0;
}
