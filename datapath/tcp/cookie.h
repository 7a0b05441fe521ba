/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TCP_COOKIE_H
#define DATAPATH_TCP_COOKIE_H

/*
 * SYN cookies (RFC 4987 3.6): the number that the firewall answers a SYN with says all that it has to remember of it,
 * so that a SYN costs no memory. Of its 32 bits 24 are a keyed sum (SipHash-2-4) of both ends, the client's number and
 * the time; eight are what the client offered, masked by the same sum. The key is of the cluster: either node knows the
 * other one's cookies again. Pure but for the key; any thread.
 */

#include <stdbool.h>
#include <stdint.h>

#define TCP_COOKIE_SECONDS 64 /* a cookie is good for one to two of these */

/* Who talks: addresses and ports as in the client's packet, what is not used 0. */
struct tcp_ends {
	uint8_t addresses[32];
	uint16_t ports[2];
	uint16_t interface; /* the client's */
	uint16_t reserved;
};

/* What a client offers with its SYN. A cookie keeps the next lower size and scale of a few. */
struct tcp_offer {
	uint16_t mss;  /* 0: none was said */
	uint8_t scale; /* TCP_NO_SCALE: none */
	bool sack;
};

/* The number to answer a SYN with the number isn with, at that second. */
uint32_t tcp_cookie_make(const struct tcp_ends *ends, uint32_t isn, const struct tcp_offer *offer,
                         uint64_t seconds);
/* Whether a number is one that was made so for isn lately; *offer is what was offered then. */
bool tcp_cookie_check(const struct tcp_ends *ends, uint32_t isn, uint32_t cookie, uint64_t seconds,
                      struct tcp_offer *offer);

/* SipHash-2-4 (Aumasson, Bernstein) of bytes; a multiple of 8. */
uint64_t tcp_siphash(const uint64_t key[2], const void *bytes, uint32_t length);

#endif
