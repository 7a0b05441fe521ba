/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"
#include "datapath/icmp/icmp_return.h"
#include "datapath/tcp/mss.h"
#include "datapath/tcp/relay.h"
#include "datapath/tcp/segment.h"

/* The size that a SYN announces (TCPSettings). Returns COUNTER_COUNT, or the reason to drop. */
static enum counter limit_mss(const struct worker_state *state, const struct flow *flow,
                              struct rte_mbuf *mbuf, const struct tcp_options *options)
{
	bool ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6;
	uint16_t mtu = RTE_MIN(flow->direction[0].mtu, flow->direction[1].mtu), mss;

	if (!options->mss_at)
		return COUNTER_COUNT;
	mss = tcp_mss_allowed(&state->policy->policy.settings->tcp, options->mss, mtu, ipv6);
	if (!mss)
		return COUNTER_DROP_TCP_MSS;
	if (mss != options->mss)
		tcp_mss_write(tcp_header(mbuf, ipv6), options, mss);
	return COUNTER_COUNT;
}

enum counter flow_admit_syn(const struct worker_state *state, struct rte_mbuf *mbuf)
{
	bool ipv6 = parsed_of(mbuf)->key.family == FLOW_IPV6;
	struct tcp_segment segment;
	struct tcp_options options;
	enum counter reason = tcp_segment_read(mbuf, &segment, &options);

	/* Links only lower a size; none is refused for that. */
	if (reason == COUNTER_COUNT && options.mss_at &&
	    !tcp_mss_allowed(&state->policy->policy.settings->tcp, options.mss, UINT16_MAX, ipv6))
		reason = COUNTER_DROP_TCP_MSS;
	return reason;
}

/* What the numbers of a segment say, as TCPSequenceNumbers wants it. As tcp_track. */
static enum counter judge(struct worker_state *state, struct flow *flow, unsigned direction,
                          const struct tcp_segment *segment, enum flow_state *next)
{
	uint8_t sequences = state->policy->policy.settings->tcp.sequences;
	enum counter reason;

	if (sequences == POLICY_SEQUENCES_IGNORE)
		return tcp_track_states(flow, direction, segment, next);
	reason = tcp_track(flow, direction, segment, next);
	if (sequences == POLICY_SEQUENCES_COUNT && tcp_is_of_numbers(reason)) {
		count(state, COUNTER_TCP_OUT_OF_WINDOW, 1);
		reason = tcp_track_states(flow, direction, segment, next);
	}
	return reason;
}

/* What changed within a state; tcp is what the flow's was. */
static void take_note(struct worker_state *state, struct flow *flow, uint8_t tcp)
{
	if ((tcp ^ flow->tcp) & TCP_UNSEEN_BOTH)
		flow_set_tracking(state, flow);
	/* The second FIN, or a reset behind the first: a node that takes over must know that this is the end. */
	if ((tcp ^ flow->tcp) & (TCP_FIN_BOTH | TCP_RESET))
		flow_mirror_emit(state, flow, RECORD_UPSERT);
}

/* TCP beyond an open flow's plain segments. Returns COUNTER_COUNT, or the reason to drop. */
static enum counter track(struct worker_state *state, struct rte_mbuf *mbuf, uint32_t index,
                          unsigned direction)
{
	struct flow *flow = flow_at(state->flows, index);
	uint8_t tcp = flow->tcp;
	enum flow_state before = (enum flow_state)flow->state, next;
	enum counter reason = COUNTER_COUNT;
	struct tcp_options options;
	struct tcp_segment segment;

	if (flow->tcp & TCP_RELAYED && direction == 0)
		reason = tcp_relay_from_client(flow, mbuf);
	if (reason == COUNTER_COUNT)
		reason = tcp_segment_read(mbuf, &segment, &options);
	if (reason == COUNTER_COUNT)
		reason = limit_mss(state, flow, mbuf, &options);
	if (reason == COUNTER_COUNT)
		reason = judge(state, flow, direction, &segment, &next);
	if (reason == COUNTER_COUNT && flow->tcp & TCP_RELAYED && direction == 1)
		reason = tcp_relay_from_server(state, flow, before, &segment, mbuf);
	if (reason != COUNTER_COUNT)
		return reason;
	if (next != before)
		flow_set_state(state, index, next);
	else
		take_note(state, flow, tcp);
	return COUNTER_COUNT;
}

/* A SYN that begins anew: after the end of a connection, or while a relayed one waits for its server. */
static bool begins_anew(const struct flow *flow, unsigned direction, uint8_t flags)
{
	/* The first SYN of a relayed flow is the firewall's. */
	if (flow->tcp & TCP_RELAYED && flow->state == FLOW_TCP_INIT && direction == 0)
		return !(flow->tcp & TCP_UNSEEN(0)) &&
		       (flags & (RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG)) == RTE_TCP_SYN_FLAG;
	return tcp_reopens(flow, direction, flags);
}

enum counter flow_admit(struct worker_state *state, struct rte_mbuf *mbuf, bool *again)
{
	const struct packet *packet = packet_of(mbuf);
	const struct parsed *parsed = parsed_of(mbuf);
	struct flow *flow = flow_at(state->flows, packet->flow);
	struct flow_direction *direction = &flow->direction[packet->direction];
	enum counter reason;

	/* An earlier packet of the vector has closed it. */
	*again = !flow->used;
	if (*again)
		return COUNTER_COUNT;
	if ((reason = flow_revalidate(state, packet->flow)) != COUNTER_COUNT)
		return reason;
	if (direction->flags & DIRECTION_NEEDS_ACTIVE && !state->forwarding)
		return state->active ? COUNTER_DROP_SUSPENDED : COUNTER_DROP_INACTIVE;
	if (parsed->flags & PARSED_ICMP_ERROR)
		return icmp_return_admit(state, mbuf);
	if (flow->state == FLOW_STATELESS || parsed->flags & PARSED_FRAGMENT_LATER)
		return COUNTER_COUNT;
	if (begins_anew(flow, packet->direction, parsed->tcp_flags)) {
		reason = flow_admit_syn(state, mbuf);
		if (reason != COUNTER_COUNT)
			return reason;
		flow_close(state, packet->flow);
		*again = true;
		return COUNTER_COUNT;
	}
	return track(state, mbuf, packet->flow, packet->direction);
}
