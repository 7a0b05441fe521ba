/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MIRROR_TABLE_H
#define DATAPATH_MIRROR_TABLE_H

/*
 * A mirrored class whose objects the control thread holds in a table of its own: what it must tell of them so that
 * snapshots, their sweeps and digests follow. Control thread.
 */

#include "datapath/core/datapath.h"

#define MIRROR_OBJECT_MAX 1024 /* bytes of a record that its digest is made of */

typedef void (*mirror_visit)(uint8_t version, const void *record, uint32_t length, void *argument);

struct mirror_table {
	/*
	 * Calls visit with the record of each object: on the active node of those that the peer is to have, on the standby of
	 * those that it has from the active one.
	 */
	void (*each)(mirror_visit visit, void *argument);
	/* An object of the active node, new or changed. Returns 0, or -errno: it is counted as skipped. */
	int (*put)(const void *record, uint32_t length);
	/* One that is gone there. */
	int (*remove)(const void *record, uint32_t length);
	/* Before a snapshot: what the active node has is put between these two. */
	void (*mark)(void);
	/* After it: what was not put is gone there. */
	void (*sweep)(void);
	/* Clears in a record what nodes that agree may have differently, times above all. May be NULL. */
	void (*clear)(void *record);
};

/* As the functions of struct mirror_class. */
int mirror_table_apply(const struct mirror_class *class, const struct record_header *header,
                       const void *payload);
void mirror_table_snapshot(const struct mirror_class *class, uint64_t snapshot_id);
bool mirror_table_digest(const struct mirror_class *class);
uint64_t mirror_table_count(const struct mirror_class *class);
/* This node's activity changes: a snapshot that is coming in has no end. */
void mirror_table_forget(const struct mirror_class *class);

#endif
