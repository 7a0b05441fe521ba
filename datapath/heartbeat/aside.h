/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_ASIDE_H
#define DATAPATH_HEARTBEAT_ASIDE_H

/*
 * Whether this node is one too many in its cluster, a copy of another (C22-004): its peer hears a living node, and it is not this
 * one. A node that stands aside takes over from nobody, and sends few heartbeats: switches learn from them where what is for the
 * other node goes. Pure; times in nanoseconds of any clock that only grows. Heartbeat thread.
 */

#include "lib/heartbeat.h"
#include "lib/messages/activity.h"

#define ASIDE_INTERVALS         4 /* from one heartbeat to the next of who stands aside */
#define ASIDE_PEER_DEADS        2 /* what is started anew is named within one */
#define ASIDE_SILENT_PEER_DEADS 5 /* a copy hears the peer now and then only: so long it is no death */
#define ASIDE_CLEAR_NS          3000000000ULL /* the other node may only stand still */

struct aside {
	enum heartbeat_aside state;
	bool named;     /* the peer has named this node: it was none too many */
	uint64_t since; /* the peer has named another since then, 0: it does not */
	uint64_t heard; /* when it did last */
	uint64_t clear; /* ASIDE_YES, but it has named no other since then, 0: it does */
};

/*
 * Once a turn: the newest heartbeat of the peer, whether it is alive, this node's instance (0: none yet), and PeerDead. Sets state,
 * which stays ASIDE_YES where the peer dies: the other node takes over. ASIDE_MAYBE stays for ASIDE_SILENT_PEER_DEADS.
 */
void aside_turn(struct aside *aside, const struct heartbeat *last, bool alive, uint64_t own_instance,
                uint64_t peer_dead_ns, uint64_t now);

#endif
