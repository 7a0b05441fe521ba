/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/reference.h"

#include "datapath/testing/reference_packet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define RULES_MAX 32
#define FLOWS_MAX 4096
#define NOWHERE   65534 /* answers come in by this as long as their port is not known */

struct reference_flow {
	struct tuple there,
	    back; /* back: what answers look like, REFERENCE_CORE where the firewall answers */
	uint16_t to;
	bool translated, learned;
	uint8_t address[16];
	struct reference_tcp tcp;
};

static struct {
	struct reference_rule rules[RULES_MAX];
	struct reference_flow flows[FLOWS_MAX];
	unsigned rule_count, flow_count;
	struct reading last; /* of the packet that came last */
} model;

struct network {
	uint8_t family, prefix_length;
	uint16_t interface; /* REFERENCE_CORE: an own address; 0: of no host */
	const char *address;
};
/* The first that matches: most specific first. */
static const struct network networks[] = {
    {4, 32, REFERENCE_CORE, "10.1.0.1"},
    {4, 32, REFERENCE_CORE, "10.1.0.2"},
    {4, 32, REFERENCE_CORE, "198.51.100.1"},
    {4, 32, REFERENCE_CORE, "198.51.100.2"},
    {4, 32, 0, "10.1.0.255"},
    {4, 24, 1, "10.1.0.0"},
    {4, 32, 0, "198.51.100.255"},
    {4, 24, 2, "198.51.100.0"},
    {4, 24, 2, "203.0.113.0"},
    {6, 128, REFERENCE_CORE, "2001:db8:1::1"},
    {6, 128, REFERENCE_CORE, "2001:db8:1::2"},
    {6, 128, REFERENCE_CORE, "2001:db8:2::1"},
    {6, 128, REFERENCE_CORE, "2001:db8:2::2"},
    {6, 64, 1, "2001:db8:1::"},
    {6, 64, 2, "2001:db8:2::"},
    {6, 48, 2, "2001:db8:3::"},
};

void reference_reset(void)
{
	memset(&model, 0, sizeof(model));
}

void reference_rule(const struct reference_rule *rule)
{
	model.rules[model.rule_count++] = *rule;
}

static bool within(const uint8_t *address, const uint8_t *network, unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		if ((address[i / 8] ^ network[i / 8]) & 0x80 >> i % 8)
			return false;
	}
	return true;
}

static const struct network *route(uint8_t family, const uint8_t *address)
{
	uint8_t network[16];

	for (unsigned i = 0; i < sizeof(networks) / sizeof(networks[0]); i++) {
		inet_pton(networks[i].family == 4 ? AF_INET : AF_INET6, networks[i].address, network);
		if (networks[i].family == family && within(address, network, networks[i].prefix_length))
			return &networks[i];
	}
	return NULL;
}

static bool same(const struct tuple *a, const struct tuple *b)
{
	return a->interface == b->interface && a->family == b->family && a->protocol == b->protocol &&
	       a->source_port == b->source_port && a->destination_port == b->destination_port &&
	       a->echo_reply == b->echo_reply && a->message == b->message &&
	       memcmp(a->source, b->source, 16) == 0 && memcmp(a->destination, b->destination, 16) == 0;
}

static struct reference_flow *find(const struct tuple *tuple, bool *back)
{
	for (unsigned i = 0; i < model.flow_count; i++) {
		*back = same(tuple, &model.flows[i].back);
		if (*back || same(tuple, &model.flows[i].there))
			return &model.flows[i];
	}
	return NULL;
}

static const struct reference_rule *decide(const struct tuple *tuple, uint16_t to)
{
	for (unsigned i = 0; i < model.rule_count; i++) {
		const struct reference_rule *rule = &model.rules[i];

		if ((rule->from == REFERENCE_ANY || rule->from == tuple->interface) &&
		    (rule->to == REFERENCE_ANY || rule->to == to) && rule->family == tuple->family &&
		    within(tuple->destination, rule->destination, rule->prefix_length) &&
		    (!rule->protocol || rule->protocol == tuple->protocol) &&
		    ((tuple->protocol != IPPROTO_UDP && tuple->protocol != IPPROTO_TCP) ||
		     (tuple->destination_port >= rule->port_first &&
		      tuple->destination_port <= rule->port_last)))
			return rule;
	}
	return NULL;
}

