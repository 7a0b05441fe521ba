/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/watch/table.h"

#include "datapath/flow/flow.h"
#include "datapath/nat/nat.h"
#include "datapath/nat/nat_ipv6.h"
#include "datapath/vlan/vlan.h"

#include <netinet/in.h>

#define HEADERS_LENGTH 256 /* of the IP packet, that are looked at */
#define ETHERNET       14

bool watch_is_entrance(const struct rte_node *node)
{
	return !strcmp(node->name, "ethernet_input") || !strcmp(node->name, "host_input");
}

bool watch_has_frames(const struct rte_node *node)
{
	return !strcmp(node->name, "ethernet_input") || !strcmp(node->name, "transmit");
}

uint16_t watch_interface(const struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct worker_port *port = &state->ports[state->port_of_device[mbuf->port]];
	const uint8_t *frame = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t length = rte_pktmbuf_data_len(mbuf);
	struct vlan_frame vlan = {.interface = port->interface};
	uint16_t type = 0;

	if (length >= ETHERNET)
		memcpy(&type, frame + 12, sizeof(type));
	if (vlan_is_tag(type))
		(void)vlan_parse(state->policy ? state->policy->vlans : NULL, frame, length, port->interface,
		                 port->type_lost, &vlan);
	return vlan.interface;
}

/* The headers as a filter reads them: a packet at its IP header gets an empty Ethernet header before it. */
static bool read_headers(struct rte_mbuf *mbuf, bool frame, uint8_t bytes[ETHERNET + HEADERS_LENGTH],
                         struct capture_headers *out)
{
	uint32_t length = rte_pktmbuf_data_len(mbuf), before = frame ? 0 : ETHERNET;
	const uint8_t *data = rte_pktmbuf_mtod(mbuf, const uint8_t *);

	length = RTE_MIN(length, ETHERNET + HEADERS_LENGTH - before);
	memset(bytes, 0, ETHERNET);
	memcpy(bytes + before, data, length);
	if (!frame && length) {
		bool ipv6 = data[0] >> 4 == 6;

		bytes[12] = ipv6 ? 0x86 : 0x08;
		bytes[13] = ipv6 ? 0xdd : 0x00;
	}
	return capture_headers_read(bytes, length + before, out);
}

/* Of ICMP: type and code in place of a source port, an echo's identifier in place of the other. */
static void read_icmp(const struct capture_headers *headers, const uint8_t *bytes, uint32_t length,
                      struct flow_ends *out, uint8_t *facts)
{
	bool ipv6 = headers->protocol == IPPROTO_ICMPV6;
	const uint8_t *icmp = bytes + headers->transport;
	uint8_t type;

	if (headers->later_fragment || headers->transport + 8 > length)
		return;
	type = icmp[0];
	out->port[0] = (uint16_t)(type << 8 | icmp[1]);
	if (ipv6 ? type == 128 || type == 129 : type == 8 || type == 0)
		out->port[1] = (uint16_t)(icmp[4] << 8 | icmp[5]);
	else if (ipv6 ? type < 128 : type == 3 || type == 11 || type == 12)
		*facts |= WATCH_ERROR;
}

void watch_read(struct rte_mbuf *mbuf, bool frame, struct flow_ends *out, uint16_t *length, uint8_t *facts)
{
	uint8_t bytes[ETHERNET + HEADERS_LENGTH];
	uint32_t available = rte_pktmbuf_data_len(mbuf) + (frame ? 0 : ETHERNET);
	struct capture_headers headers;

	*out = (struct flow_ends){.protocol = 0};
	*length = (uint16_t)rte_pktmbuf_pkt_len(mbuf);
	if (!read_headers(mbuf, frame, bytes, &headers) || !headers.is_ip)
		return;
	out->protocol = headers.protocol;
	out->has_ports = headers.has_ports;
	for (unsigned end = 0; end < 2; end++) {
		out->port[end] = headers.port[end];
		out->address[end] = headers.address[end];
	}
	if (headers.protocol == IPPROTO_ICMP || headers.protocol == IPPROTO_ICMPV6)
		read_icmp(&headers, bytes, RTE_MIN(available, sizeof(bytes)), out, facts);
}

bool watch_wants(const struct flow_filter *filter, struct rte_mbuf *mbuf, bool frame, uint16_t interface)
{
	uint8_t bytes[ETHERNET + HEADERS_LENGTH];
	struct capture_headers headers;

	return flow_filter_wants_source(filter, interface) && read_headers(mbuf, frame, bytes, &headers) &&
	       capture_filter_matches_headers(&filter->packet, &headers);
}

static void describe_route(const struct worker_state *state, const struct route *route,
                           const struct ip_address *address, struct watch_route *out)
{
	static const uint8_t kinds[] = {[ROUTE_FORWARD] = WATCH_ROUTE_FORWARD,
	                                [ROUTE_CORE_SHARED] = WATCH_ROUTE_CORE,
	                                [ROUTE_CORE_PRIVATE] = WATCH_ROUTE_CORE,
	                                [ROUTE_NO_HOST] = WATCH_ROUTE_NO_HOST};

	if (!route)
		return;
	*out = (struct watch_route){.kind = kinds[route->kind],
	                            .interface = route->interface,
	                            .metric = route->metric,
	                            .network = {*address, *address}};
	if (out->kind == WATCH_ROUTE_CORE)
		out->interface = POLICY_INTERFACE_CORE;
	if (route->policy_route == UINT32_MAX)
		return;
	out->network = state->policy->policy.routes[route->policy_route].network;
	out->gateway = state->policy->policy.routes[route->policy_route].gateway;
}

