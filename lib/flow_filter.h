/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_FLOW_FILTER_H
#define LIB_FLOW_FILTER_H

/*
 * Which flows are shown, closed or watched (C07-013, C13-078): mgmtd writes the filter, the datapath asks it. What a
 * packet may be asked for, and besides the interfaces. Pure functions, any thread.
 */

#include "lib/capture_filter.h"

#define FLOW_FILTER_INTERFACES_MAX 512

/* count 0: every interface matches. */
struct flow_filter_interfaces {
	uint32_t count;
	uint16_t id[FLOW_FILTER_INTERFACES_MAX]; /* POLICY_INTERFACE_CORE too */
};

struct flow_filter {
	struct capture_filter packet;                           /* flows have no Ethernet addresses */
	struct flow_filter_interfaces interface[CAPTURE_SIDES]; /* one of those of each side must match */
};

/* One direction of a flow; 0 is its source, 1 its destination. */
struct flow_ends {
	uint8_t protocol;
	bool has_ports; /* what stands in port are ports */
	uint16_t interface[2];
	uint16_t port[2]; /* host byte order */
	struct ip_address address[2];
};

/* Counts are within the arrays, ranges do not end before they begin: what comes from another process. */
bool flow_filter_is_valid(const struct flow_filter *filter);
bool flow_filter_is_empty(const struct flow_filter *filter);
/* Whether a flow with these ends matches. The filter must be valid. */
bool flow_filter_matches(const struct flow_filter *filter, const struct flow_ends *ends);
/* Whether the interface a packet came in by is one that the filter wants; those of destinations do not count. */
bool flow_filter_wants_source(const struct flow_filter *filter, uint16_t interface);

#endif
