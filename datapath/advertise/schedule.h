/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_ADVERTISE_SCHEDULE_H
#define DATAPATH_ADVERTISE_SCHEDULE_H

/* When an interface's next advertisement is due (RFC 4861 6.2.4, 6.2.6). Times in nanoseconds of any clock; one thread. */

#include <stdbool.h>
#include <stdint.h>

/* All zero: it has just begun, and the first is due at once. */
struct advertise_schedule {
	uint64_t due, last;
	unsigned sent; /* of the first few, which come faster */
};

/* Whether one is to be sent now; then the next is due within minimum to maximum seconds. */
bool advertise_due(struct advertise_schedule *schedule, uint32_t minimum_s, uint32_t maximum_s, uint64_t now);

/* Somebody asked: the next comes within half a second, but not sooner than three after the one before. */
void advertise_hasten(struct advertise_schedule *schedule, uint64_t now);

#endif
