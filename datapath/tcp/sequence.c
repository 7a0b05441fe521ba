/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/tcp/sequence.h"

#define SYN RTE_TCP_SYN_FLAG
#define ACK RTE_TCP_ACK_FLAG
#define FIN RTE_TCP_FIN_FLAG
#define RST RTE_TCP_RST_FLAG

/* Data that a SYN may carry (RFC 7413), which the answer may acknowledge or not. */
#define SYN_DATA_MAX 1460

/* A segment on its way through the state machine. */
struct step {
	struct flow *flow;
	struct flow_direction *sender, *receiver;
	const struct tcp_segment *segment;
	unsigned direction;
	bool numbers; /* they are judged */
	enum flow_state next;
};

static bool between(uint32_t number, uint32_t first, uint32_t last)
{
	return number - first <= last - first;
}

/* One past the last number that a segment takes: SYN and FIN take one each. */
static uint32_t end_of(const struct tcp_segment *segment)
{
	return segment->sequence + segment->payload + !!(segment->flags & SYN) + !!(segment->flags & FIN);
}

/* Whether an answer acknowledges the client's SYN. */
static bool answers_syn(const struct step *step)
{
	uint32_t end = step->receiver->sequence_end;

	return !step->numbers || step->flow->tcp & TCP_UNSEEN(0) ||
	       between(step->segment->acknowledged, end - SYN_DATA_MAX, end);
}

/* --- SYN sent */

/* The first SYN, one sent again, or that of another attempt. */
static void take_syn(struct step *step)
{
	const struct tcp_segment *segment = step->segment;

	step->sender->sequence_end = end_of(segment);
	/* From which number on is known when the server has chosen his: the window alone until then. */
	step->sender->sequence_granted = segment->window;
	step->sender->window_scale = segment->scale == TCP_NO_SCALE ? 0 : segment->scale;
	step->flow->tcp &= ~(TCP_SCALED | TCP_UNSEEN(0));
	if (segment->scale != TCP_NO_SCALE)
		step->flow->tcp |= TCP_SCALED;
}

static enum counter take_syn_ack(struct step *step)
{
	const struct tcp_segment *segment = step->segment;
	struct flow *flow = step->flow;
	uint32_t window = step->receiver->sequence_granted;

	if (!answers_syn(step))
		return COUNTER_DROP_TCP_ACKNOWLEDGEMENT;
	if (flow->tcp & TCP_UNSEEN(0)) {
		step->receiver->sequence_end = segment->acknowledged;
		window = UINT16_MAX;
	}
	step->sender->sequence_end = end_of(segment);
	step->sender->sequence_granted = segment->acknowledged + segment->window;
	step->receiver->sequence_granted = segment->sequence + 1 + window;
	/* RFC 7323 2.2: both or none. */
	if (!(flow->tcp & TCP_SCALED) || segment->scale == TCP_NO_SCALE)
		step->sender->window_scale = step->receiver->window_scale = 0;
	else
		step->sender->window_scale = segment->scale;
	flow->tcp |= TCP_SCALED;
	flow->tcp &= ~TCP_UNSEEN_BOTH;
	step->next = FLOW_TCP_SYN_RECEIVED;
	return COUNTER_COUNT;
}

static enum counter track_init(struct step *step)
{
	uint8_t flags = step->segment->flags;

	if (step->direction == 0) {
		if ((flags & (SYN | ACK)) != SYN)
			return COUNTER_DROP_TCP_STATE;
		take_syn(step);
		return COUNTER_COUNT;
	}
	if ((flags & (SYN | ACK)) == (SYN | ACK))
		return take_syn_ack(step);
	/* An answer to a half-open connection of old (RFC 9293 3.5.1) carries nothing. */
	return flags & (SYN | FIN) || step->segment->payload ? COUNTER_DROP_TCP_STATE : COUNTER_COUNT;
}

/* --- resets */

static enum counter reset_init(struct step *step)
{
	if (step->direction == 1) {
		if (!(step->segment->flags & ACK) || !answers_syn(step))
			return COUNTER_DROP_TCP_RESET;
	} else if (step->numbers && step->segment->sequence != step->sender->sequence_end) {
		/* The client refuses what a half-open connection of old answered: nothing of this one. */
		return COUNTER_COUNT;
	}
	step->flow->tcp |= TCP_RESET;
	step->next = FLOW_TCP_CLOSING;
	return COUNTER_COUNT;
}

