/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/testing/reference_tcp.h"

#define SYN REFERENCE_SYN
#define ACK REFERENCE_ACK
#define FIN REFERENCE_FIN
#define RST REFERENCE_RST

/* A server may leave as much of what came with the SYN unacknowledged. */
#define SYN_DATA 1460

static bool after(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static bool within(uint32_t number, uint32_t first, uint32_t last)
{
	return !after(first, number) && !after(number, last);
}

static uint32_t later(uint32_t a, uint32_t b)
{
	return after(a, b) ? a : b;
}

bool reference_tcp_flags(uint8_t flags)
{
	unsigned number = !!(flags & SYN) + !!(flags & FIN) + !!(flags & RST);

	return number <= 1 && flags & (SYN | RST | ACK);
}

static uint32_t long_word(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* What a SYN offers (RFC 9293 3.1, RFC 7323, RFC 2018). False where it is refused. */
static bool read_options(const uint8_t *tcp, unsigned header, struct reference_segment *segment)
{
	/* Those that have one length only. */
	static const uint8_t lengths[9] = {[2] = 4, [3] = 3, [4] = 2, [8] = 10};
	bool seen[9] = {false};

	for (unsigned at = 20, length; at < header && tcp[at] != 0; at += length) {
		uint8_t kind = tcp[at];

		length = 1;
		if (kind == 1)
			continue;
		if (at + 1 == header || tcp[at + 1] < 2 || at + tcp[at + 1] > header)
			return false;
		length = tcp[at + 1];
		if (kind <= 8) {
			if (seen[kind] || (lengths[kind] && length != lengths[kind]))
				return false;
			seen[kind] = true;
		}
		/* One to four pairs of edges. */
		if (kind == 5 && length != 10 && length != 18 && length != 26 && length != 34)
			return false;
		if (kind == 2 && (tcp[at + 2] << 8 | tcp[at + 3]) < REFERENCE_MSS_MIN)
			return false;
		/* A scale is at most 14 (RFC 7323 2.3). */
		if (kind == 3) {
			segment->scales = true;
			segment->scale = tcp[at + 2] > 14 ? 14 : tcp[at + 2];
		}
	}
	return true;
}

struct reference_segment reference_tcp_read(const uint8_t *tcp, unsigned length)
{
	unsigned header = tcp[12] >> 4 << 2;
	struct reference_segment segment = {.sequence = long_word(tcp + 4),
	                                    .acknowledged = long_word(tcp + 8),
	                                    .window = (uint32_t)(tcp[14] << 8 | tcp[15]),
	                                    .payload = length - header,
	                                    .flags = tcp[13]};

	if (segment.flags & SYN)
		segment.refused = !read_options(tcp, header, &segment);
	return segment;
}

uint32_t reference_tcp_window(const struct reference_tcp_end *end)
{
	return UINT32_C(65536) << end->scale;
}

/* One past the last number that a segment takes. */
static uint32_t end_of(const struct reference_segment *segment)
{
	return segment->sequence + segment->payload + (segment->flags & (SYN | FIN) ? 1 : 0);
}

static bool acknowledges_syn(const struct reference_tcp *tcp, const struct reference_segment *segment)
{
	return within(segment->acknowledged, tcp->end[0].sent - SYN_DATA, tcp->end[0].sent);
}

static void take_syn(struct reference_tcp *tcp, const struct reference_segment *segment)
{
	tcp->state = REFERENCE_TCP_SYN_SENT;
	tcp->end[0] = (struct reference_tcp_end){.sent = end_of(segment), .scale = segment->scale};
	tcp->offered = segment->scales;
	tcp->syn_window = segment->window;
}

static void take_answer(struct reference_tcp *tcp, const struct reference_segment *segment)
{
	tcp->state = REFERENCE_TCP_ANSWERED;
	tcp->end[1] = (struct reference_tcp_end){.sent = end_of(segment),
	                                         .allowed = segment->acknowledged + segment->window,
	                                         .scale = segment->scale};
	tcp->end[0].allowed = segment->sequence + 1 + tcp->syn_window;
	/* Both scale, or none does. */
	if (!tcp->offered || !segment->scales)
		tcp->end[0].scale = tcp->end[1].scale = 0;
}

static bool reset_handshake(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment)
{
	/* The server refuses with an acknowledgement of the SYN. */
	if (end == 1 && (!(segment->flags & ACK) || !acknowledges_syn(tcp, segment)))
		return false;
	/* The client gives up with the very next number; with another it means an older connection. */
	if (end == 0 && segment->sequence != tcp->end[0].sent)
		return true;
	tcp->state = REFERENCE_TCP_CLOSING;
	tcp->reset = tcp->refused = true;
	return true;
}

static bool handshake(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment)
{
	uint8_t flags = segment->flags & (SYN | ACK);

	if (segment->flags & RST)
		return reset_handshake(tcp, end, segment);
	if (end == 0) {
		if (flags != SYN)
			return false;
		take_syn(tcp, segment);
		return true;
	}
	if (flags == (SYN | ACK)) {
		if (!acknowledges_syn(tcp, segment))
			return false;
		take_answer(tcp, segment);
		return true;
	}
	/* Of an older connection the server may say what carries nothing. */
	return !(segment->flags & (SYN | FIN)) && segment->payload == 0;
}

static bool reset(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment)
{
	struct reference_tcp_end *own = &tcp->end[end], *other = &tcp->end[!end];

	if (!within(segment->sequence, own->sent - reference_tcp_window(other), other->allowed + 1) ||
	    (segment->flags & ACK && after(segment->acknowledged, other->sent)))
		return false;
	if (segment->sequence == own->sent) {
		tcp->state = REFERENCE_TCP_CLOSING;
		tcp->reset = true;
	}
	return true;
}

static bool syn_again(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment)
{
	bool acknowledges = segment->flags & ACK;

	/* The server challenges the client's. */
	if (end == 0)
		return !acknowledges;
	if (!acknowledges)
		return false;
	/* A server without a memory of the first one may answer a second one with another number. */
	if (tcp->state == REFERENCE_TCP_ANSWERED && acknowledges_syn(tcp, segment)) {
		tcp->end[0].allowed += end_of(segment) - tcp->end[1].sent;
		tcp->end[1].sent = end_of(segment);
		return true;
	}
	return within(end_of(segment), tcp->end[1].sent - reference_tcp_window(&tcp->end[0]),
	              tcp->end[1].sent);
}

static bool plain(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment)
{
	struct reference_tcp_end *own = &tcp->end[end], *other = &tcp->end[!end];
	uint32_t last = segment->sequence + segment->payload;
	uint32_t oldest_ack = other->sent - reference_tcp_window(own) - REFERENCE_ACK_BEHIND;

	/* Behind a FIN is nothing; a byte beyond the window is a probe. */
	if ((own->finished && after(end_of(segment), own->sent)) ||
	    !within(last, own->sent - reference_tcp_window(other), other->allowed + 1) ||
	    !within(segment->acknowledged, oldest_ack, other->sent))
		return false;
	own->sent = later(own->sent, end_of(segment));
	own->allowed = later(own->allowed, segment->acknowledged + (segment->window << own->scale));
	if (segment->flags & FIN) {
		own->finished = true;
		tcp->state = REFERENCE_TCP_CLOSING;
	} else if (tcp->state == REFERENCE_TCP_ANSWERED && end == 0 && segment->acknowledged == other->sent) {
		tcp->state = REFERENCE_TCP_OPEN;
	}
	return true;
}

bool reference_tcp_pass(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment)
{
	if (segment->refused)
		return false;
	if (tcp->state == REFERENCE_TCP_NOTHING || tcp->state == REFERENCE_TCP_SYN_SENT)
		return handshake(tcp, end, segment);
	/* There is no connection, and no number to judge by. */
	if (tcp->refused)
		return segment->flags & RST;
	if (segment->flags & RST)
		return reset(tcp, end, segment);
	if (segment->flags & SYN)
		return syn_again(tcp, end, segment);
	return plain(tcp, end, segment);
}

bool reference_tcp_anew(const struct reference_tcp *tcp, unsigned end,
                        const struct reference_segment *segment)
{
	bool over = tcp->reset || (tcp->end[0].finished && tcp->end[1].finished);

	return over && end == 0 && !segment->refused && (segment->flags & (SYN | ACK)) == SYN;
}
