/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MIRROR_MIRROR_H
#define DATAPATH_MIRROR_MIRROR_H

/*
 * Records between this node's classes and the peer's, through clusterd: what workers and the control thread
 * emit goes out in batches; what comes in goes to its class. Control thread unless said otherwise.
 */

#include "datapath/core/datapath.h"
#include "lib/messages/activity.h"

/*
 * clusterd wants snapshots of a set of classes (bit n: class n; RECORD_CLASSES_ALL) and then every change; or nothing more,
 * since the peer is gone.
 */
void mirror_start(uint64_t class_set);
void mirror_stop(void);
/* clusterd takes messages again after it did not. */
void mirror_writable(void);

/* clusterd wants the peer to compare what it holds of a set of classes. */
void mirror_compare(uint64_t class_set);

/* This node has handed over: behind every record that was emitted so far clusterd is told so. */
void mirror_end(void);

/* Sends on what workers have handed over, as far as clusterd takes it. */
void mirror_drain(void);
/* Restarts what overflowed, and tells clusterd the counts. */
void mirror_second(void);

/* Records of the active node. */
void mirror_receive(const void *bytes, size_t length);
/* Tells every class. */
void mirror_activity(bool active);

/* The frame of a snapshot, for classes. */
void mirror_snapshot_begin(uint16_t class_id, uint64_t id, uint64_t estimate);
void mirror_snapshot_end(uint16_t class_id, uint64_t id, uint64_t count);
bool mirror_snapshot_read(const struct record_header *header, const void *payload,
                          struct record_snapshot *out);

/* All classes, as RECORD_CLASSES (lib/record_classes.h) lists them; ends with NULL. */
extern const struct mirror_class *const mirror_classes[];

/* --- mirror/registry.c: incoming records and their classes, free of I/O
 * -------------------------------------------- */

/*
 * Gives every record of a batch to its class among classes; what no class understands is skipped and counted,
 * so that a node of a later version may send more than this one knows. Returns 0, or -EBADMSG where the rest
 * was no records.
 */
int registry_apply(const struct mirror_class *const *classes, const void *bytes, size_t length);
/* Fills what is held and what was skipped, by class. Returns how many. */
unsigned registry_counts(const struct mirror_class *const *classes, struct message_mirror_count *out,
                         unsigned size);

#endif