/*
 * RFC 5961 3: only the very next number resets. Within the window the receiver challenges, so it passes and changes
 * nothing here; beyond it is dropped.
 */
static enum counter track_reset(struct step *step)
{
	const struct tcp_segment *segment = step->segment;
	uint8_t unseen = step->flow->tcp & TCP_UNSEEN_BOTH;

	if (step->flow->state == FLOW_TCP_INIT)
		return reset_init(step);
	if (step->numbers && !unseen &&
	    (!between(segment->sequence, step->sender->sequence_end - tcp_largest_window(step->receiver),
	              step->receiver->sequence_granted + 1) ||
	     (segment->flags & ACK && (int32_t)(step->receiver->sequence_end - segment->acknowledged) < 0)))
		return COUNTER_DROP_TCP_RESET;
	/* A forged segment and the reset that follows from it must not do it. */
	if (step->numbers && (unseen || segment->sequence != step->sender->sequence_end))
		return COUNTER_COUNT;
	step->flow->tcp |= TCP_RESET;
	step->next = FLOW_TCP_CLOSING;
	return COUNTER_COUNT;
}

/* Whether the handshake ended before the server had answered: nothing of a connection can follow. */
static bool is_refused(const struct flow *flow)
{
	return flow->tcp & TCP_RESET && (flow->tcp & TCP_UNSEEN_BOTH) == TCP_UNSEEN(1);
}

/* --- a SYN where there is a connection */

static enum counter track_syn(struct step *step)
{
	const struct tcp_segment *segment = step->segment;
	struct flow_direction *sender = step->sender, *receiver = step->receiver;
	uint32_t end = end_of(segment);

	/* RFC 5961 4: whatever its number is, the server challenges it. */
	if (step->direction == 0)
		return segment->flags & ACK ? COUNTER_DROP_TCP_STATE : COUNTER_COUNT;
	if (!(segment->flags & ACK))
		return COUNTER_DROP_TCP_STATE;
	if (!step->numbers || step->flow->tcp & TCP_UNSEEN_BOTH)
		return COUNTER_COUNT;
	if (step->flow->state == FLOW_TCP_SYN_RECEIVED && answers_syn(step) &&
	    !(step->flow->tcp & TCP_RELAYED)) {
		/* A server that keeps no state chooses anew each time. */
		receiver->sequence_granted += end - sender->sequence_end;
		sender->sequence_end = end;
		return COUNTER_COUNT;
	}
	if (!between(end, sender->sequence_end - tcp_largest_window(receiver), sender->sequence_end))
		return COUNTER_DROP_TCP_SEQUENCE;
	return COUNTER_COUNT;
}

/* --- numbers of a flow that was taken over */

/*
 * Believes the sender, unless the other direction has been seen too: then both must agree. Who disagrees makes the
 * other one unknown again, so that a forged segment does not decide.
 */
static void pick_up(struct step *step)
{
	const struct tcp_segment *segment = step->segment;
	struct flow_direction *sender = step->sender, *receiver = step->receiver;
	uint32_t end = end_of(segment), acknowledged = segment->acknowledged;
	uint32_t sending = tcp_largest_window(receiver), receiving = tcp_largest_window(sender);
	bool agree = between(acknowledged, receiver->sequence_end - receiving - TCP_ACKNOWLEDGED_BACK,
	                     receiver->sequence_end + receiving) &&
	             between(end, receiver->sequence_granted - 2 * sending - TCP_ACKNOWLEDGED_BACK,
	                     receiver->sequence_granted + 1);

	sender->sequence_end = end;
	sender->sequence_granted = acknowledged + ((uint32_t)segment->window << sender->window_scale);
	step->flow->tcp &= ~TCP_UNSEEN(step->direction);
	if (step->flow->tcp & TCP_UNSEEN_BOTH)
		return;
	if (agree)
		receiver->sequence_end = tcp_later(acknowledged, receiver->sequence_end);
	else
		step->flow->tcp |= TCP_UNSEEN(!step->direction);
}

void tcp_forget_sequences(struct flow *flow)
{
	flow->tcp |= TCP_UNSEEN_BOTH;
	/* Scales that nobody told: the largest, so that nothing good is dropped. */
	if (!(flow->tcp & TCP_SCALED) && flow->state != FLOW_TCP_INIT)
		flow->direction[0].window_scale = flow->direction[1].window_scale = TCP_SCALE_MAX;
}

/* --- connections */

