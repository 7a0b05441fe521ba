/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TESTING_REFERENCE_TCP_H
#define DATAPATH_TESTING_REFERENCE_TCP_H

/*
 * A connection as the reference model sees it pass by (docs/tcp.md): what each end has sent, and how far it lets the
 * other one go. All numbers are those of the segments, in host byte order, and are compared as RFC 9293 3.4 has it.
 */

#include <stdbool.h>
#include <stdint.h>

#define REFERENCE_FIN 0x01
#define REFERENCE_SYN 0x02
#define REFERENCE_RST 0x04
#define REFERENCE_ACK 0x10

/* What an acknowledgement may lie behind besides a window. */
#define REFERENCE_ACK_BEHIND 66000

/* TCPMSSMin, and TCPMSSOnLow is Drop. */
#define REFERENCE_MSS_MIN 536

struct reference_segment {
	uint32_t sequence, acknowledged, window, payload;
	uint8_t flags;
	bool scales; /* a SYN that offers a window scale: this one */
	uint8_t scale;
	bool refused; /* a SYN whose options cannot be read, or with a segment size below REFERENCE_MSS_MIN */
};

struct reference_tcp_end {
	uint32_t sent;    /* one past the last number that it has sent */
	uint32_t allowed; /* to the other end: the furthest acknowledgement with its window */
	uint8_t scale;
	bool finished;
};

struct reference_tcp {
	enum reference_tcp_state {
		REFERENCE_TCP_NOTHING, /* no SYN has passed */
		REFERENCE_TCP_SYN_SENT,
		REFERENCE_TCP_ANSWERED, /* the server's SYN has passed, the client has not acknowledged it */
		REFERENCE_TCP_OPEN,
		REFERENCE_TCP_CLOSING
	} state;
	bool reset;
	bool refused; /* reset before the server answered: nobody knows a number of his */
	bool offered; /* the client's SYN had a window scale */
	uint32_t syn_window;
	struct reference_tcp_end end[2]; /* the client, the server */
};

/* Whether any TCP sends these. */
bool reference_tcp_flags(uint8_t flags);
/* A TCP header with what is behind it, length bytes, whose own length is right. */
struct reference_segment reference_tcp_read(const uint8_t *tcp, unsigned length);
/* The largest window that an end can offer. */
uint32_t reference_tcp_window(const struct reference_tcp_end *end);
/* Whether a segment of that end passes; the connection has then taken it. */
bool reference_tcp_pass(struct reference_tcp *tcp, unsigned end, const struct reference_segment *segment);
/* Whether a segment of that end begins another connection in place of this one. */
bool reference_tcp_anew(const struct reference_tcp *tcp, unsigned end,
                        const struct reference_segment *segment);

#endif
