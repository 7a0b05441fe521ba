/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MONITOR_VERDICT_H
#define DATAPATH_MONITOR_VERDICT_H

/*
 * Early interface failure detection of one Critical interface (C22-025, C22-028, C22-029): whose side it is that heartbeats
 * are missed for. Knows no clock, no port and no packet: it is given a tick each VERDICT_TICK_MS of a thread that runs, so
 * that a thread which stood still takes no silence of others for an answer. One thread.
 */

#include "datapath/heartbeat/judge.h"
#include "lib/messages/query.h"

#include <stdbool.h>
#include <stdint.h>

#define VERDICT_TICK_MS 10

/* All zero: nothing is known. */
struct verdict {
	uint8_t state;  /* enum interface_monitor */
	bool proven;    /* a target has answered: this node's interface works in both directions */
	uint16_t grace; /* ticks that are left before anything is thought of heartbeats that are missed */
	uint16_t ticks; /* in the state, or since the targets were last asked */
	uint16_t since_answer;
	uint16_t recovery; /* ticks that are left until a fault of the own side counts as past */
	uint8_t doubled;   /* how often the time for answers was, since heartbeats came back by themselves */
	uint16_t calm;     /* ticks in which they came, since it was doubled or halved */
};

struct verdict_input {
	enum judge_hearing hearing;
	bool link;            /* the port is there and has a link */
	bool has_targets;     /* somebody can be asked */
	uint16_t grace_ticks; /* PeerDead: the time that a peer, a port or a policy which is new gets */
};

enum verdict_action { VERDICT_WAIT, VERDICT_ASK /* all targets, now */ };

/*
 * One tick. The verdict changes by this only. What ends by itself was no fault of an interface but a machine without time: after
 * each such alarm answers get twice the time, eight times at most, and half of it again after half a minute without one.
 */
enum verdict_action verdict_tick(struct verdict *verdict, const struct verdict_input *input);

/* A target has answered a question of this node's. */
void verdict_answer(struct verdict *verdict);

/* A port or a policy is new: what is known goes, and heartbeats get time to come. */
void verdict_reset(struct verdict *verdict);

/*
 * Whether this node may take over as far as this interface goes: false while it must be feared that the own side is at
 * fault, so that nobody hands over to a node that is no better (C22-030), and for half a second behind the end of such a
 * fault: where what was wrong ends for both nodes at once, the active one shall have noticed it too.
 */
bool verdict_ready(const struct verdict *verdict);

#endif
