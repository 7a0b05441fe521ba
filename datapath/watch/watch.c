/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/watch/watch.h"

#include "datapath/capture/rings.h"
#include "datapath/core/control.h"
#include "datapath/watch/table.h"
#include "lib/messages/capture.h"
#include "lib/messages/type.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RING_BYTES (256u << 10) /* of each worker, while somebody watches */
#define VECTOR_MAX UINT16_MAX

struct running {
	struct watch watch; /* what workers see */
	uint64_t told;      /* of what was left out */
	bool stopping;
	uint64_t until[WORKERS_MAX]; /* positions in the rings: nothing of it comes behind them */
};

static struct ipc_connection *client; /* whose watches these are, NULL: nobody watches */
static struct running *slots[WATCHES_MAX + 1];
static struct watch_worker workers[WORKERS_MAX];

static bool send_events(void);
static struct capture_rings rings = {.size = RING_BYTES, .send = send_events, .drain = watch_drain};

static void send_state(struct ipc_connection *connection, const struct message_watch_state *state)
{
	(void)ipc_send(connection, MESSAGE_WATCH_STATE, state, sizeof(*state), -1);
}

static uint64_t left_out_by(const struct watch *watch)
{
	uint64_t left_out = 0;

	for (unsigned i = 0; i < datapath.worker_count; i++)
		left_out += watch->of[i].left_out;
	return left_out;
}

/* Gives workers the watches that go on. Returns 0 or -ENOMEM; then nothing has changed. */
static int swap(void)
{
	static uint32_t serial;
	struct watch_table *table = calloc(1, sizeof(*table)), *former;

	if (!table)
		return -ENOMEM;
	/* 0 stands for none. */
	serial = serial == UINT32_MAX ? 1 : serial + 1;
	table->serial = serial;
	memcpy(table->worker, workers, sizeof(workers));
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++) {
		if (!slots[slot] || slots[slot]->stopping)
			continue;
		table->slot[slot] = &slots[slot]->watch;
		table->rules |= slots[slot]->watch.kind == WATCH_RULES;
		table->packets |= slots[slot]->watch.kind != WATCH_RULES;
	}
	if (!table->rules && !table->packets) {
		free(table);
		table = NULL;
	}
	former = atomic_exchange(&datapath.watches, table);
	/* A walk that has begun without it must not take what the client sends once it knows that it started. */
	control_synchronize();
	free(former);
	return 0;
}

static int make_rooms(void)
{
	int error = capture_rings_make(&rings);

	for (unsigned i = 0; i < datapath.worker_count && !error; i++) {
		workers[i].ring = rings.ring[i];
		if (!workers[i].packets && !(workers[i].packets = calloc(VECTOR_MAX, sizeof(void *))))
			error = -ENOMEM;
	}
	return error;
}

/* Where nobody watches any more, and workers know it. */
static void free_rooms(void)
{
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++)
		if (slots[slot])
			return;
	capture_rings_free(&rings);
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		free(workers[i].packets);
		workers[i] = (struct watch_worker){.ring = NULL};
	}
	client = NULL;
}

/* 0: none. */
static unsigned find(uint32_t id)
{
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++)
		if (slots[slot] && slots[slot]->watch.id == id)
			return slot;
	return 0;
}

static bool is_valid(const struct message_watch_start *start)
{
	if (!start->id || find(start->id) || start->kind < WATCH_RULES || start->kind > WATCH_PROBES ||
	    !start->rate || start->rate > WATCH_RATE_MAX)
		return false;
	if (start->kind == WATCH_PACKETS && (!start->packets || start->packets > WATCH_PACKETS_MAX))
		return false;
	return flow_filter_is_valid(&start->filter);
}

