/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MESSAGES_LOG_H
#define LIB_MESSAGES_LOG_H

/* What daemons log, on its way to receivers of logs: daemons -> hadrian-log, at PATH_LOG_SOCKET. */

#include "lib/address.h"

#include <stdint.h>

#define LOG_RECEIVERS_MAX  8
#define LOG_EXCEPTIONS_MAX 32
#define LOG_TEXT_MAX       1600
#define LOG_SEVERITIES_ALL 0xff
#define LOG_COMMUNITY_MAX  64

/* What a daemon knows of this node's activity when it logs. */
enum log_activity { LOG_ACTIVITY_UNKNOWN, LOG_ACTIVITY_INACTIVE, LOG_ACTIVITY_ACTIVE };

/* MESSAGE_LOG_LINE: followed by the text, without a NUL byte. */
struct message_log_line {
	uint64_t time_us; /* CLOCK_REALTIME */
	uint32_t lost;    /* lines of this program before it that did not get here */
	uint8_t severity; /* as of syslog(3) */
	uint8_t activity; /* enum log_activity */
	uint16_t event;   /* enum log_event, LOG_EVENT_NONE: the text tells */
	char program[24];
	char interface[16]; /* that the event is about; "": none */
};

struct message_log_exception {
	uint32_t number;    /* of the event it is about; 0: any */
	uint8_t severities; /* bit n: of severity n; 0: any */
	uint8_t include;    /* what it catches is sent, else it is not */
	uint8_t reserved[2];
	char categories[96]; /* "ARP,-VALIDATE": all of them must hold; "": any */
};

enum log_receiver_kind {
	LOG_RECEIVER_SYSLOG,
	LOG_RECEIVER_GENERIC_TRAPS, /* each message is a hadrianGenericTrap */
	LOG_RECEIVER_OWN_TRAPS,     /* events that have a notification of their own, and nothing else */
	LOG_RECEIVER_KINDS
};

struct message_log_receiver {
	char name[64];
	char community[LOG_COMMUNITY_MAX + 1]; /* of traps, a secret; "": without it nothing is sent */
	struct ip_address address;
	uint32_t rate; /* messages a second */
	uint16_t port;
	uint8_t facility;   /* as of syslog(3), without its shift */
	uint8_t severities; /* bit n: of severity n */
	uint8_t kind;       /* enum log_receiver_kind */
	uint8_t reserved[3];
	uint32_t exception_count;
	struct message_log_exception exceptions[LOG_EXCEPTIONS_MAX]; /* the first that fits decides */
};

/* What traps say of the node that sends them. */
struct message_log_node {
	char system[64];    /* its name */
	uint8_t cluster_id; /* 0: standalone */
	uint8_t role;       /* 0: standalone, 1: master, 2: slave */
	uint8_t reserved[2];
};

/* MESSAGE_LOG_RECEIVERS: as many receivers follow; all there are. */
struct message_log_receivers {
	uint32_t count;
	struct message_log_node node;
};

/* MESSAGE_LOG_COUNTS, to mgmtd where they have changed, once a second at most: as many follow, in the receivers' order. */
struct message_log_count {
	uint64_t sent;
	uint64_t limited; /* more than the rate */
	uint64_t failed;  /* there is no way to the receiver now */
	uint64_t refused; /* its host told that nobody listens */
};

struct message_log_counts {
	uint64_t lost; /* on the way from daemons to hadrian-log */
	uint32_t count;
	uint32_t reserved;
};

#endif
