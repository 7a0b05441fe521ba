/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/group/watch.h"

static bool patience_ended(const struct group_watch *watch, uint64_t since_ms, uint64_t patience_ms,
                           uint64_t now_ms)
{
	for (uint32_t i = 0; i < watch->in_a_row && patience_ms < GROUP_WATCH_LAST_MS; i++)
		patience_ms *= 2;
	return now_ms - since_ms >= (patience_ms < GROUP_WATCH_LAST_MS ? patience_ms : GROUP_WATCH_LAST_MS);
}

static uint64_t later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

enum group_watch_verdict group_watch(struct group_watch *watch, const struct group_facts *facts)
{
	bool apart = facts->peer_alive && !facts->peer_member;
	enum group_watch_verdict verdict = GROUP_WATCH_FINE;

	if (facts->peer_member)
		watch->in_a_row = 0;
	if (!apart)
		watch->apart_since_ms = 0;
	else if (watch->apart_since_ms == 0)
		watch->apart_since_ms = facts->now_ms;
	if (facts->corosync_since_ms == 0)
		return GROUP_WATCH_FINE;
	if (patience_ended(watch, later(facts->heard_ms, facts->corosync_since_ms), GROUP_WATCH_SILENT_MS,
	                   facts->now_ms))
		verdict = GROUP_WATCH_SILENT;
	else if (apart && !facts->active &&
	         patience_ended(watch, later(watch->apart_since_ms, facts->corosync_since_ms),
	                        GROUP_WATCH_APART_MS, facts->now_ms))
		verdict = GROUP_WATCH_APART;
	watch->in_a_row += verdict != GROUP_WATCH_FINE;
	return verdict;
}
