/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/icmp/icmp_return.h"

#include "datapath/blacklist/blacklist.h"
#include "datapath/event/event.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/tcp/relay.h"

#include <netinet/in.h>
#include <rte_icmp.h>

#define ICMP_HEADER  8
#define IPV6_MTU_MIN 1280 /* RFC 8200 5 */

uint32_t icmp_message_offset(struct rte_mbuf *mbuf, bool ipv6)
{
	return ipv6 ? packet_of(mbuf)->transport
	            : (uint32_t)rte_ipv4_hdr_len(rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *));
}

bool icmp_checksum_valid(struct rte_mbuf *mbuf, bool ipv6)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t offset = icmp_message_offset(mbuf, ipv6), length = rte_pktmbuf_data_len(mbuf) - offset;

	/* No host makes errors that a frame of a usual size does not hold (RFC 1812 4.3.2.3). */
	if (mbuf->nb_segs != 1)
		return false;
	if (ipv6)
		return ipv6_checksum(ip, ip + offset, (uint16_t)length, IPPROTO_ICMPV6) == 0;
	return rte_raw_cksum(ip + offset, length) == 0xffff;
}

/* As rule_match judges one service. Host byte order. */
static bool service_holds(const struct policy_service *service, const struct flow_key *key)
{
	uint16_t source = rte_be_to_cpu_16(key->source_port),
	         destination = rte_be_to_cpu_16(key->destination_port);

	if (key->protocol < service->protocol_first || key->protocol > service->protocol_last)
		return false;
	switch (key->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_SCTP:
	case IPPROTO_UDPLITE:
		return source >= service->source_ports.first && source <= service->source_ports.last &&
		       destination >= service->destination_ports.first &&
		       destination <= service->destination_ports.last;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return flow_icmp_type(key) >= service->icmp_type_first &&
		       flow_icmp_type(key) <= service->icmp_type_last &&
		       flow_icmp_code(key) >= service->icmp_code_first &&
		       flow_icmp_code(key) <= service->icmp_code_last;
	default:
		return true;
	}
}

bool icmp_return_named(const struct policy *policy, uint32_t rule, const struct flow_key *key)
{
	struct policy_slice slice = policy->rules[rule].services;

	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		const struct policy_service *service = &policy->services[i];

		if (service->protocol_first == service->protocol_last && service_holds(service, key))
			return true;
	}
	return false;
}

/*
 * The rule is looked for anew: it is asked seldom, and a flow that a takeover brought here knows none. A flow that no
 * rule allows any more is about to end.
 */
static bool service_passes(const struct worker_state *state, const struct flow *flow)
{
	const struct flow_key *key = &flow->direction[0].key;
	const struct policy *policy = &state->policy->policy;
	struct flow_decision decision;
	struct policy_slice slice;

	if (flow_decide(state, key, key->family == FLOW_IPV6 ? &flow->addresses : NULL, &decision) !=
	        COUNTER_COUNT ||
	    decision.rule == RULE_NONE)
		return false;
	slice = policy->rules[decision.rule].services;
	for (uint32_t i = slice.first; i < slice.first + slice.count; i++) {
		if (policy->services[i].pass_icmp_return && service_holds(&policy->services[i], key))
			return true;
	}
	return false;
}

/* Tells of an error; the packet within is one of this flow's, and its key turned round. */
static void tell(struct worker_state *state, struct rte_mbuf *mbuf, const struct flow *flow, bool passed)
{
	const struct packet *packet = packet_of(mbuf);
	const struct flow_key *key = &parsed_of(mbuf)->key;
	bool ipv6 = key->family == FLOW_IPV6;
	enum event_kind kind = ipv6 ? EVENT_PACKET_TOO_BIG_DROPPED : EVENT_FRAGMENTATION_NEEDED_DROPPED;
	struct event event = event_about(passed ? kind - 1 : kind, packet->interface, mbuf);
	rte_be32_t mtu;

	memcpy(&mtu, rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, icmp_message_offset(mbuf, ipv6) + 4),
	       sizeof(mtu));
	event.mtu = rte_be_to_cpu_32(mtu) & (ipv6 ? UINT32_MAX : UINT16_MAX);
	event.about_protocol = key->protocol;
	event.about_ports[0] = rte_be_to_cpu_16(key->destination_port);
	event.about_ports[1] = rte_be_to_cpu_16(key->source_port);
	event.about_source = ip_address_from_ip4(rte_be_to_cpu_32(key->destination));
	event.about_destination = ip_address_from_ip4(rte_be_to_cpu_32(key->source));
	if (ipv6) {
		const struct flow_addresses *ends = &flow->addresses;

		event.about_source.version = event.about_destination.version = 6;
		memcpy(event.about_source.bytes, packet->direction ? ends->source : ends->destination, 16);
		memcpy(event.about_destination.bytes, packet->direction ? ends->destination : ends->source,
		       16);
	}
	event_emit(state, &event);
}

static bool settings_pass(struct worker_state *state, struct rte_mbuf *mbuf, const struct flow *flow,
                          enum policy_icmp_return setting)
{
	bool obey = setting == POLICY_ICMP_OBEY_SERVICE || setting == POLICY_ICMP_OBEY_SERVICE_LOG;
	bool pass = obey ? service_passes(state, flow)
	                 : setting == POLICY_ICMP_ALWAYS_ALLOW || setting == POLICY_ICMP_ALWAYS_ALLOW_LOG;

	if (setting == POLICY_ICMP_ALWAYS_ALLOW_LOG || setting == POLICY_ICMP_OBEY_SERVICE_LOG ||
	    setting == POLICY_ICMP_DROP_LOG)
		tell(state, mbuf, flow, pass);
	return pass;
}

