/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/fragment/fragment_first.h"

#include "datapath/fragment/fragment_judge.h"
#include "datapath/ipv4/ipv4_parse.h"
#include "datapath/ipv6/ipv6_parse.h"

#include <netinet/in.h>
#include <rte_icmp.h>
#include <rte_udp.h>

static bool is_echo(uint8_t version, uint8_t type)
{
	return version == 6 ? type == ICMPV6_ECHO || type == ICMPV6_ECHO_REPLY
	                    : type == RTE_IP_ICMP_ECHO_REQUEST || type == RTE_IP_ICMP_ECHO_REPLY;
}

/* No message but an echo is ever as long as that (C28-016). */
static enum counter check_icmp(struct worker_state *state, const struct fragment *fragment)
{
	uint8_t wanted = fragment_settings(state)->icmp;
	bool drop = wanted == POLICY_UNUSUAL_DROP || wanted == POLICY_UNUSUAL_DROP_LOG;

	if (wanted == POLICY_UNUSUAL_LOG || wanted == POLICY_UNUSUAL_DROP_LOG)
		fragment_tell(state, drop ? EVENT_FRAGMENTED_ICMP_DROPPED : EVENT_FRAGMENTED_ICMP, fragment);
	return drop ? COUNTER_DROP_FRAGMENT_ICMP : COUNTER_COUNT;
}

static enum counter parse(struct rte_mbuf *mbuf, const struct fragment *fragment, struct parsed *out,
                          uint32_t *transport)
{
	const uint8_t *ip = rte_pktmbuf_mtod(mbuf, const uint8_t *);
	uint32_t present = rte_pktmbuf_data_len(mbuf);
	struct ipv6_layout layout = {.transport = 0};
	enum counter reason;

	*transport = fragment->data;
	if (fragment->key.version == 4)
		return ipv4_parse_first(ip, present, fragment->key.interface, out);
	reason = ipv6_parse_first(ip, present, fragment->key.interface, out, &layout);
	*transport = layout.transport;
	packet_of(mbuf)->transport = layout.transport;
	return reason;
}

enum counter fragment_first(struct worker_state *state, struct rte_mbuf *mbuf,
                            const struct fragment *fragment, uint32_t total, struct parsed *out,
                            uint32_t *least)
{
	uint32_t transport;
	enum counter reason = parse(mbuf, fragment, out, &transport);
	uint8_t protocol = fragment->key.version == 4 ? fragment->protocol : out->key.protocol;
	uint8_t icmp = fragment->key.version == 4 ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	*least = 0;
	if (reason == COUNTER_DROP_TRANSPORT_HEADER || transport >= rte_pktmbuf_data_len(mbuf))
		return reason != COUNTER_COUNT ? reason : COUNTER_DROP_TRANSPORT_HEADER;
	if (out->flags & PARSED_ICMP_ERROR)
		protocol = icmp;
	if (protocol == icmp &&
	    !is_echo(fragment->key.version, *rte_pktmbuf_mtod_offset(mbuf, const uint8_t *, transport))) {
		enum counter unusual = check_icmp(state, fragment);

		if (unusual != COUNTER_COUNT)
			return unusual;
		/* An error's receiver must see what it is about, and who translates it the whole of it. */
		if (reason == COUNTER_COUNT && out->flags & (PARSED_ICMP_ERROR | PARSED_ICMP_ALONE))
			return COUNTER_DROP_FRAGMENT_ICMP;
	}
	if (reason != COUNTER_COUNT)
		return reason;
	/* Its answers acknowledge what later fragments carry. */
	if (protocol == IPPROTO_TCP)
		out->payload_length +=
		    RTE_MAX(total ? total : state->length_limit[IPPROTO_TCP], fragment->length) -
		    fragment->length;
	if (protocol == IPPROTO_UDP)
		*least = transport - fragment->data + sizeof(struct rte_udp_hdr) + out->payload_length;
	out->flags |= PARSED_FRAGMENT;
	out->hash = flow_hash(&out->key);
	return COUNTER_COUNT;
}
