/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"

/* TCP beyond an open flow's plain segments. Returns COUNTER_COUNT, or the reason to drop. */
static enum counter track(struct worker_state *state, uint32_t index, unsigned direction,
                          const struct parsed *parsed)
{
	enum flow_state next = flow_tcp_next(flow_at(state->flows, index)->state, direction,
	                                     parsed->tcp_flags, parsed->payload_length);

	if (next == FLOW_STATE_COUNT)
		return COUNTER_DROP_TCP_FLAGS;
	flow_set_state(state, index, next);
	return COUNTER_COUNT;
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
	if (flow->state == FLOW_STATELESS || parsed->flags & PARSED_ICMP_ERROR)
		return COUNTER_COUNT;
	if (flow_tcp_reopens(flow->state, packet->direction, parsed->tcp_flags)) {
		flow_close(state, packet->flow);
		*again = true;
		return COUNTER_COUNT;
	}
	return track(state, packet->flow, packet->direction, parsed);
}
