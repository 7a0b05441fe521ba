/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/monitor/verdict.h"

/* In ticks. A host on the link answers within a millisecond; a router that is busy gets a quarter of a second. */
enum {
	ASK_EVERY = 6,
	ASK_FOR = 24,
	ASK_AGAIN = 50,
	SILENT_FOR = 4 * ASK_AGAIN,
	RECOVERY = ASK_AGAIN,
	CALM = 3000
};
#define DOUBLED_MAX 3 /* times */

static void enter(struct verdict *verdict, enum interface_monitor state)
{
	verdict->state = (uint8_t)state;
	verdict->ticks = 0;
}

static enum verdict_action begin(struct verdict *verdict, bool has_targets)
{
	verdict->proven = false;
	verdict->since_answer = 0;
	enter(verdict, has_targets ? INTERFACE_MONITOR_ASKING : INTERFACE_MONITOR_NOBODY);
	return has_targets ? VERDICT_ASK : VERDICT_WAIT;
}

static enum verdict_action asking(struct verdict *verdict)
{
	verdict->ticks++;
	if (verdict->ticks < ASK_FOR << verdict->doubled)
		return verdict->ticks % ASK_EVERY ? VERDICT_WAIT : VERDICT_ASK;
	enter(verdict, verdict->proven ? INTERFACE_MONITOR_PEER : INTERFACE_MONITOR_OWN);
	return VERDICT_WAIT;
}

/* The verdict stands as long as it is confirmed. */
static enum verdict_action decided(struct verdict *verdict)
{
	if (verdict->proven && ++verdict->since_answer > SILENT_FOR)
		return begin(verdict, true);
	if (verdict->state == INTERFACE_MONITOR_OWN && verdict->proven)
		enter(verdict, INTERFACE_MONITOR_PEER);
	if (++verdict->ticks < ASK_AGAIN)
		return VERDICT_WAIT;
	verdict->ticks = 0;
	return VERDICT_ASK;
}

static enum verdict_action not_heard(struct verdict *verdict, bool has_targets)
{
	switch ((enum interface_monitor)verdict->state) {
	case INTERFACE_MONITOR_OFF:
	case INTERFACE_MONITOR_WELL:
		return begin(verdict, has_targets);
	case INTERFACE_MONITOR_NOBODY:
		return has_targets ? begin(verdict, true) : VERDICT_WAIT;
	case INTERFACE_MONITOR_ASKING:
		return has_targets ? asking(verdict) : begin(verdict, false);
	case INTERFACE_MONITOR_OWN:
	case INTERFACE_MONITOR_PEER:
		return has_targets ? decided(verdict) : begin(verdict, false);
	}
	return VERDICT_WAIT;
}

/* Nothing is known of the state any more; how hasty a verdict may be is. */
static void forget(struct verdict *verdict)
{
	*verdict = (struct verdict){.doubled = verdict->doubled, .calm = verdict->calm};
}

static void heard(struct verdict *verdict)
{
	bool alarm = verdict->state == INTERFACE_MONITOR_ASKING || verdict->state == INTERFACE_MONITOR_OWN;

	forget(verdict);
	verdict->state = INTERFACE_MONITOR_WELL;
	if (!alarm && ++verdict->calm < CALM)
		return;
	verdict->calm = 0;
	if (alarm && verdict->doubled < DOUBLED_MAX)
		verdict->doubled++;
	else if (!alarm && verdict->doubled)
		verdict->doubled--;
}

static enum verdict_action judge(struct verdict *verdict, const struct verdict_input *input)
{
	if (!input->link || input->hearing == JUDGE_HEARS_NOBODY) {
		forget(verdict);
		verdict->grace = input->grace_ticks;
		return VERDICT_WAIT;
	}
	if (input->hearing == JUDGE_HEARS_BOTH) {
		heard(verdict);
		return VERDICT_WAIT;
	}
	if (verdict->grace) {
		verdict->grace--;
		return VERDICT_WAIT;
	}
	return not_heard(verdict, input->has_targets);
}

enum verdict_action verdict_tick(struct verdict *verdict, const struct verdict_input *input)
{
	bool own = verdict->state == INTERFACE_MONITOR_OWN;
	uint16_t recovery = verdict->recovery ? verdict->recovery - 1 : 0;
	enum verdict_action action = judge(verdict, input);

	if (own && verdict->state != INTERFACE_MONITOR_OWN)
		recovery = RECOVERY;
	/* Without a peer there is nobody to wait for. */
	verdict->recovery = input->hearing == JUDGE_HEARS_NOBODY ? 0 : recovery;
	return action;
}

void verdict_answer(struct verdict *verdict)
{
	verdict->proven = true;
	verdict->since_answer = 0;
}

void verdict_reset(struct verdict *verdict)
{
	*verdict = (struct verdict){0};
}

bool verdict_ready(const struct verdict *verdict)
{
	return verdict->state != INTERFACE_MONITOR_OWN && !verdict->recovery &&
	       (verdict->state != INTERFACE_MONITOR_ASKING || verdict->proven);
}
