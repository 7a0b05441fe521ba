/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_forward.h"
#include "datapath/fragment/fragment_judge.h"
#include "datapath/fragment/fragment_rest.h"
#include "datapath/icmp/icmpv6_error.h"
#include "datapath/tcp/relay.h"

/*
 * Whether a packet that is too long for the next link goes on in fragments (C28-028, C28-029). What the host sends does
 * in any case: it has been told the link's MTU, and nobody would hear an error.
 */
static bool may_fragment(const struct worker_state *state, const struct flow_direction *direction,
                         const struct rte_mbuf *mbuf, bool ipv6)
{
	const struct policy_path_mtu *settings = &state->policy->policy.settings->path_mtu;

	if (direction->flags & DIRECTION_FROM_CORE)
		return true;
	if (ipv6)
		return settings->ip6_fragment;
	return settings->ip4_fragment ||
	       !(rte_pktmbuf_mtod(mbuf, const struct rte_ipv4_hdr *)->fragment_offset &
	         RTE_BE16(RTE_IPV4_HDR_DF_FLAG));
}

/* Whether the next link takes the packet; else the reason to drop it, and *edge is set where an error is sent. */
static enum counter check_length(const struct worker_state *state, const struct flow_direction *direction,
                                 struct rte_mbuf *mbuf, bool ipv6, rte_edge_t *edge)
{
	if (rte_pktmbuf_pkt_len(mbuf) <= direction->mtu || may_fragment(state, direction, mbuf, ipv6))
		return COUNTER_COUNT;
	if (ipv6)
		icmp_error_request(mbuf, ICMPV6_ERROR_TOO_BIG, 0, direction->mtu);
	else
		icmp_error_request(mbuf, ICMP_ERROR_UNREACHABLE, ICMP_CODE_FRAGMENTATION_NEEDED,
		                   direction->mtu);
	*edge = FORWARD_ERROR;
	return COUNTER_DROP_MTU;
}

/* COUNTER_COUNT, or the reason to drop; *edge is set where an error is to be sent for it. */
static enum counter check_limits(const struct worker_state *state, const struct flow_direction *direction,
                                 struct rte_mbuf *mbuf, bool ipv6, rte_edge_t *edge)
{
	if (direction->flags & DIRECTION_TO_CORE)
		return COUNTER_COUNT;
	if (direction->flags & DIRECTION_FROM_CORE || forward_hops(mbuf, ipv6) > 1)
		return check_length(state, direction, mbuf, ipv6, edge);
	if (ipv6)
		icmp_error_request(mbuf, ICMPV6_ERROR_TIME_EXCEEDED, ICMPV6_CODE_HOP_LIMIT, 0);
	else
		icmp_error_request(mbuf, ICMP_ERROR_TIME_EXCEEDED, ICMP_CODE_TTL, 0);
	*edge = FORWARD_ERROR;
	return COUNTER_DROP_TTL;
}

static bool translate_ipv6(const struct flow *flow, unsigned direction, struct rte_mbuf *mbuf, bool error)
{
	if (error)
		return nat_ipv6_translate_error(flow, direction, mbuf);
	nat_ipv6_translate(flow, direction, mbuf);
	return true;
}

/* False where an error was damaged on its way. */
static bool translate(const struct flow *flow, const struct flow_direction *direction, struct rte_mbuf *mbuf,
                      bool ipv6, bool error)
{
	struct rte_ipv4_hdr *header;

	if (direction->translation == NAT_NONE)
		return true;
	if (ipv6)
		return translate_ipv6(flow, direction == &flow->direction[1], mbuf, error);
	if (error)
		return nat_translate_error(direction, mbuf);
	header = rte_pktmbuf_mtod(mbuf, struct rte_ipv4_hdr *);
	if (parsed_of(mbuf)->flags & PARSED_FRAGMENT_LATER)
		nat_translate_later(direction, header);
	else
		nat_translate_behind(direction, header, rte_ipv4_hdr_len(header) - sizeof(*header));
	return true;
}

static rte_edge_t to_host(struct rte_mbuf *mbuf)
{
	packet_of(mbuf)->kind = PACKET_TO_HOST;
	return FORWARD_CONTROL;
}

/* To node fragment, which makes frames of pieces for the next hop that struct packet names already. */
static rte_edge_t output_fragments(const struct worker_state *state, struct rte_mbuf *mbuf,
                                   const struct flow_direction *direction, uint8_t ip_version)
{
	struct packet *packet = packet_of(mbuf);

	mbuf->port = direction->port;
	packet->interface = state->ports[direction->port].interface;
	packet->shared_mac = !!(direction->flags & DIRECTION_SHARED_MAC);
	packet->ip_version = ip_version;
	packet->mtu = direction->mtu;
	return FORWARD_FRAGMENT;
}

