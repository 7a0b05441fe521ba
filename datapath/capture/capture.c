/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/capture.h"

#include "datapath/capture/rings.h"
#include "datapath/capture/take.h"
#include "datapath/core/control.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES (2u << 20) /* of each worker, while somebody captures */

struct running {
	struct running *next;
	struct capture capture; /* what workers see */
	uint64_t told;          /* of what was lost */
	bool stopping;
	uint64_t until[WORKERS_MAX]; /* positions in the rings: nothing of it comes behind them */
};

static struct ipc_connection *client; /* whose captures these are, NULL: nobody captures */
static struct running *captures;

static bool send_packets(void);
static struct capture_rings rings = {.size = RING_BYTES, .send = send_packets, .drain = capture_drain};

static void send_state(struct ipc_connection *connection, const struct message_capture_state *state)
{
	(void)ipc_send(connection, MESSAGE_CAPTURE_STATE, state, sizeof(*state), -1);
}

static uint64_t lost_by(const struct capture *capture)
{
	uint64_t lost = 0;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		lost += capture->lost[i];
	return lost;
}

/* Gives workers the captures that go on. Returns 0 or -ENOMEM; then nothing has changed. */
static int swap(void)
{
	struct capture_table *table = calloc(1, sizeof(*table)), *former;

	if (!table)
		return -ENOMEM;
	memcpy(table->ring, rings.ring, sizeof(rings.ring));
	for (struct running *at = captures; at; at = at->next)
		if (!at->stopping)
			table->capture[table->count++] = &at->capture;
	if (!table->count) {
		free(table);
		table = NULL;
	}
	former = atomic_exchange(&datapath.captures, table);
	/* A walk that has begun without it must not take what the client sends once it knows that it started. */
	control_synchronize();
	free(former);
	return 0;
}

/* Where nobody captures any more, and workers know it. */
static void free_rings(void)
{
	if (captures)
		return;
	capture_rings_free(&rings);
	client = NULL;
}

static struct running **find(uint32_t id)
{
	struct running **at = &captures;

	while (*at && (*at)->capture.id != id)
		at = &(*at)->next;
	return at;
}

static int add(const struct message_capture_start *start)
{
	struct running *running;
	unsigned count = 0;
	int error;

	for (struct running *at = captures; at; at = at->next)
		count++;
	if (count >= CAPTURES_MAX)
		return -ENOSPC;
	if (!start->id || *find(start->id) || !capture_filter_is_valid(&start->filter))
		return -EINVAL;
	running = calloc(1, sizeof(*running));
	error = running ? capture_rings_make(&rings) : -ENOMEM;
	if (error) {
		free(running);
		return error;
	}
	running->capture =
	    (struct capture){.id = start->id, .interface = start->interface, .filter = start->filter};
	running->capture.length =
	    start->length && start->length < CAPTURE_LENGTH_MAX ? start->length : CAPTURE_LENGTH_MAX;
	running->next = captures;
	captures = running;
	error = swap();
	if (error) {
		captures = running->next;
		free(running);
	}
	return error;
}

void capture_start(struct ipc_connection *connection, const struct message_capture_start *start)
{
	struct message_capture_state state = {.id = start->id, .error = -EBUSY};

	if (!client || client == connection) {
		client = connection;
		state.error = add(start);
		free_rings();
	}
	state.ended = state.error != 0;
	send_state(connection, &state);
}

void capture_stop(struct ipc_connection *connection, uint32_t id)
{
	struct message_capture_state state = {.id = id, .error = -ENOENT, .ended = 1};
	struct running *running = client == connection ? *find(id) : NULL;

	if (running && running->stopping)
		return;
	if (running) {
		running->stopping = true;
		state.error = swap();
	}
	if (state.error) {
		if (running)
			running->stopping = false;
		state.ended = !running;
		send_state(connection, &state);
		return;
	}
	capture_rings_written(&rings, running->until);
	capture_drain();
}

void capture_closed(const struct ipc_connection *connection)
{
	struct capture_table *former;

	if (client != connection)
		return;
	former = atomic_exchange(&datapath.captures, NULL);
	if (former)
		control_synchronize();
	free(former);
	while (captures) {
		struct running *running = captures;

		captures = running->next;
		free(running);
	}
	free_rings();
}

/* One message of what is there. False where there is nothing. */
static bool send_packets(void)
{
	_Alignas(8) uint8_t body[IPC_BODY_MAX];
	struct capture_ring *ring;
	size_t length = 0;

	while ((ring = capture_rings_oldest(&rings))) {
		const struct capture_record *record = capture_ring_first(ring);
		size_t size = capture_record_size(record->captured);

		if (length + size > sizeof(body))
			break;
		memcpy(body + length, record, size);
		((struct capture_record *)(void *)(body + length))->time_us =
		    capture_time_us(record->time_us);
		length += size;
		capture_ring_release(ring);
	}
	if (length)
		(void)ipc_send(client, MESSAGE_CAPTURE_PACKETS, body, length, -1);
	return length > 0;
}

/* Tells the end of captures whose last copies are on their way. */
static void end_stopped(void)
{
	for (struct running **at = &captures; *at;) {
		struct running *running = *at;

		if (!running->stopping || !capture_rings_have_passed(&rings, running->until)) {
			at = &running->next;
			continue;
		}
		send_state(client, &(struct message_capture_state){.id = running->capture.id,
		                                                   .ended = 1,
		                                                   .lost = lost_by(&running->capture)});
		*at = running->next;
		free(running);
	}
}

void capture_drain(void)
{
	if (!client)
		return;
	capture_rings_drain(&rings, client);
	end_stopped();
	free_rings();
}

void capture_second(void)
{
	for (struct running *at = captures; at; at = at->next) {
		uint64_t lost = lost_by(&at->capture);

		if (lost == at->told || at->stopping)
			continue;
		at->told = lost;
		send_state(client, &(struct message_capture_state){.id = at->capture.id, .lost = lost});
	}
}
