/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct item {
	struct item *next;
	void *bytes; /* malloc'ed, so 16-byte aligned */
	size_t length;
	unsigned kind;
};

struct queue {
	pthread_mutex_t lock;
	struct item *head, **tail;
	size_t bytes, bytes_max;
	bool refused; /* an -EAGAIN was given and not yet made good */
};

struct queue *queue_create(size_t bytes_max)
{
	struct queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return NULL;
	pthread_mutex_init(&queue->lock, NULL);
	queue->tail = &queue->head;
	queue->bytes_max = bytes_max;
	return queue;
}

void queue_destroy(struct queue *queue)
{
	if (!queue)
		return;
	queue_clear(queue);
	pthread_mutex_destroy(&queue->lock);
	free(queue);
}

int queue_push(struct queue *queue, unsigned kind, const void *bytes, size_t length, bool always)
{
	struct item *item = calloc(1, sizeof(*item));
	int error = 0;

	if (!item || !(item->bytes = malloc(length ? length : 1))) {
		free(item);
		return -ENOMEM;
	}
	memcpy(item->bytes, bytes, length);
	item->length = length;
	item->kind = kind;
	pthread_mutex_lock(&queue->lock);
	if (!always && queue->bytes + length > queue->bytes_max) {
		queue->refused = true;
		error = -EAGAIN;
	} else {
		*queue->tail = item;
		queue->tail = &item->next;
		queue->bytes += length;
	}
	pthread_mutex_unlock(&queue->lock);
	if (error) {
		free(item->bytes);
		free(item);
	}
	return error;
}

static struct item *unlink_first(struct queue *queue)
{
	struct item *item = queue->head;

	if (!item)
		return NULL;
	queue->head = item->next;
	if (!queue->head)
		queue->tail = &queue->head;
	queue->bytes -= item->length;
	return item;
}

bool queue_take(struct queue *queue, unsigned *kind, void **bytes, size_t *length)
{
	struct item *item;

	pthread_mutex_lock(&queue->lock);
	item = unlink_first(queue);
	pthread_mutex_unlock(&queue->lock);
	if (!item)
		return false;
	*kind = item->kind;
	*bytes = item->bytes;
	*length = item->length;
	free(item);
	return true;
}

bool queue_front(struct queue *queue, const void **bytes, size_t *length)
{
	bool any;

	pthread_mutex_lock(&queue->lock);
	any = queue->head != NULL;
	if (any) {
		*bytes = queue->head->bytes;
		*length = queue->head->length;
	}
	pthread_mutex_unlock(&queue->lock);
	return any;
}

bool queue_pop(struct queue *queue)
{
	struct item *item;
	bool drained;

	pthread_mutex_lock(&queue->lock);
	item = unlink_first(queue);
	drained = queue->refused && queue->bytes < queue->bytes_max / 2;
	pthread_mutex_unlock(&queue->lock);
	if (item) {
		free(item->bytes);
		free(item);
	}
	return drained;
}

void queue_clear(struct queue *queue)
{
	void *bytes;
	size_t length;
	unsigned kind;

	while (queue_take(queue, &kind, &bytes, &length))
		free(bytes);
}

bool queue_take_drained(struct queue *queue)
{
	bool drained;

	pthread_mutex_lock(&queue->lock);
	drained = queue->refused && queue->bytes < queue->bytes_max / 2;
	if (drained)
		queue->refused = false;
	pthread_mutex_unlock(&queue->lock);
	return drained;
}
