/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/reference.h"

#include "datapath/testing/reference_tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#define RULES_MAX 32
#define FLOWS_MAX 4096
#define NOWHERE   65534 /* answers come in by this as long as their port is not known */

/* One direction of a flow as it is seen on the wire. */
struct tuple {
	uint16_t interface;
	uint8_t family, protocol;
	uint8_t source[16], destination[16];
	uint16_t source_port,
	    destination_port; /* of an echo: identifier and 0; of its answer: 0 and identifier */
	bool echo_reply;
};

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

static uint16_t word(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void put(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 1071; 0 over bytes that hold a right checksum. */
static uint16_t checksum(const uint8_t *bytes, unsigned length, uint32_t sum)
{
	for (unsigned i = 0; i < length; i++)
		sum += (uint32_t)bytes[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
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

static bool host(uint8_t family, const uint8_t *address)
{
	static const uint8_t zero[16];

	if (family == 4)
		return address[0] > 0 && address[0] < 224 && address[0] != 127;
	return address[0] != 0xff && memcmp(address, zero, 15) != 0; /* neither a group nor :: nor ::1 */
}

/* The header of the transport protocol begins here. */
static unsigned header_length(const uint8_t *packet)
{
	return packet[0] >> 4 == 4 ? 20 : 40;
}

static bool read_header(const uint8_t *packet, uint16_t present, struct tuple *out, uint16_t *length)
{
	if (present < 20)
		return false;
	*out = (struct tuple){.family = packet[0] >> 4};
	if (out->family == 4) {
		*length = word(packet + 2);
		if (packet[0] != 0x45 || *length < 20 || checksum(packet, 20, 0) != 0)
			return false;
		out->protocol = packet[9];
		memcpy(out->source, packet + 12, 4);
		memcpy(out->destination, packet + 16, 4);
	} else if (out->family == 6 && present >= 40) {
		*length = (uint16_t)(40 + word(packet + 4));
		out->protocol = packet[6];
		memcpy(out->source, packet + 8, 16);
		memcpy(out->destination, packet + 24, 16);
	} else {
		return false;
	}
	return *length <= present && host(out->family, out->source) && host(out->family, out->destination) &&
	       memcmp(out->source, out->destination, 16) != 0;
}

static bool is_echo(const struct tuple *tuple)
{
	return tuple->protocol == (tuple->family == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

static bool read_transport(const uint8_t *transport, unsigned length, struct tuple *out,
                           struct reference_segment *segment)
{
	uint8_t request = out->family == 4 ? 8 : 128, reply = out->family == 4 ? 0 : 129;

	if (out->protocol == IPPROTO_UDP) {
		if (length < 8 || word(transport + 4) < 8 || word(transport + 4) > length ||
		    !word(transport + 2))
			return false;
	} else if (out->protocol == IPPROTO_TCP) {
		if (length < 20 || transport[12] >> 4 < 5 || transport[12] >> 4 << 2 > (int)length ||
		    !word(transport) || !word(transport + 2) || !reference_tcp_flags(transport[13]))
			return false;
		*segment = reference_tcp_read(transport, length);
	} else if (is_echo(out)) {
		if (length < 8 || (transport[0] != request && transport[0] != reply) || transport[1] != 0)
			return false;
		out->echo_reply = transport[0] == reply;
		out->source_port = out->echo_reply ? 0 : word(transport + 4);
		out->destination_port = out->echo_reply ? word(transport + 4) : 0;
		return true;
	} else {
		return true;
	}
	out->source_port = word(transport);
	out->destination_port = word(transport + 2);
	return true;
}

static bool same(const struct tuple *a, const struct tuple *b)
{
	return a->interface == b->interface && a->family == b->family && a->protocol == b->protocol &&
	       a->source_port == b->source_port && a->destination_port == b->destination_port &&
	       a->echo_reply == b->echo_reply && memcmp(a->source, b->source, 16) == 0 &&
	       memcmp(a->destination, b->destination, 16) == 0;
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
	back.echo_reply = is_echo(tuple) && !tuple->echo_reply;
	return back;
}

static bool has_port(const struct tuple *tuple)
{
	return tuple->protocol == IPPROTO_UDP || tuple->protocol == IPPROTO_TCP || is_echo(tuple);
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
	     (segment->flags & (REFERENCE_SYN | REFERENCE_ACK)) != REFERENCE_SYN))
		return NULL;
	rule = decide(tuple, destination->interface);
	if (!rule || !rule->allow)
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

/* The answer's packet leaves: one hop less, and the checksum of its header computed anew. */
static bool hop(struct reference_answer *answer)
{
	uint8_t *packet = answer->bytes, *hops = packet + (packet[0] >> 4 == 4 ? 8 : 7);

	if (*hops <= 1)
		return false;
	(*hops)--;
	if (packet[0] >> 4 == 4) {
		put(packet + 10, 0);
		put(packet + 10, checksum(packet, 20, 0));
	}
	return true;
}

/* The sum of what IP adds to the checksum of all but ICMP of IPv4. */
static uint32_t pseudo_header(const uint8_t *packet, unsigned length)
{
	bool ipv4 = packet[0] >> 4 == 4;
	uint8_t protocol = ipv4 ? packet[9] : packet[6];
	uint32_t sum = protocol + length;

	if (protocol == IPPROTO_ICMP)
		return 0;
	for (unsigned i = ipv4 ? 12 : 8; i < header_length(packet); i += 2)
		sum += word(packet + i);
	return sum;
}

/* Where the checksum of a protocol's header is; 0: it has none that covers the addresses or the port. */
static unsigned checksum_at(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

/* Writes an address and a port or identifier, and the checksums that follow from it. */
static void rewrite(uint8_t *packet, uint16_t length, const uint8_t *address, uint16_t port, bool source)
{
	bool ipv4 = packet[0] >> 4 == 4;
	unsigned size = ipv4 ? 4 : 16, header = header_length(packet);
	uint8_t *transport = packet + header, protocol = ipv4 ? packet[9] : packet[6];
	bool echo = protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6;

	/* Source and destination are the header's end. */
	memcpy(packet + header - (source ? 2 * size : size), address, size);
	if (checksum_at(protocol)) {
		uint8_t *sum = transport + checksum_at(protocol);
		bool absent = protocol == IPPROTO_UDP && word(sum) == 0;

		put(transport + (echo ? 4 : source ? 0 : 2), port);
		put(sum, 0);
		if (!absent)
			put(sum,
			    checksum(transport, length - header, pseudo_header(packet, length - header)));
		if (protocol == IPPROTO_UDP && !absent && word(sum) == 0)
			put(sum, 0xffff);
	}
	if (!ipv4)
		return;
	put(packet + 10, 0);
	put(packet + 10, checksum(packet, 20, 0));
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

void reference_receive(uint16_t interface, const uint8_t *packet, uint16_t present,
                       struct reference_answer *answer)
{
	struct reference_segment segment = {0};
	struct reference_flow *flow;
	struct tuple tuple;
	bool back = false;

	*answer = (struct reference_answer){.verdict = REFERENCE_DROP};
	if (!read_header(packet, present, &tuple, &answer->length) ||
	    !read_transport(packet + header_length(packet), answer->length - header_length(packet), &tuple,
	                    &segment))
		return;
	tuple.interface = interface;
	flow = flow_of(&tuple, &segment, &back);
	if (!flow || (tuple.protocol == IPPROTO_TCP && !reference_tcp_pass(&flow->tcp, back, &segment)))
		return;
	memcpy(answer->bytes, packet, answer->length);
	answer->interface = back ? flow->there.interface : flow->to;
	if (answer->interface == REFERENCE_CORE) {
		answer->verdict = REFERENCE_HOST;
		return;
	}
	if (flow->translated && !flow->learned)
		answer->translated = flow;
	if (!hop(answer))
		return;
	answer->verdict = REFERENCE_FORWARD;
	if (!flow->translated || answer->translated)
		return;
	if (back)
		rewrite(answer->bytes, answer->length, flow->there.source, flow->there.source_port, false);
	else
		rewrite(answer->bytes, answer->length, flow->address, flow->back.destination_port, true);
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
	rewrite(answer->bytes, answer->length, flow->address, port, true);
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

bool reference_connection(unsigned index, unsigned end, struct reference_connection *out)
{
	for (unsigned i = 0; i < model.flow_count; i++) {
		const struct reference_flow *flow = &model.flows[i];
		const struct tuple *tuple = end ? &flow->back : &flow->there;

		if (tuple->protocol != IPPROTO_TCP || index-- > 0)
			continue;
		*out = (struct reference_connection){.interface = tuple->interface,
		                                     .family = tuple->family,
		                                     .source_port = tuple->source_port,
		                                     .destination_port = tuple->destination_port,
		                                     .tcp = flow->tcp};
		memcpy(out->source, tuple->source, 16);
		memcpy(out->destination, tuple->destination, 16);
		return tuple->interface != NOWHERE && tuple->interface != REFERENCE_CORE;
	}
	return false;
}

bool reference_transport_checksum(const uint8_t *packet)
{
	bool ipv4 = packet[0] >> 4 == 4;
	uint8_t protocol = ipv4 ? packet[9] : packet[6];
	unsigned header = header_length(packet), length = ipv4 ? word(packet + 2) - header : word(packet + 4);

	if (!checksum_at(protocol) || (ipv4 && protocol == IPPROTO_UDP && word(packet + header + 6) == 0))
		return true;
	return checksum(packet + header, length, pseudo_header(packet, length)) == 0;
}
