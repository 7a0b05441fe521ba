/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_JUDGE_H
#define DATAPATH_HEARTBEAT_JUDGE_H

/*
 * Whether the peer lives, from its heartbeats (C22-013, C22-024). Knows no clock and no socket: times come
 * in, in nanoseconds of any clock that only grows. Heartbeat thread.
 */

#include "datapath/heartbeat/lateness.h"
#include "lib/heartbeat.h"
#include "lib/messages/activity.h"
#include "lib/policy.h"

#include <stdbool.h>
#include <stdint.h>

#define JUDGE_RETIRED 16                  /* instances of the peer that have ended and must not come back */
#define JUDGE_COPIES  4                   /* of the peer that are told from it at the same time */
#define JUDGE_COPY_NS (5 * 1000000000ULL) /* a copy that is silent for as long has gone */

/*
 * Other instances that name this node's while the peer lives: the peer, started anew, or a copy of it (C22-004). What is started
 * anew has fallen silent as what it was, and takes its place after half of the time that makes the peer dead; beside a copy the peer
 * goes on to be heard.
 */
struct judge_others {
	uint64_t since, heard;         /* one that may be either was heard first, and last; 0: none */
	uint64_t copies[JUDGE_COPIES]; /* instances */
	unsigned copies_next;
	uint64_t copy, copy_heard; /* the copy that was heard last, 0: none; and when */
	uint16_t copy_interface;   /* where */
};

struct judge_interface {
	uint16_t id;
	bool sync;         /* a Sync interface: heard without a worker */
	bool deaf;         /* the peer says that it does not hear this node here, but elsewhere */
	uint64_t heard;    /* when, 0: never */
	uint64_t awaited;  /* when the other instance was, which is no copy as far as is known; 0: never */
	uint64_t sequence; /* last, of the peer's current instance */
	struct lateness lateness;
};

struct judge {
	uint64_t dead_ns;      /* of silence: PeerDead, or less (datapath/heartbeat/patience.h) */
	uint64_t peer_dead_ns; /* PeerDead */
	unsigned interface_count;
	struct judge_interface interfaces[POLICY_INTERFACES_MAX];
	struct heartbeat last; /* newest */
	uint64_t retired[JUDGE_RETIRED];
	unsigned retired_next;
	struct judge_others others;
	uint32_t forged;
	uint32_t copies; /* heartbeats of copies, which were ignored */
};

/* The interfaces that are to hear the peer; those that stay keep what they heard. Judges by PeerDead until dead_ns is set. */
void judge_configure(struct judge *judge, uint64_t peer_dead_ns, const struct judge_interface *interfaces,
                     unsigned count);

/*
 * An authentic heartbeat that came in by the interface; own_instance is this node's, 0 where it has none yet. False where it
 * was heard before, or belongs to an instance of the peer that has ended (a replay), or the interface is to hear none. A
 * living peer is displaced by another instance only where that one names own_instance, which no old recording does, and where the
 * peer has fallen silent itself (struct judge_others).
 */
bool judge_hear(struct judge *judge, uint16_t interface, const struct heartbeat *heartbeat,
                uint64_t own_instance, uint64_t now);

/* True where, after now, an interface on which the peer was alive at before counts as dead. */
bool judge_dies(const struct judge *judge, uint64_t before, uint64_t now);

/*
 * This node stood still from `from` to `until` and could hear nothing: what was heard until then counts as
 * fresh as it was when the pause began.
 */
void judge_excuse(struct judge *judge, uint64_t from, uint64_t until);

/*
 * The peer was alive on this interface when it was last heard at all, so what is sent there reaches it if it lives. True where it
 * was never heard: there is nobody who could take over.
 */
bool judge_listened(const struct judge *judge, uint16_t interface);

/*
 * The longest gap between heartbeats lately, on the best of the interfaces on which the peer was alive when it was last heard at all:
 * it is dead only where all are silent, and no silence changes what is best. 0: none was measured.
 */
uint64_t judge_longest_gap(const struct judge *judge);

void judge_report(const struct judge *judge, uint64_t now, struct message_heartbeat_report *out);
/* Whether two reports differ in what clusterd wants to know: not in which frame was the last. */
bool judge_report_differs(const struct message_heartbeat_report *a, const struct message_heartbeat_report *b);

/* Whether both nodes hear each other on an interface (C22-025), the index-th that judge_configure was given (below 64). */
enum judge_hearing {
	JUDGE_HEARS_NOBODY, /* no peer is heard on any interface, or the silence is explained: it has lost a link */
	JUDGE_HEARS_BOTH,
	JUDGE_HEARS_NOT, /* the peer is heard elsewhere, but not here */
	JUDGE_NOT_HEARD, /* it is, and says that it hears this node elsewhere, but not here */
};
enum judge_hearing judge_hearing(const struct message_heartbeat_report *report, unsigned index);

#endif
