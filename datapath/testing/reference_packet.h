/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TESTING_REFERENCE_PACKET_H
#define DATAPATH_TESTING_REFERENCE_PACKET_H

/* What the reference model reads in a packet, and what it writes into one; of its own files only. */

#include "datapath/testing/reference.h"

/* One direction of a flow as it is seen on the wire. */
struct tuple {
	uint16_t interface;
	uint8_t family, protocol;
	uint8_t source[16], destination[16];
	/* Of an echo: identifier and 0; of its answer: 0 and identifier; of another message: 0, type and code. */
	uint16_t source_port, destination_port;
	bool echo_reply, message;
};

#define REFERENCE_EXTENSIONS_MAX 8 /* headers between that of IPv6 and the transport protocol's */

struct reading {
	struct tuple tuple; /* an error's: that of the answers to the packet that it is about */
	unsigned header;    /* the transport protocol's begins there */
	uint16_t length;    /* of the packet, without padding */
	struct reference_segment segment;
	bool error;
	struct tuple alone;   /* an error's, where that is of no flow */
	const uint8_t *about; /* the packet that it is about, and how much of that is there */
	unsigned about_length;
};

/* False where a packet is one that nobody sends, or of a kind that is not forwarded. Leaves the interface 0. */
bool packet_read(const uint8_t *packet, uint16_t present, struct reading *out);
/* The message of an ICMP error behind its header of eight bytes; the rest of packet_read. */
bool error_read(const uint8_t *about, unsigned length, struct reading *out);
/* The ports of an ICMP message, of which eight bytes are there, to the tuple of what it comes in. */
void packet_read_icmp(const uint8_t *message, struct tuple *tuple);

bool is_icmp(const struct tuple *tuple);
bool has_port(const struct tuple *tuple);
/*
 * Where the transport protocol's header begins, behind options and extension headers, and which protocol it is. False
 * where length bytes have no end of them, or one that does not pass.
 */
bool packet_skip_headers(const uint8_t *packet, unsigned length, unsigned *header, uint8_t *protocol);
/* The same of a packet that has been read. */
unsigned header_length(const uint8_t *packet);
/* Where the checksum of a protocol's header is; 0: it has none that covers the addresses or the port. */
unsigned checksum_at(uint8_t protocol);

uint16_t word(const uint8_t *at);
void put(uint8_t *at, uint16_t value);
/* RFC 1071; 0 over bytes that hold a right checksum. */
uint16_t checksum(const uint8_t *bytes, unsigned length, uint32_t sum);

/* One hop less, and the checksum of its header computed anew. False where none is left. */
bool packet_hop(uint8_t *packet);
/* Writes an address, and the port or identifier if there is one, and the checksums that follow from it. */
void packet_rewrite(uint8_t *packet, uint16_t length, const uint8_t *address, uint16_t port, bool source);
/* The same of an error, in which the packet that it is about went the other way. */
void error_rewrite(uint8_t *packet, uint16_t length, const struct reading *reading, const uint8_t *address,
                   uint16_t port, bool source);
/* Where in an error there stands the port that error_rewrite writes. */
unsigned error_port_at(const uint8_t *packet, const struct reading *reading, bool source);
/* Linux behind the firewall heeds nothing less than 1280 in a packet too big of IPv6. */
void error_raise_mtu(uint8_t *packet, uint16_t length);

#endif
