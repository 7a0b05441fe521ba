/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_CAPTURE_FILTER_H
#define LIB_CAPTURE_FILTER_H

/*
 * Which packets a capture takes (C02-140): mgmtd writes the filter, the datapath's workers ask it. All kinds that have
 * elements must match, of each kind one element. Pure functions, any thread.
 */

#include "lib/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CAPTURE_NUMBERS_MAX   32 /* ports or protocols of a kind, a range is one */
#define CAPTURE_ADDRESSES_MAX 32 /* ranges of addresses of a kind */
#define CAPTURE_MACS_MAX      16

enum capture_side { CAPTURE_EITHER, CAPTURE_SOURCE, CAPTURE_DESTINATION, CAPTURE_SIDES };

/* count 0: everything matches. Numbers in host byte order, both ends of a range included. */
struct capture_numbers {
	uint32_t count;
	struct {
		uint16_t first, last;
	} range[CAPTURE_NUMBERS_MAX];
};

struct capture_addresses {
	uint32_t count;
	struct ip_range range[CAPTURE_ADDRESSES_MAX];
};

struct capture_macs {
	uint32_t count;
	struct mac_address mac[CAPTURE_MACS_MAX];
};

struct capture_filter {
	struct capture_numbers protocol;
	struct capture_numbers
	    port[CAPTURE_SIDES]; /* of TCP, UDP and SCTP; not of later fragments, which have none */
	struct capture_addresses address[CAPTURE_SIDES];
	struct capture_macs mac[CAPTURE_SIDES];
};

/* What the filter looks at; also where the text of a packet begins. */
struct capture_headers {
	bool is_ip;
	bool has_ports;
	uint8_t protocol; /* behind the extension headers of IPv6 */
	bool later_fragment;
	uint16_t ethertype; /* behind VLAN tags; host byte order */
	uint32_t network;   /* where the network header starts, bytes */
	uint32_t transport; /* where the transport header starts; meaningless where !is_ip */
	uint16_t port[2];   /* source, destination; host byte order */
	struct ip_address address[2];
	struct mac_address mac[2];
};

/* Reads a frame of which length bytes are there. False where it is shorter than an Ethernet header. */
bool capture_headers_read(const uint8_t *frame, size_t length, struct capture_headers *out);
/* Counts are within the arrays, ranges do not end before they begin: what comes from another process. */
bool capture_filter_is_valid(const struct capture_filter *filter);
/* No kind has elements. */
bool capture_filter_is_empty(const struct capture_filter *filter);
/* Whether the frame, of which length bytes are there, matches. The filter must be valid. */
bool capture_filter_matches(const struct capture_filter *filter, const uint8_t *frame, size_t length);
/* The same where the headers have been read. */
bool capture_filter_matches_headers(const struct capture_filter *filter,
                                    const struct capture_headers *headers);

#endif
