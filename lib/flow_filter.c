/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/flow_filter.h"

bool flow_filter_is_valid(const struct flow_filter *filter)
{
	for (unsigned side = 0; side < CAPTURE_SIDES; side++)
		if (filter->interface[side].count > FLOW_FILTER_INTERFACES_MAX)
			return false;
	return capture_filter_is_valid(&filter->packet);
}

bool flow_filter_is_empty(const struct flow_filter *filter)
{
	uint32_t count = 0;

	for (unsigned side = 0; side < CAPTURE_SIDES; side++)
		count |= filter->interface[side].count;
	return !count && capture_filter_is_empty(&filter->packet);
}

static bool has_interface(const struct flow_filter_interfaces *interfaces, uint16_t id)
{
	for (uint32_t i = 0; i < interfaces->count; i++)
		if (interfaces->id[i] == id)
			return true;
	return false;
}

static bool wants(const struct flow_filter_interfaces *interfaces, uint16_t id)
{
	return !interfaces->count || has_interface(interfaces, id);
}

bool flow_filter_wants_source(const struct flow_filter *filter, uint16_t interface)
{
	return wants(&filter->interface[CAPTURE_EITHER], interface) &&
	       wants(&filter->interface[CAPTURE_SOURCE], interface);
}

bool flow_filter_matches(const struct flow_filter *filter, const struct flow_ends *ends)
{
	const struct capture_headers headers = {.is_ip = true,
	                                        .has_ports = ends->has_ports,
	                                        .protocol = ends->protocol,
	                                        .port = {ends->port[0], ends->port[1]},
	                                        .address = {ends->address[0], ends->address[1]}};

	if (!wants(&filter->interface[CAPTURE_SOURCE], ends->interface[0]) ||
	    !wants(&filter->interface[CAPTURE_DESTINATION], ends->interface[1]))
		return false;
	if (!wants(&filter->interface[CAPTURE_EITHER], ends->interface[0]) &&
	    !wants(&filter->interface[CAPTURE_EITHER], ends->interface[1]))
		return false;
	return capture_filter_matches_headers(&filter->packet, &headers);
}
