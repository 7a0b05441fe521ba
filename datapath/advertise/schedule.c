/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/advertise/schedule.h"

#include <rte_random.h>

#define SECOND 1000000000ULL

#define INITIAL_COUNT    3
#define INITIAL_INTERVAL (16 * SECOND)
#define DELAY_MAX        (SECOND / 2)
#define DELAY_BETWEEN    (3 * SECOND)

bool advertise_due(struct advertise_schedule *schedule, uint32_t minimum_s, uint32_t maximum_s, uint64_t now)
{
	uint64_t interval;

	if (schedule->due > now)
		return false;
	interval = minimum_s * SECOND + rte_rand_max((maximum_s - minimum_s) * SECOND + 1);
	if (schedule->sent < INITIAL_COUNT && interval > INITIAL_INTERVAL)
		interval = INITIAL_INTERVAL;
	schedule->sent++;
	schedule->last = now;
	schedule->due = now + interval;
	return true;
}

void advertise_hasten(struct advertise_schedule *schedule, uint64_t now)
{
	uint64_t wanted = now + rte_rand_max(DELAY_MAX);

	if (schedule->last && wanted < schedule->last + DELAY_BETWEEN)
		wanted = schedule->last + DELAY_BETWEEN;
	if (wanted < schedule->due)
		schedule->due = wanted;
}
