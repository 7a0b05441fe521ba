/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_EVENT_EVENT_H
#define DATAPATH_EVENT_EVENT_H

/*
 * What a worker has to tell people: a record on its ring to the control thread, which writes it into the daemon's log
 * as one line of names and values (C20-002, C20-006). A worker tells EVENTS_RATE a second; what is more is counted
 * under event/lost. One line of EVENTS makes an event.
 */

#include "lib/address.h"

#include <rte_mbuf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENTS_BURST 100 /* at once */
#define EVENTS_RATE  20  /* a second and worker */
#define EVENTS_RING  256

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
	X(ATOMIC_FRAGMENT_DROPPED, "FRAG", "ipv6_atomic_fragment", "drop")

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
};

struct worker_state;

/*
 * About a packet with its data at an IP header that is whole (RTE_IPV4_HDR or RTE_IPV6_HDR bytes are there); the caller
 * may add what it knows. Worker thread.
 */
struct event event_about(enum event_kind kind, uint16_t interface, const struct rte_mbuf *mbuf);
/* Tells it, or counts it as lost. Worker thread; never blocks. */
void event_emit(struct worker_state *state, const struct event *event);

/*
 * The line for people: "FRAG: prio=Warning event=overlapping_fragment iface=if1 srcip=... action=drop". interface is
 * the name of the event's. Pure; any thread.
 */
void event_format(const struct event *event, const char *interface, char *out, size_t size);

/* Writes what waits on the workers' rings into the log. Control thread. */
void event_drain(void);

#endif
