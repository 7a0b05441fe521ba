/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_RECORD_H
#define LIB_RECORD_H

/*
 * Mirrored records: how state travels from the active node to its peer. A record names its class, its version
 * and its length, so that a node of another version can read what it knows and skip the rest: a newer version
 * only appends fields, and a reader takes the prefix that it knows. Records stand one behind the other in a
 * batch, each 8-byte aligned. Little-endian on the wire. Pure functions; any thread.
 */

#include "lib/record_classes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORD_BATCH_MAX                                                                                     \
	32768 /* bytes of records in one message; large batches are what CPG carries best   \
	                        */

#define RECORD_CLASS_NUMBER(id, number, title, class) id = (number),
enum record_class { RECORD_CLASSES(RECORD_CLASS_NUMBER) RECORD_CLASS_MAX = 64 };
#undef RECORD_CLASS_NUMBER

#define RECORD_CLASSES_ALL UINT64_MAX /* a set of classes: bit n is class n */

enum record_operation {
	RECORD_UPSERT = 1,
	RECORD_DELETE = 2,
	/* Between these two the whole class is sent; what is not among it is gone at the sender (mark and
	   sweep). */
	RECORD_SNAPSHOT_BEGIN = 3, /* payload: struct record_snapshot */
	RECORD_SNAPSHOT_END = 4,   /* payload: struct record_snapshot */
	RECORD_DIGEST =
	    5, /* payload: struct digest of datapath/mirror/digest.h; only to a peer that compares */
};

struct record_header {
	uint16_t class_id; /* enum record_class */
	uint8_t version;   /* of the payload's layout, 1 at first */
	uint8_t operation; /* enum record_operation */
	uint32_t length;   /* of the payload, bytes, without padding */
};

struct record_snapshot {
	uint64_t id;    /* the same at begin and end */
	uint64_t count; /* records between; at the beginning an estimate */
};

struct record_batch {
	uint32_t length; /* bytes used */
	uint32_t
	    made_us; /* clock_stamp() (lib/clock.h) of when its oldest record was made, at the node that made it */
	_Alignas(8) uint8_t bytes[RECORD_BATCH_MAX];
};

/* Bytes of a message that carries a batch: its head and the records that are in it. */
static inline size_t record_batch_size(const struct record_batch *batch)
{
	return offsetof(struct record_batch, bytes) + batch->length;
}

/* Whether a message of that length is a batch, all of it and nothing more. Any bytes are safe to give; aligned as a batch is. */
static inline bool record_batch_is_whole(const void *message, size_t length)
{
	const struct record_batch *batch = (const struct record_batch *)message;

	return length >= offsetof(struct record_batch, bytes) && batch->length <= RECORD_BATCH_MAX &&
	       length == record_batch_size(batch);
}

/* Appends one record. Returns 0, or -ENOSPC and leaves the batch as it was. */
int record_append(struct record_batch *batch, uint16_t class_id, uint8_t version, uint8_t operation,
                  const void *payload, uint32_t length);

/*
 * Walks a batch: *offset starts at 0. Returns 1 and the next record (payload points into bytes), 0 at the
 * end, -EBADMSG where the rest is not records (cut short, or a length past the end). Bounded by length
 * whatever the bytes are.
 */
int record_next(const void *bytes, size_t length, size_t *offset, struct record_header *header,
                const void **payload);

/* The name that `ha -status -module` shows, "unknown" where the class is not known. */
const char *record_class_name(uint16_t class_id);

#endif