/*
 * Whether the segment that an error is about can be on its way: no more than a window before what its sender has sent
 * (RFC 5927 4.1). Only where the flow's numbers are known; of a relayed flow they are the server's.
 */
static bool segment_is_known(const struct worker_state *state, struct rte_mbuf *mbuf, const struct flow *flow,
                             bool ipv6)
{
	const struct packet *packet = packet_of(mbuf);
	const struct flow_direction *sender = &flow->direction[!packet->direction];
	const uint8_t *inner =
	    rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, icmp_message_offset(mbuf, ipv6) + ICMP_HEADER);
	rte_be32_t number;
	uint32_t age;

	/* Behind IPv6 extension headers nobody looks here: the ports have named the flow. */
	if (flow->state == FLOW_STATELESS || flow->tcp & TCP_UNSEEN_BOTH ||
	    (ipv6 && inner[6] != IPPROTO_TCP) ||
	    state->policy->policy.settings->tcp.sequences == POLICY_SEQUENCES_IGNORE)
		return true;
	inner += ipv6 ? sizeof(struct rte_ipv6_hdr) : (size_t)(*inner & 0x0f) << 2;
	memcpy(&number, inner + 4, sizeof(number));
	age = sender->sequence_end - rte_be_to_cpu_32(number);
	return age <= tcp_largest_window(&flow->direction[packet->direction]) + TCP_ACKNOWLEDGED_BACK;
}

/*
 * Linux behind the host interfaces heeds no path MTU of IPv6 below 1280; it goes down to the minimum where an error
 * tells of less (C28-025).
 */
static void raise_to_minimum(const struct worker_state *state, struct rte_mbuf *mbuf)
{
	uint32_t offset = icmp_message_offset(mbuf, true),
	         minimum = state->policy->policy.settings->path_mtu.ip6_minimum;
	uint8_t *ip = rte_pktmbuf_mtod(mbuf, uint8_t *);
	struct rte_icmp_hdr *message = (struct rte_icmp_hdr *)(ip + offset);
	rte_be32_t mtu;

	minimum = RTE_MAX(minimum, (uint32_t)IPV6_MTU_MIN);
	memcpy(&mtu, ip + offset + 4, sizeof(mtu));
	if (message->icmp_type != ICMPV6_ERROR_TOO_BIG || rte_be_to_cpu_32(mtu) >= minimum)
		return;
	mtu = rte_cpu_to_be_32(minimum);
	memcpy(ip + offset + 4, &mtu, sizeof(mtu));
	message->icmp_cksum = 0;
	message->icmp_cksum =
	    ipv6_checksum(ip, message, (uint16_t)(rte_pktmbuf_data_len(mbuf) - offset), IPPROTO_ICMPV6);
}

enum counter icmp_return_admit(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct packet *packet = packet_of(mbuf);
	const struct flow *flow = flow_at(state->flows, packet->flow);
	const struct policy_path_mtu *settings = &state->policy->policy.settings->path_mtu;
	bool ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6;
	const uint8_t *message;

	if (!icmp_checksum_valid(mbuf, ipv6))
		return COUNTER_DROP_ICMP_CHECKSUM;
	/* About the flow of others. */
	if (unlikely(blacklist_any()) && blacklist_refuses_error(state, mbuf))
		return COUNTER_DROP_BLACKLIST;
	tcp_relay_error(flow, packet->direction, mbuf, ipv6);
	if (!segment_is_known(state, mbuf, flow, ipv6))
		return COUNTER_DROP_ICMP_WINDOW;
	if (ipv6 && flow->direction[packet->direction].flags & DIRECTION_TO_CORE)
		raise_to_minimum(state, mbuf);
	if (flow->local)
		return COUNTER_COUNT;
	message = rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, icmp_message_offset(mbuf, ipv6));
	if (ipv6)
		return message[0] != ICMPV6_ERROR_TOO_BIG ||
		               settings_pass(state, mbuf, flow, settings->ip6_packet_too_big)
		           ? COUNTER_COUNT
		           : COUNTER_DROP_ICMPV6_TOO_BIG;
	return message[0] != ICMP_ERROR_UNREACHABLE || message[1] != ICMP_CODE_FRAGMENTATION_NEEDED ||
	               settings_pass(state, mbuf, flow, settings->ip4_fragmentation_needed)
	           ? COUNTER_COUNT
	           : COUNTER_DROP_ICMP_FRAGMENTATION_NEEDED;
}

void icmp_return_alone(struct rte_mbuf *mbuf)
{
	struct parsed *parsed = parsed_of(mbuf);
	bool ipv6 = parsed->key.family == FLOW_IPV6;
	const uint8_t *message =
	    rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, icmp_message_offset(mbuf, ipv6));

	parsed->flags = (parsed->flags & ~PARSED_ICMP_ERROR) | PARSED_ICMP_ALONE;
	parsed->key.protocol = ipv6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	parsed->key.source_port = 0;
	parsed->key.destination_port = flow_icmp_port(message[0], message[1]);
	if (ipv6) {
		struct flow_addresses addresses;

		packet_of(mbuf)->addresses = offsetof(struct rte_ipv6_hdr, src_addr);
		addresses = flow_addresses_of(mbuf);
		flow_key_set_ipv6(&parsed->key, &addresses);
	} else {
		const struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *);

		parsed->key.source = ip->src_addr;
		parsed->key.destination = ip->dst_addr;
	}
	parsed->hash = flow_hash(&parsed->key);
}
