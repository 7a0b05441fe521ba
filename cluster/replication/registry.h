/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_REPLICATION_REGISTRY_H
#define CLUSTER_REPLICATION_REGISTRY_H

/*
 * What is known of every mirrored class: how many objects each node holds, how many of them are as the active node has
 * them, and how far a snapshot has come (C22-048, C22-049). Classes register themselves by being counted or sent: clusterd
 * knows only their names. Pure; one thread.
 */

#include "cluster/group/message.h"
#include "lib/messages/activity.h"
#include "lib/messages/cluster.h"

struct registry_class {
	uint16_t class_id;           /* 0: free */
	uint8_t own_form, peer_form; /* of the digests that each compares, 0: none */
	uint16_t own_repairs, peer_repairs;
	uint32_t skipped;
	uint64_t own, peer;  /* objects held */
	uint64_t drifted;    /* own ones in parts that differ from the active node's */
	uint64_t received;   /* objects of the snapshot so far */
	uint64_t peer_alike; /* objects of the peer that are as the active node has them */
};

struct registry {
	struct registry_class classes[CLUSTER_CLASSES_MAX];
	bool own_counted, peer_counted; /* counts came at all */
	/* Sets of classes: bit n is class n. */
	uint64_t asked;        /* a snapshot of it is to come, or has not ended */
	uint64_t unknown;      /* of asked: until then nobody knows what is right of what this node holds */
	uint64_t begun, ended; /* of the snapshots that were asked for last, or came */
};

void registry_own_counts(struct registry *registry, const struct message_mirror_count *counts, size_t count);
void registry_peer_counts(struct registry *registry, const struct group_count *counts, size_t count);
/* The peer left: nothing is known of it. */
void registry_forget_peer(struct registry *registry);

/*
 * A snapshot of a set of classes (bit n: class n) was asked for. repair: what this node holds of them is right but for what
 * has drifted apart.
 */
void registry_snapshot_start(struct registry *registry, uint64_t class_set, bool repair);
/* Notes what of snapshots is among records. Returns 0, or -EBADMSG where they are not whole records. */
int registry_records(struct registry *registry, const void *records, size_t length);
/* Every class that was asked for was sent to its end, as far as the peer has it, and one at least. False before its counts came. */
bool registry_snapshot_complete(const struct registry *registry);
/* Nothing is to come any more. */
void registry_snapshot_end(struct registry *registry);

/* The classes of which both nodes make digests that can be compared. */
uint64_t registry_comparable(const struct registry *registry);

/*
 * How much of what the active node holds its peer has, 0..100, rounded down; 100 where there is nothing to
 * have; 0 while one side's counts are not known. active: this node is the active one.
 */
unsigned registry_percent(const struct registry *registry, bool active);
/* Fills one line a class, returns their number. */
uint32_t registry_status(const struct registry *registry, bool active,
                         struct cluster_class_status out[CLUSTER_CLASSES_MAX]);
/* Own counts for the peer, returns their number. */
uint32_t registry_export(const struct registry *registry, struct group_count out[CLUSTER_CLASSES_MAX]);

#endif
