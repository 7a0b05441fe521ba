/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/lateness.h"

#include <stdbool.h>

void lateness_hear(struct lateness *lateness, uint64_t now)
{
	if (now - lateness->window >= LATENESS_WINDOW_NS) {
		bool recent = now - lateness->window < 2 * LATENESS_WINDOW_NS;

		lateness->gap_before = recent ? lateness->gap : 0;
		lateness->gap = 0;
		lateness->window = now;
	}
	if (lateness->heard && now > lateness->heard && now - lateness->heard > lateness->gap)
		lateness->gap = now - lateness->heard;
	lateness->heard = now;
}

void lateness_excuse(struct lateness *lateness, uint64_t from, uint64_t until)
{
	if (lateness->heard && lateness->heard <= from)
		lateness->heard += until - from;
}

void lateness_restart(struct lateness *lateness)
{
	*lateness = (struct lateness){0};
}

uint64_t lateness_longest(const struct lateness *lateness)
{
	return lateness->gap > lateness->gap_before ? lateness->gap : lateness->gap_before;
}
