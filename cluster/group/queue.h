/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_GROUP_QUEUE_H
#define CLUSTER_GROUP_QUEUE_H

/* A queue of byte strings, bounded by their sum, between two threads: one pushes, the other takes. */

#include <stdbool.h>
#include <stddef.h>

struct queue;

struct queue *queue_create(size_t bytes_max);
/* NULL is fine. */
void queue_destroy(struct queue *queue);
/*
 * Copies bytes in. Returns 0, -ENOMEM, or -EAGAIN past the bound, unless always; after an -EAGAIN queue_pop
 * (or queue_take_drained) tells once that it is below half again.
 */
int queue_push(struct queue *queue, unsigned kind, const void *bytes, size_t length, bool always);
/* Takes the first item out; bytes are the caller's to free. False where there is none. */
bool queue_take(struct queue *queue, unsigned *kind, void **bytes, size_t *length);
/* Looks at the first item, which stays until queue_pop: only the taking thread may clear it in between. */
bool queue_front(struct queue *queue, const void **bytes, size_t *length);
/* Drops the first item. True where that drained the queue after an -EAGAIN. */
bool queue_pop(struct queue *queue);
/* Drops all. Only by the taking thread. */
void queue_clear(struct queue *queue);
/* True once after an -EAGAIN, when the queue is below half. */
bool queue_take_drained(struct queue *queue);

#endif
