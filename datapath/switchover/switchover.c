/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/switchover/switchover.h"

#include "datapath/core/control.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/mirror/mirror.h"
#include "datapath/worker/job.h"
#include "datapath/worker/state.h"
#include "lib/timer.h"

#include <qb/qblog.h>
#include <rte_cycles.h>

static struct {
	bool passing, holding;
	bool waiting;  /* passing: the job for quiet runs */
	bool applying; /* holding: the job runs */
	struct timer timer;
	uint64_t since; /* ns */
	struct worker_job quiet, applied;
} state;

static void expired(void *user);

/* Workers keep to the time by themselves; this thread follows. */
static void start_timer(uint64_t cycles)
{
	uint64_t ns = (uint64_t)((double)cycles / (double)rte_get_tsc_hz() * 1e9);

	(void)timer_start(&state.timer, control_loop(), QB_LOOP_HIGH, ns, NULL, expired);
}

static void log_end(const char *what)
{
	qb_log(LOG_NOTICE, "%s after %.1f ms", what,
	       (double)(control_now() - state.since) / NANOSECONDS_PER_MILLISECOND);
}

static uint64_t cycles_of(uint64_t microseconds)
{
	return microseconds * rte_get_tsc_hz() / 1000000;
}

void switchover_pass(void)
{
	/* Three quarters of what the other one holds at least, as it knows. */
	uint64_t cycles = cycles_of(atomic_load(&heartbeat_lanes.judged_by_at_most_us) / 4 * 3);

	if (cycles == 0 || state.passing || state.holding)
		return;
	state.passing = true;
	state.since = control_now();
	atomic_store(&switchover.passing_until, rte_rdtsc() + cycles);
	control_synchronize();
	start_timer(cycles);
}

void switchover_hold(void)
{
	uint64_t cycles = cycles_of(atomic_load(&heartbeat_lanes.judges_by_at_most_us));

	if (cycles == 0 || state.passing || state.holding)
		return;
	state.holding = true;
	state.since = control_now();
	atomic_store(&switchover.holding_until, rte_rdtsc() + cycles);
	start_timer(cycles);
}

bool switchover_passing(void)
{
	return state.passing;
}

bool switchover_holding(void)
{
	return state.holding;
}

/* On the control thread, as all that the workers made is on its way. */
static void tell_end(void *argument)
{
	(void)argument;
	mirror_end();
}

static void stop_passing(const char *why)
{
	state.passing = false;
	timer_stop(&state.timer);
	atomic_store(&switchover.passing_until, 0);
	control_synchronize();
	log_end(why);
	mirror_activity(false);
	mirror_after_deltas(tell_end, NULL);
}

static void stop_holding(const char *why)
{
	state.holding = false;
	timer_stop(&state.timer);
	atomic_store(&switchover.holding_until, 0);
	log_end(why);
	mirror_activity(true);
}

static void expired(void *user)
{
	(void)user;
	if (state.passing)
		stop_passing("what still came is forwarded no longer");
	else if (state.holding)
		stop_holding("the peer did not end: forwarding begins");
}

void switchover_activity(bool active)
{
	if (active && state.passing) {
		state.passing = false;
		timer_stop(&state.timer);
		/* No worker may see the end of passing and not that it is active again. */
		control_synchronize();
		atomic_store(&switchover.passing_until, 0);
	} else if (!active && state.holding) {
		state.holding = false;
		timer_stop(&state.timer);
		atomic_store(&switchover.holding_until, 0);
	}
}

static void became_quiet(struct worker_job *job)
{
	(void)job;
	state.waiting = false;
	if (state.passing)
		stop_passing("all that still came was forwarded");
}

void switchover_peer_active(void)
{
	if (!state.passing || state.waiting)
		return;
	state.waiting = true;
	worker_job_start(&state.quiet, switchover_await_quiet, became_quiet);
}

void switchover_abort(void)
{
	if (state.passing)
		stop_passing("nothing is forwarded any more");
}

/* On each worker, behind every record of the peer that was posted to it. */
static void reached(struct worker *worker, void *argument)
{
	(void)worker;
	worker_job_finish(argument);
}

static void applied(struct worker_job *job)
{
	(void)job;
	state.applying = false;
	if (state.holding)
		stop_holding("the peer has ended: forwarding begins");
}

void switchover_peer_ended(void)
{
	if (!state.holding || state.applying)
		return;
	state.applying = true;
	worker_job_start(&state.applied, reached, applied);
}
