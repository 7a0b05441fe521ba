/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_PATIENCE_H
#define DATAPATH_HEARTBEAT_PATIENCE_H

/*
 * How long the peer may be silent before it counts as dead (C22-024), by how regular it was lately: PeerDead at most. Each node is
 * judge and judged, and what the judge may do is what the judged fences itself by (docs/decisions/0011-adaptive-patience.md).
 * Pure; times in nanoseconds of any clock that only grows.
 */

#include <stdbool.h>
#include <stdint.h>

#define PATIENCE_LEAST_NS   40000000ULL
#define PATIENCE_LEAST_PART 5 /* of PeerDead: who configures a long one gets a longer least, too */
#define PATIENCE_SETTLE_NS  3000000000ULL /* no lowering within this of a raise */

struct patience {
	uint64_t interval_ns, least_ns, dead_ns; /* as configured; dead_ns: PeerDead */
	uint64_t dead_since;                     /* the sequence of the first heartbeat that said dead_ns */
	/* The judge. */
	uint64_t wanted_ns;    /* what this node's heartbeats say, 0: PeerDead */
	uint64_t wanted_since; /* the sequence of the first that said so */
	uint64_t since;        /* when measuring began */
	uint64_t raised;       /* when wanted_ns last grew */
	uint64_t peer_dead_ns; /* the PeerDead that the peer's newest heartbeat says, 0: none */
	/* The judged. */
	uint64_t peer_wants_ns; /* as last heard, 0: PeerDead */
	uint64_t bound_ns;      /* what the peer allows this node at least, where it wants nothing else */
	uint64_t gave_up;       /* since when nothing that the peer says is acknowledged, 0: it is */
};

/* sequence: of the next heartbeat, which says dead_ns. A larger one than before counts only when the peer has heard of it. */
void patience_configure(struct patience *patience, uint64_t interval_ns, uint64_t least_ns, uint64_t dead_ns,
                        uint64_t sequence);
/*
 * The peer's newest heartbeat: its own PeerDead (0: an older release, which does not say it), by which it fences itself, so that
 * this node is as patient; and the newest sequence of this node that it has heard, 0 for none.
 */
void patience_hear_bound(struct patience *patience, uint64_t peer_dead_ns, uint64_t acknowledged);

/* --- the judge */

/* The peer is new, or was silent: it has PeerDead until it was measured for a while. */
void patience_restart(struct patience *patience, uint64_t now);
/*
 * Decides what to say in heartbeats from `sequence` on, the next that will be sent. longest: the longest gap between heartbeats
 * of the peer lately, on whatever interface it is alive; 0: none was measured.
 */
void patience_choose(struct patience *patience, uint64_t longest, uint64_t now, uint64_t sequence);
/*
 * What to judge by. acknowledged: the newest sequence of this node that the peer's last heartbeat names, 0 for none. Only who
 * is known to have heard the present wish is judged by it: it fences itself accordingly, since before it said so.
 */
uint64_t patience_judges_by(const struct patience *patience, uint64_t acknowledged);
/* Where nothing else is agreed upon: the peer may have another configuration yet, and fences itself by that. */
uint64_t patience_judges_by_at_most(const struct patience *patience);

/* --- the judged */

/* The newest heartbeat says that the peer wants this, 0 for PeerDead. */
void patience_obey(struct patience *patience, uint64_t peer_wants_ns);
/* The peer is silent: what this node sends from now on acknowledges nothing. */
void patience_give_up(struct patience *patience, uint64_t now);
/* What to acknowledge; heard: the newest sequence heard of the peer. */
uint64_t patience_acknowledges(const struct patience *patience, uint64_t heard);
/* The least that this node may be judged by. */
uint64_t patience_judged_by(const struct patience *patience, uint64_t now);
/* How often to send: the configured interval, or a quarter of that, where the peer does not know of so long a one yet. */
uint64_t patience_interval(const struct patience *patience, uint64_t now);
/*
 * How long after a heartbeat that went out this node may forward: that, less a quarter of it and two intervals at least. *stride:
 * how much longer than the heartbeat before it one may make it last; the other may be lost.
 */
uint64_t patience_fence(const struct patience *patience, uint64_t now, uint64_t *stride);

#endif
