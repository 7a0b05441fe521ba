/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_PROBE_H
#define LIB_MESSAGES_PROBE_H

/*
 * Packets that the datapath makes for `ping`, and what came back: messages between mgmtd and the datapath. A probe is one
 * request and its answers; it belongs to the connection that started it. Host byte order, addresses in network order.
 */

#include "lib/flow_filter.h"

#include <stdint.h>

#define PROBES_MAX        32 /* at once */
#define PROBE_LENGTH_MAX  1400
#define PROBE_SECONDS_MAX 10 /* a probe that nobody stops ends after this */

struct message_probe_start {
	uint32_t id;        /* the client's, not 0; names the probe in all that follows */
	uint8_t protocol;   /* ICMP (of either family), TCP or UDP, by IPv4's numbers */
	uint8_t simulate;   /* it is as if it had come in by `interface`; nothing is awaited */
	uint16_t interface; /* of a simulated one */
	uint32_t watch;     /* id of the watch (watch.h) that follows it, 0: none */
	struct ip_address destination;
	struct ip_address source; /* version 0: that of the interface the packet leaves by */
	uint16_t port;            /* of TCP and UDP */
	uint16_t own_port;        /* source port, or identifier of ICMP; 0: chosen */
	uint16_t sequence;        /* of ICMP */
	uint16_t length;          /* bytes of payload, at most PROBE_LENGTH_MAX */
	uint8_t payload[PROBE_LENGTH_MAX];
};

struct message_probe_stop {
	uint32_t id;
};

enum probe_event_kind {
	PROBE_SENT = 1, /* ends and interfaces are set */
	PROBE_REFUSED,  /* text says why nothing was sent; the last one */
	PROBE_REPLY,    /* an echo reply, a datagram, or a connection that was accepted */
	PROBE_DATA,     /* bytes over the connection */
	PROBE_RESET,    /* the other side refuses or breaks off the connection */
	PROBE_CLOSED,   /* it ends it */
	PROBE_ERROR,    /* an ICMP error about the probe, from address[0] */
	PROBE_ENDED,    /* nothing more comes */
};

struct message_probe_event {
	uint32_t id;
	uint32_t kind;         /* enum probe_event_kind */
	struct flow_ends ends; /* of this packet; of ICMP both ports are the identifier */
	uint16_t length;       /* bytes of payload */
	uint8_t icmp_type, icmp_code;
	uint8_t hops; /* TTL or hop limit that was left */
	uint8_t reserved[3];
	uint64_t after_us; /* since it was sent */
	char text[128];
};

#endif
