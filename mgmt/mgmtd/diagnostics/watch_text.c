/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "mgmt/mgmtd/diagnostics/watch_text.h"
#include "mgmt/mgmtd/configuration/resolve.h"
#include "mgmt/mgmtd/configuration/value.h"
#include "mgmt/mgmtd/diagnostics/flow_text.h"
#include "mgmt/mgmtd/policy/policy_build.h"

#include <netinet/in.h>
#include <string.h>

#define PREFIX       "SNOOP:  POLICY-1  : "
#define TABLE        "table \"Main\" (ID: 0x20)"
#define DEFAULT_RULE "System::DefaultDrop"
#define NAME_TEXT    128

/* "<ICMP if14;192.168.14.12:2048 -> 192.168.14.1:24093>". Returns out. */
static const char *packet_text(const struct configuration *configuration, const struct flow_ends *ends,
                               char out[PACKET_TEXT])
{
	bool has_port = protocol_has_ports(ends->protocol) || ends->protocol == IPPROTO_ICMP ||
	                ends->protocol == IPPROTO_ICMPV6;
	char protocol[PROTOCOL_TEXT], ip[2][IP_ADDRESS_TEXT], port[2][8] = {"", ""};

	for (unsigned end = 0; end < 2; end++) {
		ip_address_format(&ends->address[end], ip[end]);
		if (has_port)
			snprintf(port[end], sizeof(port[end]), ":%u", ends->port[end]);
	}
	if (!ends->address[0].version)
		snprintf(out, PACKET_TEXT, "<no IP packet>");
	else
		snprintf(out, PACKET_TEXT, "<%s %s%s%s%s -> %s%s>", protocol_text(ends->protocol, protocol),
		         ends->interface[0] ? interface_name(configuration, ends->interface[0]) : "",
		         ends->interface[0] ? ";" : "", ip[0], port[0], ip[1], port[1]);
	return out;
}

/* The same on both nodes, and as long as the name is (FNV-1a). */
static unsigned id_of(const char *name)
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	return hash & 0x0fffffff;
}

static bool holds(const struct ranges *ranges, const struct ip_range *range)
{
	for (size_t i = 0; i < ranges->count; i++)
		if (ip_range_contains(&ranges->range[i], &range->first) &&
		    ip_range_contains(&ranges->range[i], &range->last))
			return true;
	return false;
}

/* The Route object that a route of the policy comes from; none for the networks of an interface. */
static bool name_route_object(const struct configuration *configuration, const struct watch_route *route,
                              char out[NAME_TEXT])
{
	const struct object_type *table = schema_type(configuration->schema, NULL, "RoutingTable");
	const struct object_type *type = schema_type(configuration->schema, table, "Route");
	const struct lyd_node *main_table = object_find(configuration, table, NULL, "main");
	const char *interface = interface_name(configuration, route->interface);
	unsigned position = 0;
	bool found = false;

	for (const struct lyd_node *at = main_table ? object_first(configuration, type, main_table) : NULL;
	     at && !found; at = object_next(at)) {
		struct ranges ranges = {0};
		struct ip_address gateway = resolve_host(configuration, value_of(type, at, "Gateway"));
		const char *name = value_of(type, at, "Name");

		position++;
		if (strcmp(value_of(type, at, "Interface"), interface) != 0 ||
		    ip_address_compare(&gateway, &route->gateway) != 0)
			continue;
		resolve_addresses(configuration, at, type_property(type, "Network"), 0, &ranges);
		found = holds(&ranges, &route->network);
		ranges_free(&ranges);
		if (found && *name)
			snprintf(out, NAME_TEXT, "%s", name);
		else if (found)
			snprintf(out, NAME_TEXT, "Route_%u", position);
	}
	return found;
}

static void name_route(const struct configuration *configuration, const struct watch_route *route,
                       char out[NAME_TEXT])
{
	if (route->kind == WATCH_ROUTE_CORE)
		snprintf(out, NAME_TEXT, "core");
	else if (!name_route_object(configuration, route, out))
		snprintf(out, NAME_TEXT, "%s_net", interface_name(configuration, route->interface));
}

static void print_route(const struct configuration *configuration, const char *packet, const char *which,
                        const struct watch_route *route, FILE *out)
{
	char name[NAME_TEXT], network[IP_RANGE_TEXT], gateway[IP_ADDRESS_TEXT];

	name_route(configuration, route, name);
	ip_address_format(&route->gateway, gateway);
	fprintf(out, PREFIX "%s: Found %s route \"%s\" (ID: 0x%x) %s -> %s (Gateway: %s) in " TABLE ".\n",
	        packet, which, name, id_of(name), ip_range_format(&route->network, network),
	        interface_name(configuration, route->interface), *gateway ? gateway : "none");
}

