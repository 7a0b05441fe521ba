/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CAPTURE_RINGS_H
#define DATAPATH_CAPTURE_RINGS_H

/*
 * The rings (ring.h) of all workers as the one who collects their records sees them: there while somebody wants records,
 * emptied in the order of the records' times. Control thread.
 */

#include "datapath/capture/ring.h"
#include "datapath/core/datapath.h"
#include "lib/ipc.h"
#include "lib/timer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct capture_rings {
	size_t size;         /* of each, bytes */
	bool (*send)(void);  /* one message of what is there; false where there is nothing */
	void (*drain)(void); /* is called again a little later where there was more than one turn takes */
	struct capture_ring *ring[WORKERS_MAX]; /* NULL: none */
	struct timer retrying;
};

/* A ring for every worker that has none. Returns 0, or -ENOMEM; those that were made stay until they are freed. */
int capture_rings_make(struct capture_rings *rings);
/* Workers know no more of them. */
void capture_rings_free(struct capture_rings *rings);

/* The ring with the oldest record, NULL where all are empty. */
struct capture_ring *capture_rings_oldest(const struct capture_rings *rings);
/* Sends a few messages, as many as find room in the client's queue; where more is left, drain is called again. */
void capture_rings_drain(struct capture_rings *rings, const struct ipc_connection *client);

/* Where workers write next; and whether all that was written before such positions has been collected. */
void capture_rings_written(const struct capture_rings *rings, uint64_t positions[WORKERS_MAX]);
bool capture_rings_have_passed(const struct capture_rings *rings, const uint64_t positions[WORKERS_MAX]);

/* From the cycle counter to microseconds since 1970. */
uint64_t capture_time_us(uint64_t cycles);

#endif