/* The next hop of IPv6 is not kept in the flow: the policy is asked, which may have lost its way there since. */
static rte_edge_t output_ipv6(struct worker_state *state, struct rte_mbuf *mbuf, const struct flow *flow,
                              struct flow_direction *direction)
{
	const uint8_t *destination =
	    direction == &flow->direction[0] ? flow->addresses.destination : flow->addresses.source;
	uint64_t link = adjacency_link(direction->adjacency);
	const struct worker_port *port = &state->ports[direction->port];
	const struct route *route;
	uint32_t adjacency;
	bool resolved;

	/* As the fast way does: translated flows come here with every packet. */
	if (link & ADJACENCY_RESOLVED && rte_pktmbuf_pkt_len(mbuf) <= direction->mtu) {
		mbuf->port = direction->port;
		ethernet_push(mbuf, link,
		              direction->flags & DIRECTION_SHARED_MAC ? port->shared_source : port->mac,
		              RTE_BE16(RTE_ETHER_TYPE_IPV6));
		return FORWARD_TRANSMIT;
	}
	route = route_lookup_ipv6(state->policy->routes, destination);
	if (!route || route->kind != ROUTE_FORWARD) {
		count(state, COUNTER_DROP_NO_ROUTE, 1);
		return FORWARD_DROP;
	}
	if (rte_pktmbuf_pkt_len(mbuf) > direction->mtu) {
		memcpy(packet_of(mbuf)->next_hop_ipv6, ipv6_next_hop(route, destination),
		       sizeof(packet_of(mbuf)->next_hop_ipv6));
		return output_fragments(state, mbuf, direction, 6);
	}
	resolved = ipv6_output_resolve(state, mbuf, direction->port, ipv6_next_hop(route, destination),
	                               direction->flags & DIRECTION_SHARED_MAC, &adjacency);
	direction->adjacency = adjacency;
	return resolved ? FORWARD_TRANSMIT : FORWARD_CONTROL;
}

static rte_edge_t output(struct worker_state *state, struct rte_mbuf *mbuf, const struct flow *flow,
                         struct flow_direction *direction, bool ipv6)
{
	uint32_t adjacency = direction->adjacency;
	bool resolved;

	if (!(direction->flags & DIRECTION_FROM_CORE))
		forward_hop(state, mbuf, ipv6);
	if (ipv6)
		return output_ipv6(state, mbuf, flow, direction);
	if (rte_pktmbuf_pkt_len(mbuf) > direction->mtu) {
		packet_of(mbuf)->next_hop = flow->next_hop[direction != &flow->direction[0]];
		return output_fragments(state, mbuf, direction, 4);
	}
	resolved = ipv4_output_resolve(state, mbuf, direction->port,
	                               flow->next_hop[direction != &flow->direction[0]],
	                               direction->flags & DIRECTION_SHARED_MAC, &adjacency);
	direction->adjacency = adjacency;
	return resolved ? FORWARD_TRANSMIT : FORWARD_CONTROL;
}

/* What the flow says of the packet, or of the first fragment of its packet. */
static enum counter admit(struct worker_state *state, struct rte_mbuf *mbuf, bool *again)
{
	*again = false;
	if (!(parsed_of(mbuf)->flags & PARSED_FRAGMENT_LATER) || !fragment_rest_dropped(state, mbuf))
		return flow_admit(state, mbuf, again);
	fragment_refused(state, mbuf);
	return COUNTER_DROP_FRAGMENT_REFUSED_PACKET;
}

rte_edge_t flow_forward_special(struct worker_state *state, struct rte_mbuf *mbuf)
{
	const struct packet *packet = packet_of(mbuf);
	struct flow *flow = flow_at(state->flows, packet->flow);
	struct flow_direction *direction = &flow->direction[packet->direction];
	bool ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6;
	bool error = parsed_of(mbuf)->flags & PARSED_ICMP_ERROR, again;
	rte_edge_t edge = FORWARD_DROP;
	enum counter reason = admit(state, mbuf, &again);

	if (again)
		return FORWARD_SETUP;
	if (reason == COUNTER_COUNT)
		reason = check_limits(state, direction, mbuf, ipv6, &edge);
	if (reason == COUNTER_COUNT && !translate(flow, direction, mbuf, ipv6, error))
		reason = COUNTER_DROP_ICMP_CHECKSUM;
	if ((parsed_of(mbuf)->flags & (PARSED_FRAGMENT | PARSED_FRAGMENT_LATER)) == PARSED_FRAGMENT)
		fragment_rest_decide(state, mbuf, reason != COUNTER_COUNT);
	if (reason != COUNTER_COUNT) {
		count(state, reason, 1);
		if (edge == FORWARD_ERROR)
			tcp_relay_undo(flow, mbuf);
		return edge;
	}
	if (!error)
		forward_account(state, direction, mbuf);
	if (direction->flags & DIRECTION_TO_CORE)
		return to_host(mbuf);
	return output(state, mbuf, flow, direction, ipv6);
}
