/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/capture.h"

#include "datapath/capture/take.h"
#include "datapath/core/control.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <rte_cycles.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_BYTES   (2u << 20)
#define QUEUE_MAX    (1u << 20) /* bytes that may wait for the client in the socket's queue */
#define MESSAGES_MAX 4          /* until other events get their turn */
#define RETRY_NS     NANOSECONDS_PER_MILLISECOND

struct running {
	struct running *next;
	struct capture capture; /* what workers see */
	uint64_t told;          /* of what was lost */
	bool stopping;
	uint64_t until[WORKERS_MAX]; /* positions in the rings: nothing of it comes behind them */
};

static struct ipc_connection *client; /* whose captures these are, NULL: nobody captures */
static struct running *captures;
static struct capture_ring *rings[WORKERS_MAX];
static bool retrying;
static qb_loop_timer_handle retry_timer;

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
	memcpy(table->ring, rings, sizeof(rings));
	for (struct running *at = captures; at; at = at->next)
		if (!at->stopping)
			table->capture[table->count++] = &at->capture;
	if (!table->count) {
		free(table);
		table = NULL;
	}
	former = atomic_exchange(&datapath.captures, table);
	if (former)
		control_synchronize();
	free(former);
	return 0;
}

static int make_rings(void)
{
	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (!rings[i] && !(rings[i] = capture_ring_create(RING_BYTES)))
			return -ENOMEM;
	}
	return 0;
}

/* Where nobody captures any more, and workers know it. */
static void free_rings(void)
{
	if (captures)
		return;
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		capture_ring_destroy(rings[i]);
		rings[i] = NULL;
	}
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
	error = running ? make_rings() : -ENOMEM;
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
	for (unsigned i = 0; i < datapath.worker_count; i++)
		running->until[i] = capture_ring_written(rings[i]);
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

/* The ring with the oldest record, NULL where all are empty. */
static struct capture_ring *oldest(void)
{
	const struct capture_record *first = NULL;
	struct capture_ring *found = NULL;

	for (unsigned i = 0; i < datapath.worker_count; i++) {
		const struct capture_record *record = rings[i] ? capture_ring_first(rings[i]) : NULL;

		if (record && (!first || record->time_us < first->time_us)) {
			first = record;
			found = rings[i];
		}
	}
	return found;
}

/* From the cycle counter to the real-time clock. */
static uint64_t time_of(uint64_t cycles)
{
	uint64_t hz = rte_get_tsc_hz(), passed = rte_rdtsc() - cycles;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 -
	       (passed / hz * 1000000 + passed % hz * 1000000 / hz);
}

/* One message of what is there. False where there is nothing. */
static bool send_packets(void)
{
	_Alignas(8) uint8_t body[IPC_BODY_MAX];
	struct capture_ring *ring;
	size_t length = 0;

	while ((ring = oldest())) {
		const struct capture_record *record = capture_ring_first(ring);
		size_t size = capture_record_size(record->captured);

		if (length + size > sizeof(body))
			break;
		memcpy(body + length, record, size);
		((struct capture_record *)(void *)(body + length))->time_us = time_of(record->time_us);
		length += size;
		capture_ring_release(ring);
	}
	if (length)
		(void)ipc_send(client, MESSAGE_CAPTURE_PACKETS, body, length, -1);
	return length > 0;
}

static bool is_over(const struct running *running)
{
	for (unsigned i = 0; i < datapath.worker_count; i++)
		if (capture_ring_read(rings[i]) < running->until[i])
			return false;
	return true;
}

/* Tells the end of captures whose last copies are on their way. */
static void end_stopped(void)
{
	for (struct running **at = &captures; *at;) {
		struct running *running = *at;

		if (!running->stopping || !is_over(running)) {
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

static void retry(void *user)
{
	(void)user;
	retrying = false;
	capture_drain();
}

void capture_drain(void)
{
	bool more = true;

	if (!client)
		return;
	for (unsigned i = 0; i < MESSAGES_MAX && more && ipc_queued(client) < QUEUE_MAX; i++)
		more = send_packets();
	end_stopped();
	if (more && !retrying)
		retrying =
		    !qb_loop_timer_add(control_loop(), QB_LOOP_MED, RETRY_NS, NULL, retry, &retry_timer);
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
