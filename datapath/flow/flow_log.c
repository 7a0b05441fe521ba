/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_log.h"

#include "datapath/event/event.h"
#include "datapath/flow/flow_row.h"
#include "datapath/vlan/vlan.h"

#include <netinet/in.h>
#include <rte_ether.h>

static void name_rule(const struct worker_state *state, uint32_t rule, struct event *event)
{
	const struct policy_rule *named;

	if (rule == RULE_NONE)
		return;
	named = &state->policy->policy.rules[rule];
	if (named->name[0])
		snprintf(event->rule, sizeof(event->rule), "%s", named->name);
	else
		snprintf(event->rule, sizeof(event->rule), "IPRule/%u", named->index);
}

/* The Ethernet header lies before the IP header still, with the tags of its VLAN and perhaps one for a priority. */
static void read_hardware(const struct rte_mbuf *mbuf, uint16_t interface, struct event *event)
{
	uint16_t port = datapath.port_of_interface[interface], headroom = rte_pktmbuf_headroom(mbuf);
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint16_t type = ip[0] >> 4 == 6 ? RTE_BE16(RTE_ETHER_TYPE_IPV6) : RTE_BE16(RTE_ETHER_TYPE_IPV4);
	uint16_t header = RTE_ETHER_HDR_LEN, tag[2];

	if (interface == POLICY_INTERFACE_CORE || port >= LOGICAL_PORTS_MAX)
		return;
	header += datapath.ports[port].tag_bytes;
	if (headroom < header + VLAN_TAG_BYTES || memcmp(ip - sizeof(type), &type, sizeof(type)) != 0)
		return;
	memcpy(tag, ip - sizeof(type) - VLAN_TAG_BYTES, sizeof(tag));
	if (vlan_is_tag(tag[0]) && !(rte_be_to_cpu_16(tag[1]) & VLAN_ID_MASK))
		header += VLAN_TAG_BYTES;
	memcpy(event->hardware.bytes, ip - header + RTE_ETHER_ADDR_LEN, sizeof(event->hardware.bytes));
}

void flow_log_opened(struct worker_state *state, uint32_t index, uint32_t rule)
{
	struct event event = {.kind = EVENT_FLOW_OPEN};
	struct flow_row row;

	if (!event_has_room(state, EVENT_FLOW_OPEN))
		return;
	flow_row_fill(state, flow_at(state->flows, index), &row);
	event.protocol = row.protocol;
	event.interface = row.source_interface;
	event.egress = row.destination_interface;
	event.source = row.source;
	event.destination = row.destination;
	event.about_source = row.reply_source;
	event.about_destination = row.reply_destination;
	event.ports[0] = row.source_port;
	event.ports[1] = row.destination_port;
	event.about_ports[0] = row.reply_source_port;
	event.about_ports[1] = row.reply_destination_port;
	name_rule(state, rule, &event);
	event_emit(state, &event);
}

void flow_log_refused(struct worker_state *state, struct rte_mbuf *mbuf, const struct flow_question *question)
{
	const struct flow_key *key = question->key;
	enum event_kind kind = question->decision.reject ? EVENT_RULE_REJECT : EVENT_RULE_DROP;
	struct event event;

	if (question->reason == COUNTER_DROP_NO_REVERSE_ROUTE)
		kind = EVENT_NO_ROUTE_TO_SOURCE;
	else if ((question->reason != COUNTER_DROP_RULE && question->reason != COUNTER_DROP_DEFAULT_RULE) ||
	         !question->decision.log)
		return;
	if (!event_has_room(state, kind))
		return;
	event = event_about(kind, key->interface, mbuf);
	event.protocol = key->protocol;
	event.ports[0] = rte_be_to_cpu_16(key->source_port);
	event.ports[1] = rte_be_to_cpu_16(key->destination_port);
	if (key->protocol == IPPROTO_ICMP || key->protocol == IPPROTO_ICMPV6) {
		event.icmp_type = flow_icmp_type(key);
		event.icmp_code = flow_icmp_code(key);
	}
	read_hardware(mbuf, key->interface, &event);
	name_rule(state, question->decision.rule, &event);
	event_emit(state, &event);
}
