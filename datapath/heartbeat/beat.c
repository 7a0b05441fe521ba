/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/beat.h"

#include "datapath/heartbeat/beat_parts.h"
#include "datapath/heartbeat/thread.h"

#include <rte_cycles.h>
#include <string.h>

#define WORKER_LATE_NS (20 * NANOSECONDS_PER_MILLISECOND)

struct beat beat;

bool beat_running(void)
{
	return beat.configuration.cluster && beat.configuration.have_key && beat.word.wish.instance != 0 &&
	       !beat.findings.farewelled;
}

bool beat_fenced(void)
{
	return beat.findings.fences != beat.word.fences_handled;
}

static bool worker_late(void)
{
	uint64_t limit = WORKER_LATE_NS / 1000 * rte_get_tsc_hz() / 1000000;
	uint64_t now = rte_rdtsc();

	for (unsigned i = 0; i < datapath.worker_count; i++) {
		if (now > atomic_load(&datapath.workers[i]->alive_tsc) + limit)
			return true;
	}
	return false;
}

static void stand_aside(struct message_heartbeat_report *report, uint64_t now)
{
	enum heartbeat_aside before = beat.aside.state;

	aside_turn(&beat.aside, &report->last, report->alive, beat.word.wish.instance,
	           beat.configuration.dead_ns, now);
	report->aside = (uint8_t)beat.aside.state;
	if (before != ASIDE_NO && beat.aside.state == ASIDE_NO)
		beat.next_send = 0;
}

/*
 * Death is found by silence, so this node must have listened: what waits in sockets and rings was heard first, and a worker that
 * did not run lately is given the chance to read its ports.
 */
static void judge_now(uint64_t now)
{
	struct message_heartbeat_report *told = &beat.findings.report, report;

	if (judge_dies(&beat.judge, beat.judged, now) && worker_late()) {
		beat.late_since = beat.late_since ? beat.late_since : now;
		if (now - beat.late_since < beat.judge.dead_ns)
			return;
	}
	beat.late_since = 0;
	beat.judged = now;
	judge_report(&beat.judge, now, &report);
	report.patience_us = (uint32_t)atomic_load(&heartbeat_lanes.patience_us);
	if (report.copy)
		report.copy_source = beat.copy_source;
	stand_aside(&report, now);
	beat_patience_judged(told->alive && told->last.instance == report.last.instance, report.alive, now);
	/* Before any heartbeat that could acknowledge what is heard from now on. */
	if (told->alive && !report.alive)
		beat.verdict = beat.verdict == UINT32_MAX ? 1 : beat.verdict + 1;
	if (judge_report_differs(&report, told))
		beat.news = true;
	/* Whoever forges may do so at any rate. */
	if (report.forged != beat.forged_told && now - beat.forged_at >= NANOSECONDS_PER_SECOND) {
		beat.forged_told = report.forged;
		beat.forged_at = now;
		beat.news = true;
	}
	atomic_store(&heartbeat_lanes.copies, report.copies);
	*told = report;
}

/* Called before anything else: what stood still may have been replaced by its peer. */
static void watch_self(uint64_t now, uint64_t tsc)
{
	if (beat.turned && now - beat.turned > 2 * beat.interval_ns) {
		judge_excuse(&beat.judge, beat.turned, now);
		beat.judged = now;
	}
	if (beat_running() && beat.word.forwards && !beat_fenced() && !beat.ask.since &&
	    lease_over(&beat.lease, now, tsc))
		beat_lease_ended(now);
}

static void use_configuration(void)
{
	const struct heartbeat_configuration *configuration = &beat.configuration;
	struct judge_interface judged[POLICY_INTERFACES_MAX];

	for (unsigned i = 0; i < configuration->member_count; i++) {
		const struct heartbeat_member *member = &configuration->members[i];

		judged[i] = (struct judge_interface){.id = member->id, .sync = member->sync};
		if (member->fd >= 0)
			(void)heartbeat_thread_watch(member->fd);
	}
	judge_configure(&beat.judge, configuration->dead_ns, judged, configuration->member_count);
	if (configuration->cluster_id != beat.aside_cluster_id || configuration->role != beat.aside_role)
		beat.aside = (struct aside){0};
	beat.aside_cluster_id = configuration->cluster_id;
	beat.aside_role = configuration->role;
	/* A datapath that is started anew, under the same clusterd, must not come back to a number that it had. */
	if (!beat.verdict)
		beat.verdict = (uint32_t)(control_now() / NANOSECONDS_PER_MILLISECOND) | 1;
	peer_macs_configure(&beat.findings.macs, configuration->macs, configuration->mac_count);
	beat_patience_configure();
	beat.findings.configured = configuration->serial;
	beat.news = true;
}

/*
 * Who is made active is so by what was heard lately. Where this thread has not run since, what was heard is as old as that; but it
 * has nothing to run for where there was no cluster.
 */
static void begin_lease(bool was_alone, uint64_t now, uint64_t tsc)
{
	if (was_alone || !beat.turned)
		lease_begin(&beat.lease, now, tsc);
	else
		lease_begin(&beat.lease, beat.turned, beat.turned_tsc);
}

static void grant(bool was_forwarding, bool was_alone, uint64_t now, uint64_t tsc)
{
	/* A node alone forwards without heartbeats. */
	if (beat.configuration.serial && !beat.configuration.cluster)
		atomic_store(&heartbeat_lanes.lease_tsc, UINT64_MAX);
	else if (beat.word.forwards && (!was_forwarding || was_alone))
		begin_lease(was_alone, now, tsc);
}

static void take_orders(uint64_t now, uint64_t tsc)
{
	uint32_t serial = beat.configuration.serial;
	bool was_alone = !beat.configuration.cluster;
	struct heartbeat_word before = beat.word;

	if (!mailbox_take(&beat.configuration, &beat.word))
		return;
	if (beat.configuration.serial != serial)
		use_configuration();
	grant(before.forwards, was_alone, now, tsc);
	if (beat.word.farewell && beat_running())
		beat_send_farewell();
	if (beat.word.farewell && !beat.findings.farewelled) {
		/* Nothing may follow that says otherwise. */
		beat.findings.farewelled = true;
		beat.news = true;
	}
	/* What this node is having changed, the peer hears at once. */
	if (memcmp(&before, &beat.word, sizeof(before)) != 0)
		beat.next_send = 0;
}

void beat_turn(void)
{
	uint64_t now = control_now(), tsc = rte_rdtsc();

	watch_self(now, tsc);
	take_orders(now, tsc);
	beat_hear();
	beat_ask_turn(now);
	beat_patience_turn(now);
	beat_send_due(now);
	beat_renew_lease();
	judge_now(now);
	beat.turned = control_now();
	beat.turned_tsc = rte_rdtsc();
	if (beat.news)
		mailbox_put_findings(&beat.findings);
	beat.news = false;
}
