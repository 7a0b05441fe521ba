/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ARP_NEIGHBOUR_H
#define DATAPATH_ARP_NEIGHBOUR_H

/*
 * The ARP cache (C04-002, C04-012), and that of Neighbour Discovery: next hops of both families with their
 * states, retries and the packets that wait for them. It knows no clock and sends nothing itself: time comes in,
 * and what is to be done goes out through struct neighbour_actions, so that it can be tested alone. Control thread.
 * Times are in nanoseconds of any clock that only grows.
 *
 * An entry's index is that of its adjacency (datapath.adjacencies), which workers read. Indexes are given out
 * once each; only when all were are those that were given back used again, after workers have forgotten them
 * (actions.reclaim).
 */

#include "datapath/core/datapath.h"
#include "lib/messages/neighbour.h"

#include <stdbool.h>
#include <stdint.h>

#define NEIGHBOUR_HELD_MAX 8 /* packets that wait for one next hop */
#define NEIGHBOUR_TRIES    3
#define NEIGHBOUR_RETRY_NS 1000000000ULL
#define NEIGHBOUR_SIZE_MAX (NEIGHBOURS_MAX - 2)

struct neighbour {
	uint16_t interface;
	uint8_t state; /* enum neighbour_state, NEIGHBOUR_NONE: free */
	uint8_t tries;
	struct ip_address next_hop;
	struct mac_address mac;
	bool mirrored;          /* came from the active node: it does not age here */
	bool marked;            /* seen in the snapshot that is coming in */
	uint16_t before, after; /* in its list, oldest first */
	uint8_t held_count;
	uint64_t due;     /* when its state does the next thing */
	uint64_t expires; /* of a MAC that is known */
	struct rte_mbuf *held[NEIGHBOUR_HELD_MAX];
};

struct neighbour_settings {
	uint64_t expire_ns, expire_unknown_ns;
	uint32_t size; /* entries */
};

struct neighbour_actions {
	/* Ask for the next hop: by broadcast, or of the MAC that is known where unicast. */
	void (*ask)(const struct neighbour *neighbour, bool unicast);
	/* Send a packet that was held; takes it. */
	void (*send)(const struct neighbour *neighbour, struct rte_mbuf *mbuf);
	/* Give up a packet; takes it. */
	void (*drop)(struct rte_mbuf *mbuf);
	/* The MAC became known or another (deleted false), or the entry that had one is about to go (true).
	 */
	void (*changed)(const struct neighbour *neighbour, bool deleted);
	/* Its state is another one than before; NEIGHBOUR_NONE: there was no entry, or is none. */
	void (*state)(const struct neighbour *neighbour, enum neighbour_state before);
	/* Workers must look up anew what they hold of adjacencies; returns when none uses an old one. */
	void (*reclaim)(void);
};

void neighbour_start(const struct neighbour_actions *actions);
/* Takes effect on what is there too, but for the times that entries have already begun. */
void neighbour_configure(const struct neighbour_settings *settings);

/* NULL where there is none. */
struct neighbour *neighbour_get(uint16_t interface, struct ip_address next_hop);

/* A packet for a next hop: sent, held, or dropped. Takes it. */
void neighbour_resolve(uint16_t interface, struct ip_address next_hop, struct rte_mbuf *mbuf, uint64_t now);

/*
 * A neighbour said who it is. create: it answered or asked this node, so it is worth an entry; otherwise an
 * entry that is there is refreshed.
 */
void neighbour_learn(uint16_t interface, struct ip_address next_hop, const struct mac_address *mac,
                     bool create, uint64_t now);

/*
 * Static entries (C04-010): all that are wanted, named between begin and end; others are forgotten. They do not age, are
 * never asked for, and make no room for others. neighbour_static returns 0 or -ENOSPC.
 */
void neighbour_static_begin(void);
int neighbour_static(uint16_t interface, struct ip_address next_hop, const struct mac_address *mac);
void neighbour_static_end(void);

/* What is due by now: retries, probes, expiry. Every tenth of a second. */
void neighbour_tick(uint64_t now);

/* Forgets all but static entries (C04-006) of an interface, or of all (0), and of an IP version, or of both (0). */
void neighbour_flush(uint16_t interface, uint32_t version);

/*
 * Asks for a next hop now, whatever is known of it. Returns 0; -EEXIST for a static entry; -EACCES for one of the active
 * node's; -ENOSPC.
 */
int neighbour_query(uint16_t interface, struct ip_address next_hop, uint64_t now);

/* An entry of the active node. Returns 0, or -ENOSPC. */
int neighbour_mirror(uint16_t interface, struct ip_address next_hop, const struct mac_address *mac,
                     uint64_t now);
void neighbour_mirror_delete(uint16_t interface, struct ip_address next_hop);
/* Mark and sweep of mirrored entries around a snapshot. */
void neighbour_mark_begin(void);
void neighbour_sweep(void);
/* This node became the active one: what was mirrored is its own now, to be checked in the course of the next
 * minutes. */
void neighbour_adopt(uint64_t now);
/* The peer became the active one: what this node knows is as good as mirrored, and what the peer does not know goes. */
void neighbour_release(void);

uint32_t neighbour_count(void);
/* All entries, in no order: the index of the next one after it, 0 at the end; start with 0. */
uint16_t neighbour_next(uint16_t index);
const struct neighbour *neighbour_at(uint16_t index);

#endif
