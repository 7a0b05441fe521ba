/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_SEQUENCE_H
#define DATAPATH_TCP_SEQUENCE_H

/*
 * The state of a TCP flow and its sequence numbers (C07-017, RFC 9293; the bounds are those of Guido van Rooij's "Real
 * stateful TCP packet filtering in IP Filter").
 *
 * For each direction its line of the flow holds how far its sender has come (sequence_end) and how far he lets the
 * other one go (sequence_granted: the highest acknowledgement and window). A segment is good where
 *
 *   its data ends no further than the other side has granted, give or take the byte of a window probe,
 *   it is no older than a window before what its sender has sent already,
 *   it acknowledges no more than the other side has sent,
 *   and not less than a window before that.
 *
 * "A window" for the lower bounds is the largest that the scale allows: what is older than what was sent is judged by
 * the receiver, and nothing of it opens a way. Both lines of a flow are hot where packets go both ways; no other is
 * touched. Worker thread.
 */

#include "datapath/flow/flow_table.h"
#include "datapath/tcp/options.h"

#include <rte_tcp.h>

/* struct flow, tcp */
#define TCP_UNSEEN(direction) (0x01 << (direction)) /* taken over: its numbers are not known yet */
#define TCP_UNSEEN_BOTH       0x03
#define TCP_FIN(direction)    (0x04 << (direction)) /* sent */
#define TCP_FIN_BOTH          0x0c
#define TCP_RESET             0x10 /* ended by a RST */
#define TCP_SCALED            0x20 /* both windows' scales are known; while FLOW_TCP_INIT: the client has offered one */
#define TCP_RELAYED           0x40 /* the handshake was the firewall's, datapath/tcp/relay.h */

/* What an acknowledgement may lie behind by more than a window (Rooij, 66000 bytes: one window and the segment). */
#define TCP_ACKNOWLEDGED_BACK 66000

/* A segment as the state machine sees it; host byte order. */
struct tcp_segment {
	uint32_t sequence, acknowledged;
	uint16_t window;
	uint16_t payload;
	uint8_t flags;
	uint8_t scale; /* of a SYN: that it offers, or TCP_NO_SCALE */
};

static inline uint32_t tcp_largest_window(const struct flow_direction *direction)
{
	return UINT32_C(0x10000) << direction->window_scale;
}

/* The later one of two numbers. */
static inline uint32_t tcp_later(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0 ? a : b;
}

/*
 * Whether a plain segment of an open flow (no SYN, FIN, RST; its data ends at end) is within the bounds; takes its
 * numbers if so. sender, receiver: the flow's directions.
 */
static inline bool tcp_sequence_take(struct flow_direction *sender, const struct flow_direction *receiver,
                                     uint32_t end, uint32_t acknowledged, uint16_t window)
{
	uint32_t too_far = receiver->sequence_granted + 1 - end;
	uint32_t too_old = end - sender->sequence_end + tcp_largest_window(receiver);
	uint32_t unsent = receiver->sequence_end - acknowledged;
	uint32_t stale =
	    acknowledged - receiver->sequence_end + tcp_largest_window(sender) + TCP_ACKNOWLEDGED_BACK;

	/* Each is negative where its bound is passed. */
	if (unlikely((int32_t)(too_far | too_old | unsent | stale) < 0))
		return false;
	sender->sequence_end = tcp_later(end, sender->sequence_end);
	sender->sequence_granted =
	    tcp_later(acknowledged + ((uint32_t)window << sender->window_scale), sender->sequence_granted);
	return true;
}

/* The same for a segment at its TCP header. */
static inline bool tcp_sequence_pass(struct flow_direction *sender, const struct flow_direction *receiver,
                                     const struct rte_tcp_hdr *tcp, uint16_t payload)
{
	return tcp_sequence_take(sender, receiver, rte_be_to_cpu_32(tcp->sent_seq) + payload,
	                         rte_be_to_cpu_32(tcp->recv_ack), rte_be_to_cpu_16(tcp->rx_win));
}

/*
 * What a segment of that direction does to a flow whose state is not FLOW_STATELESS. Returns COUNTER_COUNT with *next
 * set to the state that follows and the numbers taken, or the reason to drop it with nothing changed.
 */
enum counter tcp_track(struct flow *flow, unsigned direction, const struct tcp_segment *segment,
                       enum flow_state *next);
/* As tcp_track, without judging numbers (TCPSettings TCPSequenceNumbers=Ignore): states only. */
enum counter tcp_track_states(struct flow *flow, unsigned direction, const struct tcp_segment *segment,
                              enum flow_state *next);
/* Whether a reason to drop comes from numbers alone. */
static inline bool tcp_is_of_numbers(enum counter reason)
{
	return reason == COUNTER_DROP_TCP_SEQUENCE || reason == COUNTER_DROP_TCP_ACKNOWLEDGEMENT ||
	       reason == COUNTER_DROP_TCP_RESET;
}
/* Whether a segment opens a new connection between the ends of one that is over. */
bool tcp_reopens(const struct flow *flow, unsigned direction, uint8_t flags);
/* The numbers of a flow are not this node's: what comes next is believed until both directions agree. */
void tcp_forget_sequences(struct flow *flow);

#endif
