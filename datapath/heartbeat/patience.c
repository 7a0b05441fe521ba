/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/patience.h"

#include "datapath/heartbeat/lateness.h"

/* Half of the least patience is then room for a heartbeat that is lost and the next one's delay. */
#define INTERVALS_MIN 4
#define MARGIN        2 /* intervals */

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void patience_configure(struct patience *patience, uint64_t interval_ns, uint64_t least_ns, uint64_t dead_ns,
                        uint64_t sequence)
{
	if (patience->dead_ns != dead_ns)
		patience->dead_since = sequence;
	patience->interval_ns = interval_ns;
	patience->least_ns = larger(least_ns, INTERVALS_MIN * interval_ns);
	patience->dead_ns = dead_ns;
	patience->bound_ns = patience->bound_ns ? smaller(patience->bound_ns, dead_ns) : dead_ns;
}

uint64_t patience_judges_by_at_most(const struct patience *patience)
{
	return larger(patience->dead_ns, patience->peer_dead_ns);
}

void patience_hear_bound(struct patience *patience, uint64_t peer_dead_ns, uint64_t acknowledged)
{
	patience->peer_dead_ns = peer_dead_ns;
	if (acknowledged && acknowledged >= patience->dead_since)
		patience->bound_ns = patience->dead_ns;
}

void patience_restart(struct patience *patience, uint64_t now)
{
	patience->since = now;
}

/* 0: PeerDead. */
static uint64_t best(const struct patience *patience, uint64_t longest, uint64_t now)
{
	uint64_t wish = larger(patience->least_ns, LATENESS_GAPS * longest);

	if (!longest || now - patience->since < PATIENCE_SETTLE_NS)
		return 0;
	return wish < patience_judges_by_at_most(patience) ? wish : 0;
}

void patience_choose(struct patience *patience, uint64_t longest, uint64_t now, uint64_t sequence)
{
	uint64_t wish = best(patience, longest, now), most = patience_judges_by_at_most(patience);
	uint64_t had = patience->wanted_ns ? patience->wanted_ns : most;
	uint64_t wants = wish ? wish : most;
	bool raises = wants > had;

	/* Small steps down are not worth the moment of PeerDead that each costs. */
	if (wish == patience->wanted_ns ||
	    (!raises && (now - patience->raised < PATIENCE_SETTLE_NS || wants > had - had / 8)))
		return;
	if (raises)
		patience->raised = now;
	patience->wanted_ns = wish;
	patience->wanted_since = sequence;
}

uint64_t patience_judges_by(const struct patience *patience, uint64_t acknowledged)
{
	uint64_t most = patience_judges_by_at_most(patience);

	if (!patience->wanted_ns || !acknowledged || acknowledged < patience->wanted_since)
		return most;
	return smaller(patience->wanted_ns, most);
}

void patience_obey(struct patience *patience, uint64_t peer_wants_ns)
{
	patience->peer_wants_ns = peer_wants_ns;
	patience->gave_up = 0;
}

void patience_give_up(struct patience *patience, uint64_t now)
{
	if (!patience->gave_up)
		patience->gave_up = now;
}

uint64_t patience_acknowledges(const struct patience *patience, uint64_t heard)
{
	return patience->gave_up ? 0 : heard;
}

uint64_t patience_judged_by(const struct patience *patience, uint64_t now)
{
	uint64_t bound = patience->bound_ns;
	/* A peer that heard nothing else for as long has judged already; one that did judges by PeerDead. */
	bool free = patience->gave_up && now - patience->gave_up >= larger(patience->peer_wants_ns, bound);

	return patience->peer_wants_ns && !free ? smaller(patience->peer_wants_ns, bound) : bound;
}

uint64_t patience_interval(const struct patience *patience, uint64_t now)
{
	return smaller(patience->interval_ns, patience_judged_by(patience, now) / INTERVALS_MIN);
}

uint64_t patience_fence(const struct patience *patience, uint64_t now, uint64_t *stride)
{
	uint64_t least = patience_judged_by(patience, now), interval = patience_interval(patience, now);
	uint64_t margin = larger(least / 4, MARGIN * interval);

	*stride = margin - smaller(margin, interval / 2);
	return least - margin;
}
