/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_WATCH_H
#define LIB_MESSAGES_WATCH_H

/*
 * What the datapath tells of packets on their way (`trace`, `rulesnoop`, `ping -verbose`): messages between mgmtd, which
 * starts a watch, and the datapath, whose workers report to it. A watch belongs to the connection that started it, and
 * ends with it. Host byte order, addresses in network order.
 */

#include "lib/flow_filter.h"

#include <stdint.h>

#define WATCHES_MAX       15   /* at once */
#define WATCH_PACKETS_MAX 4000 /* that one watch follows */
#define WATCH_RATE_MAX    10000

enum watch_kind {
	WATCH_RULES = 1, /* decisions about new flows that come in, whatever packets they have */
	WATCH_PACKETS,   /* packets that come in, each through all of the graph */
	WATCH_PROBES,    /* only packets of probes (probe.h) that name the watch */
};

struct message_watch_start {
	uint32_t id;      /* the client's, not 0; names the watch in all that follows */
	uint32_t kind;    /* enum watch_kind */
	uint32_t packets; /* WATCH_PACKETS: so many, 1 to WATCH_PACKETS_MAX */
	uint32_t
	    rate; /* of each worker, a second, 1 to WATCH_RATE_MAX: what is more is left out, and counted */
	struct flow_filter filter; /* its interfaces are those that packets come in by */
};

struct message_watch_stop {
	uint32_t id;
};

/* Answers a start; comes again where more was left out, and as the last of a watch. */
struct message_watch_state {
	uint32_t id;
	int32_t error;  /* of a start: 0 or -errno */
	uint32_t ended; /* nothing more comes */
	uint32_t reserved;
	uint64_t left_out; /* decisions or packets since the start */
};

enum watch_route_kind {
	WATCH_ROUTE_NONE,
	WATCH_ROUTE_FORWARD,
	WATCH_ROUTE_CORE,
	WATCH_ROUTE_NO_HOST, /* a network's own or broadcast address */
};

struct watch_route {
	uint8_t kind; /* enum watch_route_kind */
	uint8_t reserved;
	uint16_t interface;
	uint32_t metric;
	struct ip_range network;
	struct ip_address gateway; /* version 0: none */
};

#define WATCH_FLOW    0x01 /* belongs to a flow now */
#define WATCH_REPLY   0x02 /* goes in the direction of its answers */
#define WATCH_DECIDED 0x04 /* a new flow was asked for: reverse, forward and rule tell what was found */
#define WATCH_FROM_US 0x08 /* the firewall itself sent it: no rules are asked */
#define WATCH_LAST    0x10 /* leaves the graph here */
#define WATCH_ERROR   0x20 /* it is an ICMP error about another packet */

/* A packet in one node of the graph. */
struct watch_event {
	uint32_t id;
	uint32_t packet;  /* 1..; 0: of WATCH_RULES */
	uint64_t time_us; /* since 1970 */
	char node[24];    /* of the graph */
	char drop[32];    /* why it went no further: the name of a counter without "drop/"; "": it did */
	struct flow_ends
	    ends; /* as the node got it; interface[1] once it is known; of an echo port[0] is type * 256 + code, port[1] the identifier */
	struct ip_address after[2]; /* of a flow with translation: as it goes on; else version 0 */
	uint16_t after_port[2];
	uint16_t length; /* of the IP packet, or of the frame where a node has frames; bytes */
	uint8_t worker;
	uint8_t facts;   /* WATCH_... */
	uint8_t control; /* enum packet_kind where it goes to the control thread */
	uint8_t allowed; /* of a rule: its action */
	uint16_t reserved;
	uint32_t rule;       /* of the policy in force, WATCH_NO_RULE */
	uint32_t rule_index; /* as the configuration numbers it */
	char rule_name[64];
	struct watch_route reverse, forward;
};
#define WATCH_NO_RULE UINT32_MAX

#endif
