/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/worker/idle.h"

#include "datapath/core/datapath.h"

#include <rte_pause.h>
#include <sys/prctl.h>
#include <time.h>

#define POLLS_BEFORE_SLEEP 16
#define SLEEP_FIRST_US     20u
#define SLEEP_LAST_US      500u

static atomic_bool polling;

void worker_set_polling(bool flat_out)
{
	atomic_store_explicit(&polling, flat_out, memory_order_relaxed);
}

void idle_start(struct idle *idle)
{
	*idle = (struct idle){.empty = 0};
	/* Timers of other threads may be late by 50 us; sleeps of 20 us are not worth it then. */
	prctl(PR_SET_TIMERSLACK, 1000UL);
}

void idle_wait(struct idle *idle)
{
	struct timespec time = {0};

	if (atomic_load_explicit(&polling, memory_order_relaxed) || idle->empty++ < POLLS_BEFORE_SLEEP) {
		rte_pause();
		return;
	}
	if (idle->empty == POLLS_BEFORE_SLEEP + 1)
		idle->sleep_us = SLEEP_FIRST_US;
	time.tv_nsec = idle->sleep_us * 1000L;
	nanosleep(&time, NULL);
	idle->sleep_us = RTE_MIN(idle->sleep_us * 2, SLEEP_LAST_US);
}