static struct tuple turned(const struct tuple *tuple, uint16_t interface)
{
	struct tuple back = *tuple;

	back.interface = interface;
	memcpy(back.source, tuple->destination, 16);
	memcpy(back.destination, tuple->source, 16);
	back.source_port = tuple->destination_port;
	back.destination_port = tuple->source_port;
	back.echo_reply = is_icmp(tuple) && !tuple->message && !tuple->echo_reply;
	return back;
}

/* NULL where the rules, the routes or the protocol allow no flow. */
static struct reference_flow *open_flow(const struct tuple *tuple, const struct reference_segment *segment)
{
	const struct network *source = route(tuple->family, tuple->source);
	const struct network *destination = route(tuple->family, tuple->destination);
	struct reference_flow *flow = &model.flows[model.flow_count];
	const struct reference_rule *rule;
	bool back;

	if (!source || source->interface != tuple->interface || !destination || !destination->interface ||
	    tuple->echo_reply ||
	    (tuple->protocol == IPPROTO_TCP &&
	     ((segment->flags & (REFERENCE_SYN | REFERENCE_ACK)) != REFERENCE_SYN || segment->refused)))
		return NULL;
	rule = decide(tuple, destination->interface);
	/* What is about no flow is not meant by a rule about every protocol (C08-023). */
	if (!rule || !rule->allow || (tuple->message && !rule->protocol))
		return NULL;
	*flow = (struct reference_flow){.there = *tuple, .to = destination->interface};
	flow->back = turned(tuple, flow->to);
	if (rule->translate && flow->to != REFERENCE_CORE) {
		flow->translated = true;
		if (tuple->family == 4)
			inet_pton(AF_INET, flow->to == 1 ? "10.1.0.1" : "198.51.100.1", flow->address);
		else
			inet_pton(AF_INET6, flow->to == 1 ? "2001:db8:1::1" : "2001:db8:2::1", flow->address);
		memcpy(flow->back.destination, flow->address, 16);
		flow->learned = !has_port(tuple);
		if (!flow->learned)
			flow->back.interface = NOWHERE;
	}
	/*
	 * Answers that look like another flow's packets could not be told from them. Without ports to choose from there
	 * is one sender for each destination (C09-011).
	 */
	if (flow->back.interface != NOWHERE && find(&flow->back, &back))
		return NULL;
	model.flow_count++;
	return flow;
}

/* The flow that a packet belongs to, opened where there is none; NULL where it may not. */
static struct reference_flow *flow_of(const struct tuple *tuple, const struct reference_segment *segment,
                                      bool *back)
{
	struct reference_flow *flow = find(tuple, back);

	if (flow && tuple->protocol == IPPROTO_TCP && reference_tcp_anew(&flow->tcp, *back, segment)) {
		*flow = model.flows[--model.flow_count];
		flow = NULL;
	}
	if (!flow)
		flow = open_flow(tuple, segment);
	return flow;
}

/* The segment that an error is about is one that its sender can have on its way (RFC 5927 4.1). */
static bool on_its_way(const struct reference_flow *flow, bool back, const struct reading *reading)
{
	const struct reference_tcp_end *sender = &flow->tcp.end[!back], *receiver = &flow->tcp.end[back];
	const uint8_t *segment;
	uint32_t age;

	if (flow->there.protocol != IPPROTO_TCP || flow->tcp.state < REFERENCE_TCP_ANSWERED ||
	    flow->tcp.refused)
		return true;
	segment = reading->about + header_length(reading->about);
	age = sender->sent - ((uint32_t)word(segment + 4) << 16 | word(segment + 6));
	return age <= reference_tcp_window(receiver) + REFERENCE_ACK_BEHIND;
}

/* Whether the flow takes the packet, whatever becomes of it then. */
static bool admit(struct reference_flow *flow, bool back, const uint8_t *packet,
                  const struct reading *reading)
{
	if (reading->error)
		return reference_transport_checksum(packet) && on_its_way(flow, back, reading);
	return reading->tuple.protocol != IPPROTO_TCP ||
	       reference_tcp_pass(&flow->tcp, back, &reading->segment);
}

