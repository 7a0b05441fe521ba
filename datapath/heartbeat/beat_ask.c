/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/beat_parts.h"

#include <rte_cycles.h>

/* Workers forward nothing more; the control thread makes this node inactive. */
static void stand_down(void)
{
	ask_end(&beat.ask);
	beat.findings.fences++;
	beat.news = true;
}

/* Who hands over, or hears nobody, has nobody to ask. */
static bool may_ask(uint64_t now)
{
	return beat.word.active && !beat.word.wish.yielding && beat.findings.report.alive &&
	       (!beat.ask.since || now - beat.ask.since < beat.configuration.dead_ns);
}

void beat_lease_ended(uint64_t now)
{
	atomic_store(&heartbeat_lanes.lease_tsc, 0);
	beat.findings.pause_ns = now - beat.lease.base_ns;
	if (!may_ask(now) || !ask_begin(&beat.ask, now))
		stand_down();
	else
		beat.next_send = 0;
}

static void go_on(void)
{
	lease_begin(&beat.lease, beat.ask.sent_ns, beat.ask.sent_tsc);
	ask_end(&beat.ask);
	atomic_store(&heartbeat_lanes.lease_tsc, lease_end_tsc(&beat.lease));
	beat.findings.not_missed++;
	beat.news = true;
}

static void note(void)
{
	/* The clocks are read behind what was heard: a verdict that came after the lease's end is none from before it. */
	if (!beat.word.forwards || !lease_over(&beat.lease, control_now(), rte_rdtsc()))
		ask_note(&beat.ask, &beat.judge.last, beat.word.wish.term);
}

void beat_ask_turn(uint64_t now)
{
	enum ask_answer answer;

	if (beat_fenced())
		return;
	if (!beat.ask.since) {
		note();
		return;
	}
	if (!beat_running() || !beat.word.forwards) {
		ask_end(&beat.ask);
		return;
	}
	answer = ask_answer(&beat.ask, &beat.judge.last, beat.word.wish.instance, beat.word.wish.term);
	if (answer == ASK_MISSED || !may_ask(now))
		stand_down();
	else if (answer == ASK_NOT_MISSED)
		go_on();
}
