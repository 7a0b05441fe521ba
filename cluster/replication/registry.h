/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_REPLICATION_REGISTRY_H
#define CLUSTER_REPLICATION_REGISTRY_H

/*
 * What is known of every mirrored class: how many objects each node holds, and how far a snapshot has come
 * (C22-048, C22-049). Classes register themselves by being counted or sent: clusterd knows only their names.
 * Pure; one thread.
 */

#include "cluster/group/message.h"
#include "lib/messages/activity.h"
#include "lib/messages/cluster.h"

struct registry_class {
	uint16_t class_id; /* 0: free */
	bool begun;        /* this snapshot has reached the class */
	bool ended;
	uint32_t skipped;
	uint64_t own, peer; /* objects held */
};

struct registry {
	struct registry_class classes[CLUSTER_CLASSES_MAX];
	bool own_counted, peer_counted; /* counts came at all */
};

void registry_own_counts(struct registry *registry, const struct message_mirror_count *counts, size_t count);
void registry_peer_counts(struct registry *registry, const struct group_count *counts, size_t count);
/* The peer left: nothing is known of it. */
void registry_forget_peer(struct registry *registry);

/* A snapshot was asked for. */
void registry_snapshot_start(struct registry *registry);
/* Notes begins and ends of snapshots among records. Returns 0, or -EBADMSG where they are not whole records.
 */
int registry_records(struct registry *registry, const void *records, size_t length);
/* Every class that is known was sent to its end, and at least one was. */
bool registry_snapshot_complete(const struct registry *registry);

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
