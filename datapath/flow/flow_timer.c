/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/flow/flow_table.h"

/*
 * A wheel of lists. Packets only write last_seen; a flow whose slot comes and which was not idle for long
 * enough is put into the slot where it would be due, so that an established flow costs a visit per timeout,
 * not per packet.
 */

uint32_t flow_timer_due(const struct flow *flow)
{
	uint32_t a = flow->direction[0].last_seen, b = flow->direction[1].last_seen;
	uint32_t idle_longest = (int32_t)(a - b) < 0 ? a : b;

	return idle_longest + flow->timeout;
}

void flow_timer_stop(struct flow_table *table, uint32_t index)
{
	struct flow *flow = flow_at(table, index);

	if (!flow->timer_slot)
		return;
	if (flow->timer_previous)
		flow_at(table, flow->timer_previous)->timer_next = flow->timer_next;
	else
		table->wheel[flow->timer_slot - 1] = flow->timer_next;
	if (flow->timer_next)
		flow_at(table, flow->timer_next)->timer_previous = flow->timer_previous;
	flow->timer_next = flow->timer_previous = flow->timer_slot = 0;
}

void flow_timer_start(struct flow_table *table, uint32_t index)
{
	struct flow *flow = flow_at(table, index);
	uint32_t due = flow_timer_due(flow), slot;

	flow_timer_stop(table, index);
	/* From the wheel's own time, which may lag behind: never the slot being emptied, never past the
	 * horizon. */
	if ((int32_t)(due - table->wheel_now) < 1)
		due = table->wheel_now + 1;
	else if (due - table->wheel_now >= FLOW_WHEEL_SLOTS)
		due = table->wheel_now + FLOW_WHEEL_SLOTS - 1;
	slot = due % FLOW_WHEEL_SLOTS;
	flow->timer_slot = slot + 1;
	flow->timer_next = table->wheel[slot];
	flow->timer_previous = 0;
	if (flow->timer_next)
		flow_at(table, flow->timer_next)->timer_previous = index;
	table->wheel[slot] = index;
}

bool flow_timer_advance(struct flow_table *table, uint32_t now, uint32_t budget,
                        void (*expired)(void *context, uint32_t index), void *context)
{
	while (table->wheel_now != now) {
		uint32_t index = table->wheel[(table->wheel_now + 1) % FLOW_WHEEL_SLOTS];

		if (!index) {
			table->wheel_now++;
			continue;
		}
		if (!budget--)
			return false;
		if ((int32_t)(flow_timer_due(flow_at(table, index)) - now) <= 0) {
			expired(context, index);
			continue;
		}
		/* The slot counts as done for where it goes next. */
		table->wheel_now++;
		flow_timer_start(table, index);
		table->wheel_now--;
	}
	return true;
}
