/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow.h"

#include <rte_tcp.h>

/*
 * The states that decide about lifetimes and about what may come next (C07-017). Sequence numbers are the
 * ends' business.
 */
enum flow_state flow_tcp_next(enum flow_state state, unsigned direction, uint8_t flags,
                              uint16_t payload_length)
{
	bool syn = flags & RTE_TCP_SYN_FLAG, ack = flags & RTE_TCP_ACK_FLAG;

	switch (state) {
	case FLOW_TCP_INIT:
		if (direction == 0)
			return syn && !ack                ? FLOW_TCP_INIT
			       : flags & RTE_TCP_RST_FLAG ? FLOW_TCP_CLOSING
			                                  : FLOW_STATE_COUNT;
		if (syn)
			return ack ? FLOW_TCP_SYN_RECEIVED : FLOW_STATE_COUNT;
		/* An answer to a half-open connection of old (RFC 9293 3.5.1), or a refusal. */
		return flags & RTE_TCP_RST_FLAG ? FLOW_TCP_CLOSING : FLOW_TCP_INIT;
	case FLOW_TCP_SYN_RECEIVED:
		if (flags & (RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG))
			return FLOW_TCP_CLOSING;
		if (direction == 1 || syn)
			return FLOW_TCP_SYN_RECEIVED;
		return payload_length ? FLOW_TCP_OPEN : FLOW_TCP_NO_DATA;
	case FLOW_TCP_NO_DATA:
	case FLOW_TCP_OPEN:
		if (flags & (RTE_TCP_FIN_FLAG | RTE_TCP_RST_FLAG))
			return FLOW_TCP_CLOSING;
		return payload_length && !syn ? FLOW_TCP_OPEN : state;
	default:
		return state;
	}
}

bool flow_tcp_reopens(enum flow_state state, unsigned direction, uint8_t flags)
{
	return state == FLOW_TCP_CLOSING && direction == 0 &&
	       (flags & (RTE_TCP_SYN_FLAG | RTE_TCP_ACK_FLAG)) == RTE_TCP_SYN_FLAG;
}
