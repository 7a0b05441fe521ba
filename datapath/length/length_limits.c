/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/length/length_limits.h"

#include "datapath/event/event.h"

#include <netinet/in.h>
#include <rte_ip.h>

#define PROTOCOL_FWZ    94 /* Check Point's IP within IP */
#define PROTOCOL_SKIP   57
#define PROTOCOL_OSPF   89
#define PROTOCOL_IPCOMP 108
#define PROTOCOL_L2TP   115

static const struct {
	uint8_t protocol;
	uint8_t at; /* in struct policy_length_limits */
} protocols[] = {
#define LIMIT(protocol, member)                                                                              \
	{                                                                                                    \
		protocol, offsetof(struct policy_length_limits, member)                                      \
	}
    LIMIT(IPPROTO_TCP, tcp),    LIMIT(IPPROTO_UDP, udp),        LIMIT(IPPROTO_UDPLITE, udp),
    LIMIT(IPPROTO_ICMP, icmp),  LIMIT(IPPROTO_ICMPV6, icmp),    LIMIT(IPPROTO_GRE, gre),
    LIMIT(IPPROTO_ESP, esp),    LIMIT(IPPROTO_AH, ah),          LIMIT(PROTOCOL_SKIP, skip),
    LIMIT(PROTOCOL_OSPF, ospf), LIMIT(IPPROTO_IPIP, ipip),      LIMIT(IPPROTO_IPV6, ipip),
    LIMIT(PROTOCOL_FWZ, ipip),  LIMIT(PROTOCOL_IPCOMP, ipcomp), LIMIT(PROTOCOL_L2TP, l2tp),
#undef LIMIT
};

static uint16_t limit(uint16_t number)
{
	return number ? number : UINT16_MAX;
}

void length_limits_set(struct worker_state *state, const struct policy_length_limits *limits)
{
	static const struct policy_length_limits none;

	limits = limits ? limits : &none;
	for (unsigned i = 0; i < RTE_DIM(state->length_limit); i++)
		state->length_limit[i] = limit(limits->other);
	for (unsigned i = 0; i < RTE_DIM(protocols); i++) {
		uint16_t number;

		memcpy(&number, (const uint8_t *)limits + protocols[i].at, sizeof(number));
		state->length_limit[protocols[i].protocol] = limit(number);
	}
	state->log_oversized = limits->log;
	state->plain_length_max = sizeof(struct rte_ipv4_hdr) +
	                          RTE_MIN(state->length_limit[IPPROTO_TCP], state->length_limit[IPPROTO_UDP]);
}

enum counter length_limits_exceeded(struct worker_state *state, const struct rte_mbuf *mbuf,
                                    uint16_t interface)
{
	if (state->log_oversized) {
		struct event event = event_about(EVENT_OVERSIZED_PACKET, interface, mbuf);

		event_emit(state, &event);
	}
	return COUNTER_DROP_OVERSIZED;
}