/* For people: what the name of a "drop/" counter means. Returns the name where nothing is known of it. */
static const char *drop_text(const char *name)
{
	static const struct {
		const char *name, *text;
	} known[] = {
	    {"no_reverse_route", "No route to source in " TABLE "."},
	    {"no_route", "No route to destination in " TABLE "."},
	    {"rule", "Dropped by IP rules"},
	    {"default_rule", "Dropped by IP rules"},
	    {"inactive", "This node is not active"},
	    {"suspended", "This node stood still, and waits to be active again"},
	    {"ttl", "Its TTL has run out"},
	    {"mtu", "It is longer than the next link takes"},
	    {"tcp_no_flow", "TCP opens a flow with SYN only"},
	    {"tcp_flags", "These TCP flags do not fit the flow's state"},
	    {"icmp_type", "It belongs to no flow, and ICMP of this type opens none"},
	    {"nat_address", "There is no address to translate the source to"},
	    {"nat_ports", "There is no port left to translate the source to"},
	    {"flow_table_full", "The flow table is full"},
	    {"interface_changed", "The way of the flow leads to another interface now"},
	    {"interface_disabled", "The interface is disabled"},
	    {"ipv4_source", "No packet may have that source address"},
	    {"ipv4_destination", "No packet may have that destination address"},
	    {"ipv6_disabled", "The interface has no IPv6 address"},
	    {"ethernet_destination", "Its Ethernet address is somebody else's"},
	    {"unresolved", "The next hop does not answer"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].name, name))
			return known[i].text;
	return name;
}

static bool by_rules(const struct watch_event *event)
{
	return !strcmp(event->drop, "rule") || !strcmp(event->drop, "default_rule");
}

static void print_routes(const struct configuration *configuration, const struct watch_event *event,
                         const char *packet, FILE *out)
{
	if (!strcmp(event->drop, "no_reverse_route"))
		return;
	if (event->reverse.kind != WATCH_ROUTE_NONE)
		print_route(configuration, packet, "reverse", &event->reverse, out);
	if (event->forward.kind != WATCH_ROUTE_NONE)
		print_route(configuration, packet, "forward", &event->forward, out);
}

static void print_rule(const struct watch_event *event, FILE *out)
{
	if (event->rule != WATCH_NO_RULE) {
		fprintf(out, PREFIX "Matched rule \"%s\" with id 0x%x\n", event->rule_name,
		        id_of(event->rule_name));
	} else if (!strcmp(event->drop, "default_rule")) {
		fputs(PREFIX "Matched default rule \"" DEFAULT_RULE "\"\n", out);
		fputs(PREFIX "Dropped by default rule \"" DEFAULT_RULE "\"\n", out);
	}
}

static void print_translation(const struct configuration *configuration, const struct flow_ends *ends,
                              const struct ip_address *after, const uint16_t *after_port, FILE *out)
{
	struct flow_ends translated = *ends;
	char text[PACKET_TEXT];

	for (unsigned end = 0; end < 2; end++) {
		translated.address[end] = after[end];
		translated.port[end] = after_port[end];
	}
	fputs(packet_text(configuration, &translated, text), out);
}

/* One line: the rule, and whether the flow is opened. */
static void print_basic(const struct watch_event *event, const char *packet, FILE *out)
{
	fputs(PREFIX, out);
	if (event->rule != WATCH_NO_RULE)
		fprintf(out, "Matched rule \"%s\" with id 0x%x: ", event->rule_name, id_of(event->rule_name));
	else if (!strcmp(event->drop, "default_rule"))
		fputs("Matched default rule \"" DEFAULT_RULE "\": ", out);
	fprintf(out, "%s %s", *event->drop ? "Drop" : "Allow", packet);
	if (*event->drop && !by_rules(event))
		fprintf(out, ": %s", drop_text(event->drop));
	fputc('\n', out);
}

void watch_print_decision(const struct configuration *configuration, const struct watch_event *event,
                          enum watch_detail detail, FILE *out)
{
	char packet[PACKET_TEXT];

