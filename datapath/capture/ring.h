/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CAPTURE_RING_H
#define DATAPATH_CAPTURE_RING_H

/*
 * Copies of packets on their way from one worker to the control thread: struct capture_record with its bytes behind, in a
 * ring of bytes of which every record has a whole piece. One producer, one consumer, no lock.
 */

#include "lib/messages/capture.h"

struct capture_ring;

/* size: bytes, a power of two of at least 64 KB; all of it is touched, so that a worker meets no page fault. NULL: no memory. */
struct capture_ring *capture_ring_create(size_t size);
/* NULL is fine. Nobody may be using it. */
void capture_ring_destroy(struct capture_ring *ring);

/* Producer: room for a record with so many bytes, NULL where there is none now. It is seen once it is committed. */
struct capture_record *capture_ring_reserve(struct capture_ring *ring, uint32_t captured);
void capture_ring_commit(struct capture_ring *ring);

/* Consumer: the oldest record, NULL for none; it stays until it is released. */
const struct capture_record *capture_ring_first(struct capture_ring *ring);
void capture_ring_release(struct capture_ring *ring);

/* Bytes ever written and ever read; a record written before `written` was read has been released once read has reached it. */
uint64_t capture_ring_written(const struct capture_ring *ring);
uint64_t capture_ring_read(const struct capture_ring *ring);

#endif
