/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/beat_parts.h"

#include "datapath/heartbeat/thread.h"

#include <rte_cycles.h>

#define NANOSECONDS_PER_MICROSECOND 1000

/* The newest heartbeat of this datapath, as this instance, that the peer is known to have heard. */
static uint64_t acknowledged(void)
{
	const struct heartbeat *last = &beat.judge.last;

	return last->peer_instance == beat.word.wish.instance ? last->acknowledged : 0;
}

static void send_by_it(uint64_t now)
{
	uint64_t interval = beat.configuration.cluster ? patience_interval(&beat.patience, now) : 0;

	if (interval == beat.interval_ns)
		return;
	beat.interval_ns = interval;
	heartbeat_thread_period(interval);
	beat.next_send = 0;
}

static void judge_by_it(void)
{
	uint64_t most = beat.configuration.cluster ? patience_judges_by_at_most(&beat.patience) : 0;

	beat.judge.dead_ns = patience_judges_by(&beat.patience, acknowledged());
	atomic_store(&heartbeat_lanes.judges_by_at_most_us, most / NANOSECONDS_PER_MICROSECOND);
	atomic_store(&heartbeat_lanes.patience_us, beat.judge.dead_ns / NANOSECONDS_PER_MICROSECOND);
}

/* A lease that is over stays so: watch_self() finds it. */
static void set_fence(uint64_t now)
{
	uint64_t stride, fence = patience_fence(&beat.patience, now, &stride);
	uint64_t judged_by = patience_judged_by(&beat.patience, now);

	send_by_it(now);
	atomic_store(&heartbeat_lanes.judged_by_at_most_us,
	             beat.configuration.cluster ? beat.patience.bound_ns / NANOSECONDS_PER_MICROSECOND : 0);
	if ((fence == beat.lease.fence_ns && stride == beat.lease.stride_ns) ||
	    (beat.word.forwards && !beat.ask.since && lease_over(&beat.lease, control_now(), rte_rdtsc())))
		return;
	lease_set_fence(&beat.lease, fence, stride, rte_get_tsc_hz());
	/* Before the peer can hear that this node knows. */
	if (beat_running() && !beat_fenced() && !beat.ask.since)
		atomic_store(&heartbeat_lanes.lease_tsc, lease_end_tsc(&beat.lease));
	atomic_store(&heartbeat_lanes.judged_by_us, judged_by / NANOSECONDS_PER_MICROSECOND);
}

void beat_patience_configure(void)
{
	uint64_t dead = beat.configuration.dead_ns;

	patience_configure(&beat.patience, beat.configuration.interval_ns,
	                   RTE_MAX(PATIENCE_LEAST_NS, dead / PATIENCE_LEAST_PART), dead,
	                   beat_next_sequence());
	judge_by_it();
	set_fence(control_now());
}

void beat_patience_heard(uint64_t now)
{
	const struct heartbeat *last = &beat.judge.last;

	patience_obey(&beat.patience, (uint64_t)last->patience_us * NANOSECONDS_PER_MICROSECOND);
	patience_hear_bound(&beat.patience, (uint64_t)last->peer_dead_us * NANOSECONDS_PER_MICROSECOND,
	                    acknowledged());
	set_fence(now);
	judge_by_it();
}

void beat_patience_turn(uint64_t now)
{
	uint64_t longest = judge_longest_gap(&beat.judge);

	set_fence(now);
	/* 0 also where it has just died: that is no reason to be more patient. */
	if (!beat.findings.report.alive || !longest)
		return;
	patience_choose(&beat.patience, longest, now, beat_next_sequence());
	judge_by_it();
	atomic_store(&heartbeat_lanes.longest_gap_us, longest / NANOSECONDS_PER_MICROSECOND);
}

void beat_patience_judged(bool was_alive, bool alive, uint64_t now)
{
	if (!alive)
		patience_give_up(&beat.patience, now);
	else if (!was_alive)
		patience_restart(&beat.patience, now);
}
