/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/ring.h"

#include <rte_common.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* In place of a record: the rest up to the end of the ring is empty. Ids of captures are never 0. */
#define FILLER 0

struct capture_ring {
	uint64_t size;
	_Atomic uint64_t written __rte_cache_aligned;
	uint64_t reserved; /* producer: written when what is being filled is committed */
	_Atomic uint64_t read __rte_cache_aligned;
	_Alignas(64) uint8_t bytes[];
};

struct capture_ring *capture_ring_create(size_t size)
{
	struct capture_ring *ring = aligned_alloc(64, sizeof(*ring) + size);

	if (!ring)
		return NULL;
	memset(ring, 0, sizeof(*ring) + size);
	ring->size = size;
	return ring;
}

void capture_ring_destroy(struct capture_ring *ring)
{
	free(ring);
}

static struct capture_record *at(struct capture_ring *ring, uint64_t position)
{
	return (struct capture_record *)(void *)&ring->bytes[position & (ring->size - 1)];
}

static uint64_t to_end(const struct capture_ring *ring, uint64_t position)
{
	return ring->size - (position & (ring->size - 1));
}

struct capture_record *capture_ring_reserve(struct capture_ring *ring, uint32_t captured)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
	uint64_t size = capture_record_size(captured), rest = to_end(ring, written);
	uint64_t skipped = rest < size ? rest : 0;

	if (written + skipped + size - read > ring->size)
		return NULL;
	/* All is a multiple of 8, so that an id always fits. */
	if (skipped)
		at(ring, written)->id = FILLER;
	ring->reserved = written + skipped + size;
	return at(ring, written + skipped);
}

void capture_ring_commit(struct capture_ring *ring)
{
	atomic_store_explicit(&ring->written, ring->reserved, memory_order_release);
}

const struct capture_record *capture_ring_first(struct capture_ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_acquire);

	if (read < written && at(ring, read)->id == FILLER) {
		read += to_end(ring, read);
		atomic_store_explicit(&ring->read, read, memory_order_release);
	}
	return read < written ? at(ring, read) : NULL;
}

void capture_ring_release(struct capture_ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	read += capture_record_size(at(ring, read)->captured);
	atomic_store_explicit(&ring->read, read, memory_order_release);
}

uint64_t capture_ring_written(const struct capture_ring *ring)
{
	return atomic_load_explicit(&ring->written, memory_order_acquire);
}

uint64_t capture_ring_read(const struct capture_ring *ring)
{
	return atomic_load_explicit(&ring->read, memory_order_acquire);
}
