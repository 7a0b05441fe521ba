/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_EVENT_EVENT_H
#define DATAPATH_EVENT_EVENT_H

/*
 * What a worker has to tell people: a record on its ring to the control thread, which writes it into the daemon's log
 * as one line of names and values (C20-002, C20-006). A worker tells EVENTS_RATE a second, besides FLOW_EVENTS_RATE
 * flows that it opens and as many that it refuses; what is more is counted under event/lost. One line of EVENTS makes
 * an event.
 */

#include "lib/policy.h"

#include <rte_mbuf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_BURST 100 /* at once */
#define EVENTS_RATE  20  /* a second and worker */
#define EVENTS_RING  1024

#define FLOW_EVENTS_BURST 300
#define FLOW_EVENTS_RATE  100

/* X(identifier, category, name, action) */
#define EVENTS(X)                                                                                            \
	X(OVERSIZED_PACKET, "LENGTHLIM", "oversized_packet", "drop")                                         \
	X(FRAGMENTATION_NEEDED_PASSED, "ICMP", "fragmentation_needed", "allow")                              \
	X(FRAGMENTATION_NEEDED_DROPPED, "ICMP", "fragmentation_needed", "drop")                              \
	X(PACKET_TOO_BIG_PASSED, "ICMP", "packet_too_big", "allow")                                          \
	X(PACKET_TOO_BIG_DROPPED, "ICMP", "packet_too_big", "drop")                                          \
	X(FRAGMENT_SIZE, "FRAG", "illegal_fragment_size", "drop")                                            \
	X(FRAGMENT_SHORT, "FRAG", "short_fragment", "drop")                                                  \
	X(FRAGMENT_OVERLAP, "FRAG", "overlapping_fragment", "drop")                                          \
	X(FRAGMENT_DUPLICATE, "FRAG", "duplicate_fragment", "drop")                                          \
	X(FRAGMENT_DUPLICATE_DATA, "FRAG", "duplicate_fragment_with_different_data", "drop")                 \
	X(FRAGMENT_ILLEGAL_PACKET, "FRAG", "fragment_of_illegal_packet", "drop")                             \
	X(FRAGMENT_REFUSED_PACKET, "FRAG", "fragment_of_refused_packet", "drop")                             \
	X(FRAGMENT_FAILED_PACKET, "FRAG", "fragment_of_failed_packet", "drop")                               \
	X(REASSEMBLY_TIMEOUT, "FRAG", "reassembly_timeout", "drop")                                          \
	X(REASSEMBLY_RESOURCES, "FRAG", "reassembly_out_of_resources", "drop")                               \
	X(FRAGMENTED_ICMP, "FRAG", "fragmented_icmp", "allow")                                               \
	X(FRAGMENTED_ICMP_DROPPED, "FRAG", "fragmented_icmp", "drop")                                        \
	X(ATOMIC_FRAGMENT, "FRAG", "ipv6_atomic_fragment", "allow")                                          \
	X(ATOMIC_FRAGMENT_DROPPED, "FRAG", "ipv6_atomic_fragment", "drop")                                   \
	X(NO_ROUTE_TO_SOURCE, "RULE", "no_route_to_source", "drop")                                          \
	X(RULE_DROP, "RULE", "ruleset_drop_packet", "drop")                                                  \
	X(RULE_REJECT, "RULE", "ruleset_reject_packet", "reject")                                            \
	X(NO_SOURCE_ROUTE, "ND", "no_source_route_for_packet", "drop")                                       \
	X(THRESHOLD_DROP, "THRESHOLD", "threshold_flow_dropped", "drop")                                     \
	X(THRESHOLD_EXCEEDED, "THRESHOLD", "threshold_exceeded", "allow")                                    \
	X(THRESHOLD_BLACKLIST, "THRESHOLD", "threshold_source_blacklisted", "blacklist")                     \
	X(FLOW_OPEN, "FLOW", "flow_open", "allow")

enum event_kind {
#define X(id, category, name, action) EVENT_##id,
	EVENTS(X)
#undef X
	    EVENT_KIND_COUNT
};

struct event {
	uint16_t kind;      /* enum event_kind */
	uint16_t interface; /* id; POLICY_INTERFACE_CORE: the host sent it */
	uint8_t protocol;
	uint8_t fragment;                          /* the next two say something */
	uint16_t fragment_offset, fragment_length; /* of the IP payload, bytes */
	uint16_t length;                           /* of the IP packet, bytes */
	uint32_t identification;                   /* of the packet that the fragment is of */
	struct ip_address source, destination;
	/* Of an ICMP error: the MTU that it tells, 0: it is none; and the packet that it is about. */
	uint32_t mtu;
	uint8_t about_protocol;
	uint8_t reserved;
	uint16_t about_ports[2]; /* host byte order */
	struct ip_address about_source, about_destination;
	/*
	 * Of what routes and rules decide, and of NO_SOURCE_ROUTE; of FLOW_OPEN about_ is what its answers have as they come in,
	 * of NO_SOURCE_ROUTE about_source is the address that is asked for.
	 */
	uint16_t ports[2]; /* host byte order; ICMP: [0] is its identifier */
	uint8_t icmp_type, icmp_code;
	uint16_t egress;             /* id; FLOW_OPEN: where its answers come in */
	struct mac_address hardware; /* of the sender; zero: not known */
	char rule[POLICY_NAME];      /* "": the default, which follows all others */
	/* Of THRESHOLD_...: positions in the policy. */
	uint16_t threshold_rule, threshold_set;
	uint8_t severity; /* one more than syslog's number; 0: Warning */
	uint8_t quiet;    /* of THRESHOLD_BLACKLIST: it acts, and is not in the log */
	uint8_t reserved2[2];
};

/* An interface as a line names it. */
struct event_place {
	const char *interface;
	const char *zone; /* "n/a": none (C03-021) */
};

struct worker_state;

/*
 * About a packet with its data at an IP header that is whole (RTE_IPV4_HDR or RTE_IPV6_HDR bytes are there); the caller
 * may add what it knows. Worker thread.
 */
struct event event_about(enum event_kind kind, uint16_t interface, const struct rte_mbuf *mbuf);
/* False where event_emit would only count an event of that kind as lost, and it is counted. Worker thread. */
bool event_has_room(struct worker_state *state, enum event_kind kind);
/* Tells it, or counts it as lost. Worker thread; never blocks. */
void event_emit(struct worker_state *state, const struct event *event);

/*
 * The line for people: "FRAG: prio=Warning event=overlapping_fragment iface=if1 srcip=... action=drop". places are those of
 * the event's interface and egress. EVENT_LINE bytes hold any. Pure; any thread.
 */
#define EVENT_LINE 1024
void event_format(const struct event *event, const struct event_place places[2], char *out, size_t size);
/* The same of NO_ROUTE_TO_SOURCE and all that follow it, which event_format calls. */
void event_format_decision(const struct event *event, const struct event_place places[2], const char *name,
                           const char *action, char *out, size_t size);

/* A severity, one more than syslog's number (0: Warning), as logs name it. Any thread. */
const char *event_severity(uint8_t severity);

/* Writes what waits on the workers' rings into the log. Control thread. */
void event_drain(void);
/* Writes an event into the log at once, however many there were. Control thread. */
void event_log(const struct event *event);

#endif
