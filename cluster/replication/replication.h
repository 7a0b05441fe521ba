/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_REPLICATION_REPLICATION_H
#define CLUSTER_REPLICATION_REPLICATION_H

/*
 * Moves records from the active node's datapath to the inactive one's, in order: a snapshot first, which the
 * inactive side asks for, then deltas (C22-006). Whatever may have been lost (a gap in the numbers, a full
 * queue, a datapath that was restarted, a peer that left) is made good by another snapshot, whose begin and
 * end sweep out what is gone. It does no I/O but through its calls. One thread.
 *
 * In a planned change of the active node (datapath/switchover) the direction turns at one place of the total order: the
 * node that yields sends records until its datapath says that it has forwarded its last packet, and then
 * GROUP_HANDED_OVER; the other applies records until that message comes, although it has been active for a while.
 */

#include "cluster/replication/registry.h"
#include "lib/messages/activity.h"

#define REPLICATION_STALL_MS        3000 /* a snapshot in which nothing comes for so long is asked for again */
#define REPLICATION_COMPARE_SECONDS 5
#define REPLICATION_UNASKED_SECONDS                                                                          \
	5                        /* an active node that was not asked for a snapshot sends one by itself */
#define REPLICATION_TURN_MS 1000 /* a planned change that has not ended by then ends as any other */
/* A snapshot that came no further for so long counts as one that never ends. */
#define REPLICATION_PROGRESS_MS 10000

struct replication_calls {
	/* To the own datapath. 0, -EAGAIN or -ENOTCONN. */
	int (*to_datapath)(uint32_t type, const void *body, size_t length, void *user);
	/* To the peer through CPG. 0, -EAGAIN, -ENOTCONN. */
	int (*to_peer)(uint8_t type, const void *fixed, size_t fixed_length, const void *payload,
	               size_t payload_length, void *user);
	/* Whether the datapath's records, and the peer's messages, are to be read: both ends push back rather
	 * than drop. */
	void (*read_datapath)(bool reading, void *user);
	void (*read_peer)(bool reading, void *user);
	void *user;
};

struct replication {
	struct replication_calls calls;
	struct registry registry;
	bool active, datapath, peer;      /* connected, a member of the group */
	bool wanted;                      /* a snapshot is asked for, or has not ended */
	bool peer_active, peer_resyncing; /* as its status says */
	bool sending;                     /* the peer asked for a snapshot and gets records */
	bool handing_over;       /* inactive, but this node's records are still the ones that count */
	bool end_owed;           /* handing_over: the datapath has sent its last record */
	bool taking_over;        /* active, but the peer's records still count */
	bool unheard;            /* handed over, and the peer has not said yet that it heard */
	uint64_t turn_until_ms;  /* of these three */
	uint64_t owed;           /* set of classes whose snapshots the peer asked for, once there is room */
	uint32_t quiet_seconds;  /* in which nothing but deltas was under way */
	uint32_t silent_seconds; /* in which the peer could have asked, and did not */
	uint64_t sequence;       /* of the last batch sent */
	uint64_t peer_instance;  /* whose batches are expected_next */
	uint64_t expected_next;
	uint64_t asked_ms; /* or when the last record came */
	uint64_t batches_skipped;
	/* How far the snapshot that is under way came, and since when; 0: not seen yet. */
	uint64_t progress_ms;
	unsigned progress_percent;
	uint32_t unsent_term;
	struct record_batch
	    unsent;           /* that the group's queue did not take; its length is 0 where there is none */
	uint32_t held_length; /* a batch that the datapath's queue did not take */
	_Alignas(8) uint8_t held[RECORD_BATCH_MAX];
};

void replication_init(struct replication *replication, const struct replication_calls *calls);
/*
 * now_ms of a monotonic clock in all of these. planned: this node yields to the peer, or the peer to this node, so that
 * the direction turns later.
 */
void replication_set_active(struct replication *replication, bool active, bool planned, uint64_t now_ms);
void replication_set_datapath(struct replication *replication, bool connected, uint64_t now_ms);
void replication_set_peer(struct replication *replication, bool member, uint64_t now_ms);
/* From the datapath: a batch, and its counts. */
void replication_datapath_records(struct replication *replication, uint32_t term,
                                  const struct record_batch *batch);
void replication_datapath_counts(struct replication *replication, const struct message_mirror_count *counts,
                                 size_t count);
/* A planned change that makes this node active, or inactive, can wait for the last record. */
bool replication_can_turn(const struct replication *replication, bool active);
/* The datapath has forwarded its last packet and sent its last record. */
void replication_datapath_ended(struct replication *replication, uint64_t now_ms);
/* This node yielded, and the peer has not yet said that it has all records. */
bool replication_is_turning(const struct replication *replication, uint64_t now_ms);
/* What this inactive node holds of a class differs from what the peer holds, though nothing is under way. */
void replication_drifted(struct replication *replication, uint16_t class_id, uint64_t now_ms);
/* Room again: in the datapath's queue, in the group's. */
void replication_datapath_writable(struct replication *replication);
void replication_peer_writable(struct replication *replication, uint64_t now_ms);
/* Messages of the peer of the types records, snapshot request, status and handed over. */
void replication_peer_message(struct replication *replication, const struct group_message *message,
                              uint64_t now_ms);
/* Once a second: tells the peer the counts, asks again for a snapshot that stalled, and has both nodes compare. */
void replication_tick(struct replication *replication, uint64_t now_ms);
/*
 * Whether the inactive node, this one or the peer, still waits for the end of a snapshot. Of a peer that has only just joined,
 * and has said nothing yet, that is true. Without a peer in the group it is false.
 */
bool replication_resyncing(const struct replication *replication);
/*
 * Whether it does, and gets on: its snapshot began or came further within REPLICATION_PROGRESS_MS. A hand-over that waits for
 * this to end loses nothing, and one that never ends holds up nobody for ever (C22-056).
 */
bool replication_gets_on(const struct replication *replication, uint64_t now_ms);

#endif
