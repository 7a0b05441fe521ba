/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/replication/delay.h"

void delay_applied(struct delay *delay, uint32_t now)
{
	if (!delay->received)
		return;
	delay->applied = delay->received;
	delay->applied_at = now;
	delay->received = 0;
}

uint32_t delay_echo(struct delay *delay, uint32_t now)
{
	uint32_t echo = delay->applied ? delay->applied + (now - delay->applied_at) : 0;

	delay->applied = 0;
	return echo;
}

void delay_heard(struct delay *delay, uint32_t echo, uint32_t now, uint64_t now_ms)
{
	if (!echo)
		return;
	delay->latest_us = now - echo;
	delay->measured_ms = now_ms;
}

uint32_t delay_us(const struct delay *delay, uint64_t now_ms)
{
	return delay->measured_ms && now_ms - delay->measured_ms < DELAY_VALID_MS ? delay->latest_us : 0;
}
