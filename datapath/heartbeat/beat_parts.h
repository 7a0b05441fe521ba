/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_HEARTBEAT_BEAT_PARTS_H
#define DATAPATH_HEARTBEAT_BEAT_PARTS_H

/* What the parts of the heartbeat thread's work share: beat.c and beat_*.c. Only they include it. */

#include "datapath/core/control.h"
#include "datapath/heartbeat/aside.h"
#include "datapath/heartbeat/ask.h"
#include "datapath/heartbeat/judge.h"
#include "datapath/heartbeat/lanes.h"
#include "datapath/heartbeat/lease.h"
#include "datapath/heartbeat/mailbox.h"
#include "datapath/heartbeat/patience.h"

/* Frames of workers in one interval: a flood of forged ones must not hold a CPU at real-time priority. */
#define BEAT_TAKEN_MAX 512

struct beat {
	struct heartbeat_configuration configuration;
	struct heartbeat_word word;
	struct heartbeat_findings findings;
	struct judge judge;
	struct lease lease;
	struct patience patience;
	struct ask ask;
	struct aside aside;
	uint8_t aside_cluster_id, aside_role; /* as which */
	uint32_t verdict;                     /* see struct heartbeat */
	uint64_t interval_ns; /* between heartbeats: as configured, or less (patience_interval) */
	uint64_t next_send, sequence;
	uint64_t turned, turned_tsc; /* the last turn */
	uint64_t judged;             /* when, last */
	uint64_t late_since;         /* a verdict waits for a worker, 0: none does */
	uint64_t forged_at;          /* when their number was last told */
	uint32_t forged_told;
	struct mac_address copy_source; /* of the last heartbeat of a copy of the peer */
	unsigned taken;                 /* frames of workers in this interval */
	bool news;                      /* the findings have changed */
};
extern struct beat beat;

static inline void beat_count(enum counter counter)
{
	heartbeat_lanes.counters.value[counter]++;
}

/* Heartbeats are to be sent. */
bool beat_running(void);
/* This node stood still, and the control thread has not stopped it yet. */
bool beat_fenced(void);

/* --- beat_send.c */

/* Of the next heartbeat, or less; above all that any process of this node ever sent. */
uint64_t beat_next_sequence(void);
/* Sends where that is due. */
void beat_send_due(uint64_t now);
/* The last ones. */
void beat_send_farewell(void);
/* By what a worker has sent since. */
void beat_renew_lease(void);

/* --- beat_patience.c */

/* There is a new configuration. */
void beat_patience_configure(void);
/* The peer said something new (beat.judge.last): fences this node by it, and judges by what the peer knows of. */
void beat_patience_heard(uint64_t now);
/* Once a turn, before sending: the fence of now, and what to say. */
void beat_patience_turn(uint64_t now);
/* After judging: alive, whether the peer was and is. */
void beat_patience_judged(bool was_alive, bool alive, uint64_t now);

/* --- beat_ask.c */

/* The lease was found over: no worker forwards, and the peer is asked, or the control thread told to make this node inactive. */
void beat_lease_ended(uint64_t now);
/* Once a turn, behind beat_hear: what the peer answers. */
void beat_ask_turn(uint64_t now);

/* --- beat_hear.c */

/* What waits in sockets and rings. */
void beat_hear(void);

#endif
