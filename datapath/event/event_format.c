/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"

#include <rte_common.h>
#include <stdio.h>

static const struct {
	const char *category, *name, *action;
} kinds[EVENT_KIND_COUNT] = {
#define X(id, category, name, action) [EVENT_##id] = {category, name, action},
    EVENTS(X)
#undef X
};

/* What an ICMP error says of the packet that it is about. */
static void format_about(const struct event *event, char *out, size_t size)
{
	char source[IP_ADDRESS_TEXT], destination[IP_ADDRESS_TEXT];

	ip_address_format(&event->about_source, source);
	ip_address_format(&event->about_destination, destination);
	snprintf(out, size,
	         " mtu=%u flowsrcip=%s flowsrcport=%u flowdestip=%s flowdestport=%u flowipproto=%u",
	         event->mtu, source, event->about_ports[0], destination, event->about_ports[1],
	         event->about_protocol);
}

void event_format(const struct event *event, const struct event_place places[2], char *out, size_t size)
{
	char source[IP_ADDRESS_TEXT], destination[IP_ADDRESS_TEXT], fragment[80] = "", about[200] = "";

	if (event->kind >= EVENT_NO_ROUTE_TO_SOURCE) {
		int head = snprintf(out, size, "%s: ", kinds[event->kind].category);

		event_format_decision(event, places, kinds[event->kind].name, kinds[event->kind].action,
		                      out + RTE_MIN((size_t)head, size), size - RTE_MIN((size_t)head, size));
		return;
	}
	ip_address_format(&event->source, source);
	ip_address_format(&event->destination, destination);
	if (event->fragment)
		snprintf(fragment, sizeof(fragment), " fragid=%u fragoffs=%u fraglen=%u",
		         event->identification, event->fragment_offset, event->fragment_length);
	if (event->mtu)
		format_about(event, about, sizeof(about));
	snprintf(out, size,
	         "%s: prio=Warning event=%s iface=%s srcip=%s destip=%s ipproto=%u iplen=%u%s%s action=%s",
	         kinds[event->kind].category, kinds[event->kind].name, places[0].interface, source,
	         destination, event->protocol, event->length, fragment, about, kinds[event->kind].action);
}