static enum counter check_numbers(struct step *step)
{
	const struct tcp_segment *segment = step->segment;
	struct flow_direction *sender = step->sender;
	const struct flow_direction *receiver = step->receiver;
	uint32_t end = segment->sequence + segment->payload;

	/* Nothing follows a FIN. */
	if (step->flow->tcp & TCP_FIN(step->direction) &&
	    (int32_t)(sender->sequence_end - end_of(segment)) < 0)
		return COUNTER_DROP_TCP_STATE;
	if (!tcp_sequence_take(sender, receiver, end, segment->acknowledged, segment->window))
		return between(segment->acknowledged,
		               receiver->sequence_end - tcp_largest_window(sender) - TCP_ACKNOWLEDGED_BACK,
		               receiver->sequence_end)
		           ? COUNTER_DROP_TCP_SEQUENCE
		           : COUNTER_DROP_TCP_ACKNOWLEDGEMENT;
	if (segment->flags & FIN)
		sender->sequence_end = tcp_later(end + 1, sender->sequence_end);
	return COUNTER_COUNT;
}

static enum flow_state advance(const struct step *step)
{
	const struct tcp_segment *segment = step->segment;

	switch (step->flow->state) {
	case FLOW_TCP_SYN_RECEIVED:
		if (segment->flags & FIN)
			return FLOW_TCP_CLOSING;
		/* Established when the client acknowledges all that the server has sent. */
		if (step->direction == 1 ||
		    (step->numbers && segment->acknowledged != step->receiver->sequence_end))
			return FLOW_TCP_SYN_RECEIVED;
		return segment->payload ? FLOW_TCP_OPEN : FLOW_TCP_NO_DATA;
	case FLOW_TCP_NO_DATA:
	case FLOW_TCP_OPEN:
		if (segment->flags & FIN)
			return FLOW_TCP_CLOSING;
		return segment->payload ? FLOW_TCP_OPEN : (enum flow_state)step->flow->state;
	default:
		return (enum flow_state)step->flow->state;
	}
}

static enum counter track_segment(struct step *step)
{
	enum counter reason;

	if (!(step->segment->flags & ACK))
		return COUNTER_DROP_TCP_FLAGS;
	if (step->numbers && step->flow->tcp & TCP_UNSEEN_BOTH) {
		pick_up(step);
		if (step->flow->tcp & TCP_UNSEEN_BOTH)
			return COUNTER_COUNT;
	} else if (step->numbers && (reason = check_numbers(step)) != COUNTER_COUNT) {
		return reason;
	}
	step->next = advance(step);
	if (step->segment->flags & FIN)
		step->flow->tcp |= TCP_FIN(step->direction);
	return COUNTER_COUNT;
}

static enum counter track(struct flow *flow, unsigned direction, const struct tcp_segment *segment,
                          bool numbers, enum flow_state *next)
{
	struct step step = {.flow = flow,
	                    .sender = &flow->direction[direction],
	                    .receiver = &flow->direction[!direction],
	                    .segment = segment,
	                    .direction = direction,
	                    .numbers = numbers,
	                    .next = (enum flow_state)flow->state};
	enum counter reason;

	if (segment->flags & RST)
		reason = track_reset(&step);
	else if (is_refused(flow))
		reason = COUNTER_DROP_TCP_STATE;
	else if (flow->state == FLOW_TCP_INIT)
		reason = track_init(&step);
	else if (segment->flags & SYN)
		reason = track_syn(&step);
	else
		reason = track_segment(&step);
	*next = step.next;
	return reason;
}

enum counter tcp_track(struct flow *flow, unsigned direction, const struct tcp_segment *segment,
                       enum flow_state *next)
{
	return track(flow, direction, segment, true, next);
}

enum counter tcp_track_states(struct flow *flow, unsigned direction, const struct tcp_segment *segment,
                              enum flow_state *next)
{
	return track(flow, direction, segment, false, next);
}

bool tcp_reopens(const struct flow *flow, unsigned direction, uint8_t flags)
{
	if (flow->state != FLOW_TCP_CLOSING || direction != 0 || (flags & (SYN | ACK)) != SYN)
		return false;
	/* Of a flow that was taken over in its last moments, how it ended may have gone with the node that saw it. */
	return flow->tcp & (TCP_RESET | TCP_UNSEEN_BOTH) || (flow->tcp & TCP_FIN_BOTH) == TCP_FIN_BOTH;
}
