/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/blacklist/blacklist.h"

#include "datapath/core/control.h"
#include "datapath/worker/job.h"
#include "lib/timer.h"

#include <errno.h>
#include <qb/qblog.h>
#include <stdlib.h>
#include <string.h>

/* A flood makes entries one after the other: they come into force together. */
#define GATHER_NS (100 * NANOSECONDS_PER_MILLISECOND)

static struct blacklist_held *held;
static unsigned held_count;
static struct timer gathering;
static bool grown;                /* there are entries whose flows were not looked for */
static bool closing, close_again; /* a job runs; and its like must follow */
static bool unfinished;           /* a worker was too busy for its part */
static struct worker_job job;

static bool active(void)
{
	return atomic_load_explicit(&datapath.active, memory_order_relaxed);
}

unsigned blacklist_count(void)
{
	return held_count;
}

struct blacklist_held *blacklist_at(unsigned index)
{
	return &held[index];
}

/* --- flows that are open
 * ------------------------------------------------------------------------------------------- */

static void close_flows(void);

static void flows_closed(struct worker_job *done)
{
	(void)done;
	closing = false;
	if (close_again)
		close_flows();
}

/* The standby's follow those of the active node. */
static void close_flows(void)
{
	close_again = closing;
	if (closing || !active())
		return;
	closing = true;
	grown = unfinished = false;
	if (worker_job_start(&job, blacklist_close_flows, flows_closed))
		unfinished = true;
}

/* --- what workers read
 * --------------------------------------------------------------------------------------------- */

static void put_in_force(void)
{
	struct blacklist_entry *entries = calloc(held_count + 1, sizeof(*entries));
	struct blacklist_table *table = NULL, *old;
	int error = entries ? 0 : -ENOMEM;

	for (unsigned i = 0; entries && i < held_count; i++)
		entries[i] = held[i].entry;
	if (!error && held_count)
		error = blacklist_table_create(entries, held_count, &table);
	free(entries);
	if (error) {
		qb_log(LOG_ERR, "the blacklist stays as it was: %s", strerror(-error));
		return;
	}
	old = atomic_exchange(&blacklist_in_force, table);
	if (old)
		control_synchronize();
	blacklist_table_destroy(old);
}

static void gathered(void *user)
{
	(void)user;
	put_in_force();
	if (grown)
		close_flows();
}

/* at_once: who asked for it expects it to be so with the answer. */
static void changed(bool at_once)
{
	if (at_once) {
		timer_stop(&gathering);
		gathered(NULL);
	} else if (!timer_runs(&gathering)) {
		(void)timer_start(&gathering, control_loop(), QB_LOOP_MED, GATHER_NS, NULL, gathered);
	}
}

/* --- the list
 * ------------------------------------------------------------------------------------------------------ */

bool blacklist_same(const struct blacklist_entry *a, const struct blacklist_entry *b)
{
	return blacklist_entry_within(a, b) && blacklist_entry_within(b, a) && a->system == b->system &&
	       strcmp(a->object, b->object) == 0;
}

static struct blacklist_held *find(const struct blacklist_entry *entry)
{
	for (unsigned i = 0; i < held_count; i++)
		if (blacklist_same(&held[i].entry, entry))
			return &held[i];
	return NULL;
}

static uint64_t end_of(const struct blacklist_entry *entry)
{
	return entry->timeout_s ? control_now() + entry->timeout_s * NANOSECONDS_PER_SECOND : 0;
}

/* Returns NULL and *error where there is no room. */
static struct blacklist_held *append(const struct blacklist_entry *entry, unsigned most, int *error)
{
	if (!held)
		held = calloc(BLACKLIST_MAX, sizeof(*held));
	*error = !held ? -ENOMEM : held_count >= most ? -ENOSPC : 0;
	if (*error)
		return NULL;
	held[held_count] = (struct blacklist_held){.entry = *entry, .until = end_of(entry)};
	grown = true;
	return &held[held_count++];
}

