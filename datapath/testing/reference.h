/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_TESTING_REFERENCE_H
#define DATAPATH_TESTING_REFERENCE_H

/*
 * What the flow engine has to do, said in the slowest and plainest way, for the network of fixture_ipv6.h: a list of
 * rules read from the top, a list of flows read from the top, checksums computed over everything. It shares no code
 * with the engine, and knows UDP, TCP (reference_tcp.h), echo, ICMP errors and protocols without ports, behind IP
 * options and extension headers too; no fragments (test_flow_reference_fragments.h). One thread.
 */

#include "datapath/testing/reference_tcp.h"

#define REFERENCE_ANY  0     /* as an interface of a rule */
#define REFERENCE_CORE 65535 /* the firewall itself */

struct reference_rule {
	uint16_t from, to;                      /* interface, REFERENCE_ANY, REFERENCE_CORE */
	uint8_t family;                         /* 4 or 6 */
	uint8_t destination[16], prefix_length; /* IPv4 in the first four bytes; length 0 for all */
	uint8_t protocol;                       /* 0: all */
	uint16_t port_first, port_last;         /* of the destination; only with UDP and TCP */
	bool allow, translate; /* translate: the source to the shared address of the way out */
};

enum reference_verdict { REFERENCE_DROP, REFERENCE_FORWARD, REFERENCE_HOST };

struct reference_answer {
	enum reference_verdict verdict;
	uint16_t interface; /* out by this */
	uint16_t length;
	uint8_t
	    bytes[2048]; /* of the IP packet that leaves; a translated port is not known before it is seen */
	struct reference_flow *translated; /* set where this packet's source port was chosen by the engine */
	unsigned port_at;                  /* where in the bytes that port (or identifier) stands */
};

/* Forgets flows and rules. */
void reference_reset(void);
void reference_rule(const struct reference_rule *rule);
/* An IP packet came in by the interface, in a frame for one of its addresses; present: bytes of it and of padding. */
void reference_receive(uint16_t interface, const uint8_t *packet, uint16_t present,
                       struct reference_answer *answer);
/*
 * The engine translated the packet's source port (or echo identifier) to this one, in host byte order: completes the
 * answer. False where that is wrong: below 1024, or in use towards the same destination.
 */
bool reference_learn(struct reference_answer *answer, uint16_t port);
/* A flow's translated port (or identifier) and that of the other end; false where there is none at that index. */
bool reference_translation(unsigned index, uint8_t family, uint8_t protocol, uint16_t *port,
                           uint16_t *remote_port);
/* One end of a flow: what its packets look like where they come in, and what is known of a connection. */
struct reference_end {
	uint16_t interface;
	uint8_t family, protocol;
	uint8_t source[16], destination[16];
	/* Of an echo request the identifier is the source's, of its answer the destination's, and the other one 0. */
	uint16_t source_port, destination_port;
	bool echo_reply;
	struct reference_tcp tcp;
};
/*
 * end: 0 for who opened it; protocol: 0 for any. False where there is no flow at that index, or the end's packets come
 * in by no interface, or by none yet.
 */
bool reference_end(unsigned index, unsigned end, uint8_t protocol, struct reference_end *out);
/* The checksum of UDP, TCP or echo is right, or absent where UDP over IPv4 may leave it out. */
bool reference_transport_checksum(const uint8_t *packet);

#endif
