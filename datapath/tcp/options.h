/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_OPTIONS_H
#define DATAPATH_TCP_OPTIONS_H

/* The options of a TCP header (RFC 9293 3.1, RFC 7323, RFC 2018). Pure; any thread. */

#include <stdbool.h>
#include <stdint.h>

#define TCP_OPTION_END            0
#define TCP_OPTION_NOTHING        1
#define TCP_OPTION_MSS            2
#define TCP_OPTION_WINDOW_SCALE   3
#define TCP_OPTION_SACK_PERMITTED 4
#define TCP_OPTION_SACK           5
#define TCP_OPTION_TIMESTAMPS     8

#define TCP_NO_SCALE      0xff
#define TCP_SCALE_MAX     14 /* RFC 7323 2.3 */
#define TCP_SACK_EDGE     4  /* bytes */
#define TCP_SACK_BLOCKS   4
#define TCP_HEADER_LENGTH 20

struct tcp_options {
	uint16_t mss;        /* host byte order; 0 where there is none */
	uint8_t mss_at;      /* where its two bytes stand, from the TCP header on */
	uint8_t scale;       /* at most TCP_SCALE_MAX; TCP_NO_SCALE */
	uint8_t sack_at;     /* where the first of the edges stands, from the TCP header on */
	uint8_t sack_blocks; /* two edges each */
	bool sack_permitted;
	bool timestamps;
};

/*
 * Reads the options of a header whose data offset says `header` bytes (at least TCP_HEADER_LENGTH), all of them
 * readable. Returns false where they are none that a TCP sends: a length that is not the option's or goes past the
 * header, an option twice, or one of a SYN in another segment.
 */
bool tcp_options_parse(const uint8_t *tcp, uint32_t header, bool syn, struct tcp_options *out);

#endif