int blacklist_take(const struct blacklist_entry *entry)
{
	struct blacklist_held *one = find(entry);
	int error = 0;

	if (one) {
		one->until = end_of(entry);
	} else {
		one = append(entry, BLACKLIST_MAX, &error);
		if (!one)
			return error;
		changed(false);
	}
	one->marked = true;
	return 0;
}

/* Whether an end is later, by more than is shown of it: each packet of a flood would be a record to the peer. */
static bool is_later(uint64_t until, uint64_t than)
{
	return than && (!until || until >= than + NANOSECONDS_PER_SECOND);
}

int blacklist_insert(const struct blacklist_entry *entry, bool at_once)
{
	/* Forged sources take no place that a person needs. */
	unsigned most = entry->system == BLACKLIST_CLI ? BLACKLIST_MAX : BLACKLIST_MAX - BLACKLIST_RESERVED;
	const struct policy *policy = control_policy();
	struct blacklist_held *known = find(entry);
	int error = 0;

	if (!active())
		return -EACCES;
	if (policy && blacklist_whitelisted(policy, entry))
		return -EPERM;
	if (known) {
		if (!is_later(end_of(entry), known->until))
			return 0;
		known->until = end_of(entry);
	} else {
		known = append(entry, most, &error);
		if (!known)
			return error;
		changed(at_once);
	}
	blacklist_emit(known, RECORD_UPSERT);
	return 0;
}

unsigned blacklist_drop_if(bool (*drop)(const struct blacklist_held *held, const void *argument),
                           const void *argument)
{
	unsigned kept = 0, dropped;

	for (unsigned i = 0; i < held_count; i++)
		if (!drop(&held[i], argument))
			held[kept++] = held[i];
	dropped = held_count - kept;
	held_count = kept;
	/* The standby is told of one after the other. */
	if (dropped)
		changed(active());
	return dropped;
}

static bool is_within(const struct blacklist_held *one, const void *argument)
{
	if (!blacklist_entry_within(&one->entry, argument))
		return false;
	blacklist_emit(one, RECORD_DELETE);
	return true;
}

int blacklist_remove(const struct blacklist_entry *within)
{
	return active() ? (int)blacklist_drop_if(is_within, within) : -EACCES;
}

static bool has_ended(const struct blacklist_held *one, const void *now)
{
	return one->until && *(const uint64_t *)now >= one->until;
}

/* --- what happens to it
 * -------------------------------------------------------------------------------------------- */

void blacklist_second(void)
{
	uint64_t now = control_now();

	(void)blacklist_drop_if(has_ended, &now);
	if (unfinished && !closing)
		close_flows();
}

void blacklist_policy(void)
{
	if (held_count)
		close_flows();
}

void blacklist_activity(bool now_active)
{
	/* The peer may have gone before it closed them all. */
	if (!now_active || !held_count)
		return;
	grown = true;
	changed(true);
}

struct blacklist_entry blacklist_describe(const struct blacklist_held *one, uint64_t now)
{
	struct blacklist_entry entry = one->entry;

	entry.timeout_s = 0;
	/* 0 would be without end. */
	if (one->until)
		entry.timeout_s =
		    one->until > now ? (uint32_t)((one->until - now - 1) / NANOSECONDS_PER_SECOND) + 1 : 1;
	return entry;
}

void *rows_blacklist(uint32_t *count)
{
	struct blacklist_entry *rows = calloc(held_count + 1, sizeof(*rows));
	uint64_t now = control_now();

	for (unsigned i = 0; rows && i < held_count; i++)
		rows[(*count)++] = blacklist_describe(&held[i], now);
	return rows;
}

void blacklist_stop(void)
{
	timer_stop(&gathering);
	blacklist_table_destroy(atomic_exchange(&blacklist_in_force, NULL));
	free(held);
	held = NULL;
	held_count = 0;
}