static const struct route *find_route(const struct worker_state *state, const struct ip_address *address)
{
	uint32_t ip4;

	if (address->version == 6)
		return route_lookup_ipv6(state->policy->routes, address->bytes);
	memcpy(&ip4, address->bytes, sizeof(ip4));
	return route_lookup(state->policy->routes, ip4);
}

/* Asks what node flow_setup asks, of the same policy, in front of it. */
void watch_explain(const struct worker_state *state, struct rte_mbuf *mbuf, struct watch_event *event)
{
	const struct parsed *parsed = parsed_of(mbuf);
	bool ipv6 = parsed->key.family == FLOW_IPV6;
	const struct policy_rule *rule;
	struct flow_addresses addresses;
	struct flow_decision decision;

	if (!state->policy || parsed->flags & PARSED_ICMP_ERROR ||
	    flow_table_find(state->flows, &parsed->key, parsed->hash))
		return;
	if (ipv6)
		addresses = flow_addresses_of(mbuf);
	event->facts |= WATCH_DECIDED;
	if (parsed->key.interface == POLICY_INTERFACE_CORE)
		event->facts |= WATCH_FROM_US;
	describe_route(state, find_route(state, &event->ends.address[0]), &event->ends.address[0],
	               &event->reverse);
	describe_route(state, find_route(state, &event->ends.address[1]), &event->ends.address[1],
	               &event->forward);
	flow_decide(state, &parsed->key, ipv6 ? &addresses : NULL, &decision);
	if (decision.rule == RULE_NONE)
		return;
	rule = &state->policy->policy.rules[decision.rule];
	event->rule = decision.rule;
	event->rule_index = rule->index;
	event->allowed = rule->action == POLICY_ALLOW;
	memcpy(event->rule_name, rule->name, sizeof(event->rule_name));
}

/* The address that the flow's source becomes, and what it was before. */
static struct ip_address translated_address(const struct flow *flow, bool after)
{
	const struct flow_key *original = &flow->direction[0].key, *reply = &flow->direction[1].key;
	struct ip_address address = {.version = 6};

	if (original->family != FLOW_IPV6)
		return ip_address_from_ip4(rte_be_to_cpu_32(after ? reply->destination : original->source));
	if (after)
		nat_ipv6_address(flow, address.bytes);
	else
		memcpy(address.bytes, flow->addresses.source, sizeof(address.bytes));
	return address;
}

/* What the flow does to packets of this direction. */
static void describe_flow(const struct worker_state *state, const struct packet *packet,
                          struct watch_event *event)
{
	const struct flow *flow = flow_at(state->flows, packet->flow);
	bool source = packet->direction == 0;
	uint16_t port = rte_be_to_cpu_16(source ? flow->direction[1].key.destination_port
	                                        : flow->direction[0].key.source_port);

	event->facts |= WATCH_FLOW | (source ? 0 : WATCH_REPLY);
	event->ends.interface[1] = flow->direction[!packet->direction].key.interface;
	if (!nat_is_translated(flow) || event->facts & WATCH_ERROR)
		return;
	for (unsigned end = 0; end < 2; end++) {
		event->after[end] = event->ends.address[end];
		event->after_port[end] = event->ends.port[end];
	}
	event->after[!source] = translated_address(flow, source);
	if (event->ends.has_ports)
		event->after_port[!source] = port;
	else if (event->ends.protocol == IPPROTO_ICMP || event->ends.protocol == IPPROTO_ICMPV6)
		event->after_port[1] = port;
}

void watch_describe_after(const struct worker_state *state, const struct rte_node *node,
                          struct rte_mbuf *mbuf, struct watch_event *event)
{
	const struct packet *packet = packet_of(mbuf);
	bool lookup = !strcmp(node->name, "flow_lookup"), setup = !strcmp(node->name, "flow_setup");

	if (!strcmp(node->name, "ethernet_input")) {
		event->ends.interface[0] = packet->interface;
	} else if (lookup || setup || !strcmp(node->name, "host_input")) {
		event->ends.interface[0] = parsed_of(mbuf)->key.interface;
		if ((lookup || setup) && packet->flow && !event->drop[0])
			describe_flow(state, packet, event);
	} else if (!strcmp(node->name, "transmit")) {
		event->facts |= WATCH_LAST;
		if (mbuf->port < LOGICAL_PORTS_MAX)
			event->ends.interface[1] = state->ports[mbuf->port].interface;
	} else if (!strcmp(node->name, "to_control")) {
		event->facts |= WATCH_LAST;
		event->control = packet->kind;
		event->ends.interface[packet->kind == PACKET_UNRESOLVED] = packet->interface;
	} else if (!strcmp(node->name, "drop")) {
		event->facts |= WATCH_LAST;
		event->ends = (struct flow_ends){.protocol = 0};
	}
}
