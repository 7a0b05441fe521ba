/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/event/event.h"

#include <netinet/in.h>
#include <stdio.h>

#define PACKET_TEXT   448
#define PROTOCOL_TEXT 8

/* Lines about what routes and rules decide, in the words of the guide (C03-021, C01-018). */

static const char *protocol_text(uint8_t protocol, char number[PROTOCOL_TEXT])
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "TCP";
	case IPPROTO_UDP:
		return "UDP";
	case IPPROTO_ICMP:
		return "ICMP";
	case IPPROTO_ICMPV6:
		return "ICMPv6";
	case IPPROTO_IGMP:
		return "IGMP";
	case IPPROTO_SCTP:
		return "SCTP";
	case IPPROTO_GRE:
		return "GRE";
	case IPPROTO_ESP:
		return "ESP";
	case IPPROTO_AH:
		return "AH";
	default:
		snprintf(number, PROTOCOL_TEXT, "%u", protocol);
		return number;
	}
}

static bool has_ports(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

static bool is_icmp(uint8_t protocol)
{
	return protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;
}

const char *event_severity(uint8_t severity)
{
	static const char *const names[] = {"Warning", "Emergency", "Alert",  "Critical",
	                                    "Error",   "Warning",   "Notice", "Info"};

	return severity < sizeof(names) / sizeof(*names) ? names[severity] : names[0];
}

static const char *hardware_text(const struct event *event, char text[MAC_ADDRESS_TEXT])
{
	return mac_address_is_zero(&event->hardware) ? "n/a"
	                                             : mac_address_format(&event->hardware, ':', text);
}

static void format_packet(const struct event *event, const struct event_place *place, char out[PACKET_TEXT])
{
	char source[IP_ADDRESS_TEXT], destination[IP_ADDRESS_TEXT], hardware[MAC_ADDRESS_TEXT],
	    number[PROTOCOL_TEXT], tail[64] = "";

	ip_address_format(&event->source, source);
	ip_address_format(&event->destination, destination);
	if (has_ports(event->protocol))
		snprintf(tail, sizeof(tail), " pkt_srcport=%u pkt_destport=%u", event->ports[0],
		         event->ports[1]);
	else if (is_icmp(event->protocol))
		snprintf(tail, sizeof(tail), " pkt_type=%u pkt_code=%u pkt_id=%u", event->icmp_type,
		         event->icmp_code, event->ports[0]);
	snprintf(out, PACKET_TEXT,
	         "pkt_flowdir=n/a pkt_srchw=%s pkt_ipver=%u pkt_proto=%s pkt_recvif=%s pkt_recvzone=%s "
	         "pkt_srcip=%s pkt_destip=%s%s",
	         hardware_text(event, hardware), event->source.version,
	         protocol_text(event->protocol, number), place->interface, place->zone, source, destination,
	         tail);
}

static void format_refused(const struct event *event, const struct event_place *place, const char *name,
                           const char *action, char *out, size_t size)
{
	char packet[PACKET_TEXT], source[IP_ADDRESS_TEXT], destination[IP_ADDRESS_TEXT],
	    target[IP_ADDRESS_TEXT], hardware[MAC_ADDRESS_TEXT], what[PACKET_TEXT];

	format_packet(event, place, packet);
	ip_address_format(&event->source, source);
	ip_address_format(&event->destination, destination);
	ip_address_format(&event->about_source, target);
	if (event->kind == EVENT_NO_ROUTE_TO_SOURCE)
		snprintf(what, sizeof(what), "srcip=%s", source);
	else if (event->kind == EVENT_NO_SOURCE_ROUTE)
		snprintf(what, sizeof(what), "srchw=%s srcip=%s destip=%s targetip=%s",
		         hardware_text(event, hardware), source, destination, target);
	else
		snprintf(what, sizeof(what), "rule=%s", event->rule[0] ? event->rule : "System::DefaultDrop");
	snprintf(out, size, "prio=%s event=%s %s %s iface=%s zone=%s action=%s",
	         event_severity(event->severity), name, what, packet, place->interface, place->zone, action);
}

/* One direction of a flow: where its packets come in, and what they have. */
static void format_direction(const char *prefix, const struct event_place *place,
                             const struct ip_address ends[2], const uint16_t ports[2], bool with_ports,
                             char *out, size_t size)
{
	char source[IP_ADDRESS_TEXT], destination[IP_ADDRESS_TEXT], port[2][32] = {"", ""};

	ip_address_format(&ends[0], source);
	ip_address_format(&ends[1], destination);
	if (with_ports) {
		snprintf(port[0], sizeof(port[0]), " %s_srcport=%u", prefix, ports[0]);
		snprintf(port[1], sizeof(port[1]), " %s_destport=%u", prefix, ports[1]);
	}
	snprintf(out, size, "%s_recvif=%s %s_recvzone=%s %s_srcip=%s%s %s_destip=%s%s", prefix,
	         place->interface, prefix, place->zone, prefix, source, port[0], prefix, destination,
	         port[1]);
}

static void format_flow(const struct event *event, const struct event_place places[2], const char *name,
                        const char *action, char *out, size_t size)
{
	char forward[PACKET_TEXT], back[PACKET_TEXT], number[PROTOCOL_TEXT];
	struct ip_address there[2] = {event->source, event->destination},
	                  answers[2] = {event->about_source, event->about_destination};
	bool with_ports = has_ports(event->protocol) || is_icmp(event->protocol);

	format_direction("flowfwd", &places[0], there, event->ports, with_ports, forward, sizeof(forward));
	format_direction("flowrev", &places[1], answers, event->about_ports, with_ports, back, sizeof(back));
	snprintf(out, size, "prio=Info event=%s rule=%s flow_proto=%s %s %s action=%s", name, event->rule,
	         protocol_text(event->protocol, number), forward, back, action);
}

void event_format_decision(const struct event *event, const struct event_place places[2], const char *name,
                           const char *action, char *out, size_t size)
{
	if (event->kind == EVENT_FLOW_OPEN)
		format_flow(event, places, name, action, out, size);
	else
		format_refused(event, &places[0], name, action, out, size);
}