	packet_text(configuration, &event->ends, packet);
	if (detail < WATCH_EXTREME) {
		print_basic(event, packet, out);
		if (detail == WATCH_BASIC || *event->drop)
			return;
	} else {
		print_routes(configuration, event, packet, out);
		print_rule(event, out);
	}
	if (by_rules(event))
		fprintf(out, PREFIX "%s: Dropped by IP rules\n", packet);
	else if (*event->drop)
		fprintf(out, PREFIX "Drop %s: %s\n", packet, drop_text(event->drop));
	else
		fprintf(out, PREFIX "Allow %s: route via %s\n", packet,
		        interface_name(configuration, event->forward.interface));
	if (!event->after[0].version)
		return;
	fprintf(out, PREFIX "%s: translated to ", packet);
	print_translation(configuration, &event->ends, event->after, event->after_port, out);
	fputc('\n', out);
}

bool traced_packet_add(struct traced_packet *packet, const struct watch_event *event)
{
	size_t length = strlen(packet->path);

	if (!packet->packet) {
		*packet = (struct traced_packet){.packet = event->packet};
		packet->first = *event;
		length = 0;
	}
	snprintf(packet->path + length, sizeof(packet->path) - length, "%s%s", length ? " -> " : "",
	         event->node);
	/* The first node that knows them: what follows may be translated, or about another packet. */
	if (!packet->first.ends.address[0].version && event->ends.address[0].version)
		packet->first.ends = event->ends;
	if (!packet->first.ends.interface[0])
		packet->first.ends.interface[0] = event->ends.interface[0];
	packet->facts |= event->facts;
	if (event->facts & WATCH_DECIDED) {
		packet->decided = true;
		packet->decision = *event;
	}
	if (event->after[0].version) {
		memcpy(packet->after, event->after, sizeof(packet->after));
		memcpy(packet->after_port, event->after_port, sizeof(packet->after_port));
	}
	if (*event->drop)
		memcpy(packet->drop, event->drop, sizeof(packet->drop));
	packet->last = *event;
	return event->facts & WATCH_LAST;
}

static void print_end(const struct configuration *configuration, const struct traced_packet *packet,
                      FILE *out)
{
	const struct watch_event *last = &packet->last;
	static const char *const control[] = {"nowhere",
	                                      "to ARP",
	                                      "to the heartbeats",
	                                      "to the firewall itself",
	                                      "to wait until the next hop is known",
	                                      "to Neighbour Discovery",
	                                      "to be logged: no VLAN has this ID"};
	char text[PACKET_TEXT];

	if (!(last->facts & WATCH_LAST))
		fputs("    still on its way\n", out);
	else if (!strcmp(last->node, "transmit"))
		fprintf(out, "    sent by %s: %s\n", interface_name(configuration, last->ends.interface[1]),
		        packet_text(configuration, &last->ends, text));
	else if (!strcmp(last->node, "to_control"))
		fprintf(out, "    handed %s\n",
		        last->control < sizeof(control) / sizeof(*control) ? control[last->control] : "over");
}

void traced_packet_print(const struct configuration *configuration, const struct traced_packet *packet,
                         FILE *out)
{
	char text[PACKET_TEXT];

	fprintf(out, "TRACE:  %-4u: %s %u bytes, worker %u\n", packet->packet,
	        packet_text(configuration, &packet->first.ends, text), packet->first.length,
	        packet->first.worker);
	fprintf(out, "    %s\n", packet->path);
	if (packet->decided && packet->decision.facts & WATCH_FROM_US)
		fputs("    new flow of the firewall itself: no rules are asked\n", out);
	else if (packet->decided && packet->decision.rule != WATCH_NO_RULE)
		fprintf(out, "    new flow: rule \"%s\" (index %u): %s\n", packet->decision.rule_name,
		        packet->decision.rule_index, packet->decision.allowed ? "Allow" : "Deny");
	else if (packet->decided)
		fputs("    new flow: no rule\n", out);
	else if (packet->facts & WATCH_FLOW)
		fprintf(out, "    established flow, %s\n",
		        packet->facts & WATCH_REPLY ? "its answers" : "the way that it was opened");
	if (packet->after[0].version) {
		fputs("    translated to ", out);
		print_translation(configuration, &packet->first.ends, packet->after, packet->after_port, out);
		fputc('\n', out);
	}
	if (*packet->drop)
		fprintf(out, "    dropped: %s (statistics /datapath/drop/%s)\n", drop_text(packet->drop),
		        packet->drop);
	print_end(configuration, packet, out);
}