static int add(const struct message_watch_start *start)
{
	static unsigned
	    last; /* slots are taken in turn, so that a packet that is still on its way names nobody else's */
	unsigned slot, tries = 0;
	int error;

	if (!is_valid(start))
		return -EINVAL;
	do
		slot = last = last % WATCHES_MAX + 1;
	while (slots[slot] && ++tries < WATCHES_MAX);
	if (slots[slot])
		return -ENOSPC;
	error = watch_prepare(datapath.workers[0]->graph);
	if (!error)
		error = make_rooms();
	if (error)
		return error;
	slots[slot] = calloc(1, sizeof(*slots[slot]));
	if (!slots[slot])
		return -ENOMEM;
	slots[slot]->watch = (struct watch){.id = start->id,
	                                    .kind = start->kind,
	                                    .packets_max = start->packets,
	                                    .rate = start->rate,
	                                    .filter = start->filter};
	error = swap();
	if (error) {
		free(slots[slot]);
		slots[slot] = NULL;
	}
	return error;
}

void watch_start(struct ipc_connection *connection, const struct message_watch_start *start)
{
	struct message_watch_state state = {.id = start->id, .error = -EBUSY};

	if (!client || client == connection) {
		client = connection;
		state.error = add(start);
		free_rooms();
	}
	state.ended = state.error != 0;
	send_state(connection, &state);
}

void watch_stop(struct ipc_connection *connection, uint32_t id)
{
	struct message_watch_state state = {.id = id, .error = -ENOENT, .ended = 1};
	unsigned slot = client == connection ? find(id) : 0;

	if (slot && slots[slot]->stopping)
		return;
	if (slot) {
		slots[slot]->stopping = true;
		state.error = swap();
	}
	if (state.error) {
		if (slot)
			slots[slot]->stopping = false;
		state.ended = !slot;
		send_state(connection, &state);
		return;
	}
	capture_rings_written(&rings, slots[slot]->until);
	watch_drain();
}

void watch_closed(const struct ipc_connection *connection)
{
	struct watch_table *former;

	if (client != connection)
		return;
	former = atomic_exchange(&datapath.watches, NULL);
	if (former)
		control_synchronize();
	free(former);
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++) {
		free(slots[slot]);
		slots[slot] = NULL;
	}
	free_rooms();
}

/* One message of what is there. False where there is nothing. */
static bool send_events(void)
{
	static struct watch_event events[IPC_BODY_MAX / sizeof(struct watch_event)];
	struct capture_ring *ring;
	size_t count = 0;

	while (count < sizeof(events) / sizeof(*events) && (ring = capture_rings_oldest(&rings))) {
		const struct capture_record *record = capture_ring_first(ring);

		memcpy(&events[count], record + 1, sizeof(*events));
		events[count++].time_us = capture_time_us(record->time_us);
		capture_ring_release(ring);
	}
	if (count)
		(void)ipc_send(client, MESSAGE_WATCH_EVENTS, events, count * sizeof(*events), -1);
	return count > 0;
}

/* Tells the end of watches whose last events are on their way. */
static void end_stopped(void)
{
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++) {
		struct running *running = slots[slot];

		if (!running || !running->stopping || !capture_rings_have_passed(&rings, running->until))
			continue;
		send_state(client, &(struct message_watch_state){.id = running->watch.id,
		                                                 .ended = 1,
		                                                 .left_out = left_out_by(&running->watch)});
		free(running);
		slots[slot] = NULL;
	}
}

void watch_drain(void)
{
	if (!client)
		return;
	capture_rings_drain(&rings, client);
	end_stopped();
	free_rooms();
}

void watch_second(void)
{
	for (unsigned slot = 1; slot <= WATCHES_MAX; slot++) {
		struct running *running = slots[slot];
		uint64_t left_out = running ? left_out_by(&running->watch) : 0;

		if (!running || left_out == running->told || running->stopping)
			continue;
		running->told = left_out;
		send_state(client,
		           &(struct message_watch_state){.id = running->watch.id, .left_out = left_out});
	}
}

void watch_mark(struct rte_mbuf *mbuf, uint32_t id, uint32_t packet)
{
	unsigned slot = id ? find(id) : 0;

	if (!slot || slots[slot]->stopping)
		return;
	mbuf->ol_flags |= watch_flag;
	*watch_trace(mbuf) = WATCH_TRACE(slot, packet);
}