/* As the source of what goes there, or as the destination of what comes back; the port is known by now. */
static void translate(const struct reference_flow *flow, bool back, const struct reading *reading,
                      uint8_t *packet)
{
	const uint8_t *address = back ? flow->there.source : flow->address;
	uint16_t port = back ? flow->there.source_port : flow->back.destination_port;

	if (reading->error)
		error_rewrite(packet, reading->length, reading, address, port, !back);
	else
		packet_rewrite(packet, reading->length, address, port, !back);
}

static void wait_for_port(struct reference_answer *answer, struct reference_flow *flow,
                          const struct reading *reading)
{
	unsigned header = header_length(answer->bytes);

	model.last = *reading;
	answer->translated = flow;
	answer->port_at = reading->error          ? error_port_at(answer->bytes, reading, true)
	                  : is_icmp(&flow->there) ? header + 4
	                                          : header;
}

void reference_receive(uint16_t interface, const uint8_t *packet, uint16_t present,
                       struct reference_answer *answer)
{
	struct reference_flow *flow;
	struct reading reading;
	bool back = false;

	*answer = (struct reference_answer){.verdict = REFERENCE_DROP};
	if (!packet_read(packet, present, &reading))
		return;
	reading.tuple.interface = reading.alone.interface = interface;
	if (reading.error && !find(&reading.tuple, &back)) {
		reading.error = false;
		reading.tuple = reading.alone;
	}
	flow = reading.error ? find(&reading.tuple, &back) : flow_of(&reading.tuple, &reading.segment, &back);
	if (!flow || !admit(flow, back, packet, &reading))
		return;
	answer->length = reading.length;
	memcpy(answer->bytes, packet, answer->length);
	answer->interface = back ? flow->there.interface : flow->to;
	if (answer->interface == REFERENCE_CORE) {
		answer->verdict = REFERENCE_HOST;
		if (reading.error)
			error_raise_mtu(answer->bytes, answer->length);
		return;
	}
	if (!packet_hop(answer->bytes))
		return;
	answer->verdict = REFERENCE_FORWARD;
	if (flow->translated && (flow->learned || !has_port(&flow->there)))
		translate(flow, back, &reading, answer->bytes);
	else if (flow->translated)
		wait_for_port(answer, flow, &reading);
}

bool reference_learn(struct reference_answer *answer, uint16_t port)
{
	struct reference_flow *flow = answer->translated;
	struct tuple back = flow->back;
	bool direction;

	back.interface = flow->to;
	back.destination_port = port;
	if (port < 1024 || find(&back, &direction))
		return false;
	flow->back = back;
	flow->learned = true;
	answer->translated = NULL;
	translate(flow, false, &model.last, answer->bytes);
	return true;
}

bool reference_translation(unsigned index, uint8_t family, uint8_t protocol, uint16_t *port,
                           uint16_t *remote_port)
{
	for (unsigned i = 0; i < model.flow_count; i++) {
		const struct reference_flow *flow = &model.flows[i];

		if (!flow->translated || !flow->learned || flow->there.family != family ||
		    flow->there.protocol != protocol || index-- > 0)
			continue;
		*port = flow->back.destination_port;
		*remote_port = flow->back.source_port;
		return true;
	}
	return false;
}

bool reference_end(unsigned index, unsigned end, uint8_t protocol, struct reference_end *out)
{
	for (unsigned i = 0; i < model.flow_count; i++) {
		const struct reference_flow *flow = &model.flows[i];
		const struct tuple *tuple = end ? &flow->back : &flow->there;

		if ((protocol && tuple->protocol != protocol) || index-- > 0)
			continue;
		*out = (struct reference_end){.interface = tuple->interface,
		                              .family = tuple->family,
		                              .protocol = tuple->protocol,
		                              .source_port = tuple->source_port,
		                              .destination_port = tuple->destination_port,
		                              .echo_reply = tuple->echo_reply,
		                              .tcp = flow->tcp};
		memcpy(out->source, tuple->source, 16);
		memcpy(out->destination, tuple->destination, 16);
		return !tuple->message && tuple->interface != NOWHERE && tuple->interface != REFERENCE_CORE;
	}
	return false;
}
