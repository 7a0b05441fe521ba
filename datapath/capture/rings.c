/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/capture/rings.h"

#include "datapath/core/control.h"

#include <errno.h>
#include <rte_cycles.h>
#include <time.h>

#define QUEUE_MAX    (1u << 20) /* bytes that may wait for the client in the socket's queue */
#define MESSAGES_MAX 4          /* until other events get their turn */
#define RETRY_NS     NANOSECONDS_PER_MILLISECOND

int capture_rings_make(struct capture_rings *rings)
{
	for (unsigned i = 0; i < datapath.worker_count; i++)
		if (!rings->ring[i] && !(rings->ring[i] = capture_ring_create(rings->size)))
			return -ENOMEM;
	return 0;
}

void capture_rings_free(struct capture_rings *rings)
{
	for (unsigned i = 0; i < WORKERS_MAX; i++) {
		capture_ring_destroy(rings->ring[i]);
		rings->ring[i] = NULL;
	}
}

struct capture_ring *capture_rings_oldest(const struct capture_rings *rings)
{
	const struct capture_record *first = NULL;
	struct capture_ring *found = NULL;

	for (unsigned i = 0; i < datapath.worker_count; i++) {
		const struct capture_record *record =
		    rings->ring[i] ? capture_ring_first(rings->ring[i]) : NULL;

		if (record && (!first || record->time_us < first->time_us)) {
			first = record;
			found = rings->ring[i];
		}
	}
	return found;
}

static void retry(void *user)
{
	struct capture_rings *rings = user;

	rings->drain();
}

void capture_rings_drain(struct capture_rings *rings, const struct ipc_connection *client)
{
	bool more = true;

	for (unsigned i = 0; i < MESSAGES_MAX && more && ipc_queued(client) < QUEUE_MAX; i++)
		more = rings->send();
	if (more && !timer_runs(&rings->retrying))
		(void)timer_start(&rings->retrying, control_loop(), QB_LOOP_MED, RETRY_NS, rings, retry);
}

void capture_rings_written(const struct capture_rings *rings, uint64_t positions[WORKERS_MAX])
{
	for (unsigned i = 0; i < datapath.worker_count; i++)
		positions[i] = capture_ring_written(rings->ring[i]);
}

bool capture_rings_have_passed(const struct capture_rings *rings, const uint64_t positions[WORKERS_MAX])
{
	for (unsigned i = 0; i < datapath.worker_count; i++)
		if (capture_ring_read(rings->ring[i]) < positions[i])
			return false;
	return true;
}

uint64_t capture_time_us(uint64_t cycles)
{
	uint64_t hz = rte_get_tsc_hz(), passed = rte_rdtsc() - cycles;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000 -
	       (passed / hz * 1000000 + passed % hz * 1000000 / hz);
}
