/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MIRROR_COMPARISON_H
#define DATAPATH_MIRROR_COMPARISON_H

/*
 * Digests of classes between the nodes (datapath/mirror/digest.h): the active one sends its own when clusterd says so, the
 * standby looks through what it holds, compares, and tells clusterd what has drifted apart. Control thread.
 */

#include "datapath/core/datapath.h"
#include "lib/messages/activity.h"

/* The active node: sends a digest of a class once it is made. Nothing where one is being made. */
void comparison_send(const struct mirror_class *class);
/* The standby: the peer's digest of a class. Returns 0, or -EBADMSG where it is too short. */
int comparison_take(const struct mirror_class *class, const void *payload, size_t length);
/* The standby: what came before the digests that were taken was applied, or may be by now. */
void comparison_run(const struct mirror_class *const *classes);
/* The class is sent again, or this node's activity changes: earlier comparisons say nothing. */
void comparison_forget(uint16_t class_id);
/* A class that had drifted apart was sent again to its end. */
void comparison_mended(uint16_t class_id);
/* Fills in what is known of a class. */
void comparison_counts(const struct mirror_class *class, struct message_mirror_count *out);

#endif
