/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/arp/neighbour.h"

#include "datapath/arp/index.h"
#include "datapath/arp/neighbour_table.h"
#include "lib/messages/neighbour.h"

#include <errno.h>
#include <string.h>

/* With many entries a tick looks at a part of them. */
#define TICK_ENTRIES 8192

static const struct neighbour_actions *actions;
static struct neighbour_settings settings = {
    .expire_ns = 900 * NEIGHBOUR_RETRY_NS, .expire_unknown_ns = 3 * NEIGHBOUR_RETRY_NS, .size = 4096};

void neighbour_start(const struct neighbour_actions *new_actions)
{
	actions = new_actions;
	table_reset();
}

struct neighbour *neighbour_get(uint16_t interface, struct ip_address next_hop)
{
	uint32_t index = index_find(interface, next_hop);

	return index ? table_at((uint16_t)index) : NULL;
}

static bool known(const struct neighbour *neighbour)
{
	return neighbour->state == NEIGHBOUR_DYNAMIC || neighbour->state == NEIGHBOUR_PROBING ||
	       neighbour->state == NEIGHBOUR_STATIC;
}

static void drop_held(struct neighbour *neighbour)
{
	for (unsigned i = 0; i < neighbour->held_count; i++)
		actions->drop(neighbour->held[i]);
	neighbour->held_count = 0;
}

/* Before workers know the MAC: what they send from then on would pass these. */
static void send_held(struct neighbour *neighbour)
{
	for (unsigned i = 0; i < neighbour->held_count; i++)
		actions->send(neighbour, neighbour->held[i]);
	neighbour->held_count = 0;
}

/* before: the state that it had for those who watch. */
static void set_state(struct neighbour *neighbour, enum neighbour_state before, enum neighbour_state state)
{
	table_set_state(neighbour, state);
	if (before != state)
		actions->state(neighbour, before);
}

static void forget(struct neighbour *neighbour)
{
	enum neighbour_state before = neighbour->state;

	drop_held(neighbour);
	if (known(neighbour) && neighbour->state != NEIGHBOUR_STATIC)
		actions->changed(neighbour, true);
	table_remove(neighbour);
	actions->state(neighbour, before);
}

/*
 * Room for one more: next hops that do not answer go first, so that a scan of addresses that nobody has
 * cannot push out those that are in use.
 */
static bool make_room(uint64_t now)
{
	struct neighbour *oldest = table_oldest(LIST_INCOMPLETE);

	if (neighbour_count() < settings.size)
		return true;
	if (oldest) {
		/* One that has just been asked for gets its chance. */
		if (oldest->state == NEIGHBOUR_RESOLVING && oldest->tries <= 1 && now < oldest->due)
			return false;
	} else {
		oldest = table_oldest(LIST_COMPLETE);
		while (oldest && oldest->state == NEIGHBOUR_STATIC)
			oldest = oldest->after ? table_at(oldest->after) : NULL;
	}
	if (!oldest)
		return false;
	forget(oldest);
	return true;
}

void neighbour_configure(const struct neighbour_settings *new_settings)
{
	settings = *new_settings;
	if (settings.size > NEIGHBOUR_SIZE_MAX)
		settings.size = NEIGHBOUR_SIZE_MAX;
	/* make_room makes it for one. */
	while (neighbour_count() > settings.size && make_room(UINT64_MAX))
		;
}

static struct neighbour *create(uint16_t interface, struct ip_address next_hop, uint64_t now)
{
	struct neighbour *neighbour;

	if (!make_room(now))
		return NULL;
	if (table_exhausted()) {
		actions->reclaim();
		table_reclaim();
	}
	neighbour = table_add(interface, next_hop);
	return neighbour;
}

static void ask(struct neighbour *neighbour, bool unicast, uint64_t now)
{
	neighbour->tries++;
	neighbour->due = now + NEIGHBOUR_RETRY_NS;
	actions->ask(neighbour, unicast);
}

void neighbour_resolve(uint16_t interface, struct ip_address next_hop, struct rte_mbuf *mbuf, uint64_t now)
{
	struct neighbour *neighbour = neighbour_get(interface, next_hop);

	if (!neighbour) {
		neighbour = create(interface, next_hop, now);
		if (!neighbour) {
			actions->drop(mbuf);
			return;
		}
		set_state(neighbour, NEIGHBOUR_NONE, NEIGHBOUR_RESOLVING);
		neighbour->tries = 0;
		neighbour->held[neighbour->held_count++] = mbuf;
		ask(neighbour, false, now);
	} else if (known(neighbour)) {
		actions->send(neighbour, mbuf);
	} else if (neighbour->state == NEIGHBOUR_RESOLVING && neighbour->held_count < NEIGHBOUR_HELD_MAX) {
		neighbour->held[neighbour->held_count++] = mbuf;
	} else {
		actions->drop(mbuf);
	}
}

static void set_known(struct neighbour *neighbour, enum neighbour_state before, const struct mac_address *mac,
                      uint64_t now)
{
	bool new = !known(neighbour) || memcmp(&neighbour->mac, mac, sizeof(*mac)) != 0;
	uint64_t lead = NEIGHBOUR_TRIES * NEIGHBOUR_RETRY_NS;

	if (lead > settings.expire_ns / 2)
		lead = settings.expire_ns / 2;
	neighbour->mac = *mac;
	neighbour->tries = 0;
	neighbour->expires = now + settings.expire_ns;
	neighbour->due = neighbour->expires - lead;
	send_held(neighbour);
	set_state(neighbour, before, NEIGHBOUR_DYNAMIC);
	if (new)
		actions->changed(neighbour, false);
}

void neighbour_learn(uint16_t interface, struct ip_address next_hop, const struct mac_address *mac,
                     bool create_entry, uint64_t now)
{
	struct neighbour *neighbour = neighbour_get(interface, next_hop);
	enum neighbour_state before = neighbour ? neighbour->state : NEIGHBOUR_NONE;

	if (!neighbour && create_entry)
		neighbour = create(interface, next_hop, now);
	if (neighbour && neighbour->state != NEIGHBOUR_STATIC)
		set_known(neighbour, before, mac, now);
}

int neighbour_query(uint16_t interface, struct ip_address next_hop, uint64_t now)
{
	struct neighbour *neighbour = neighbour_get(interface, next_hop);
	enum neighbour_state before = neighbour ? neighbour->state : NEIGHBOUR_NONE;
	bool unicast;

	if (!neighbour)
		neighbour = create(interface, next_hop, now);
	if (!neighbour)
		return -ENOSPC;
	if (before == NEIGHBOUR_STATIC)
		return -EEXIST;
	if (neighbour->mirrored)
		return -EACCES;
	unicast = known(neighbour);
	set_state(neighbour, before, unicast ? NEIGHBOUR_PROBING : NEIGHBOUR_RESOLVING);
	neighbour->tries = 0;
	ask(neighbour, unicast, now);
	return 0;
}

void neighbour_static_begin(void)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index))
		if (table_at(index)->state == NEIGHBOUR_STATIC)
			table_at(index)->marked = false;
}

int neighbour_static(uint16_t interface, struct ip_address next_hop, const struct mac_address *mac)
{
	struct neighbour *neighbour = neighbour_get(interface, next_hop);
	enum neighbour_state before = neighbour ? neighbour->state : NEIGHBOUR_NONE;

	if (!neighbour)
		neighbour = create(interface, next_hop, 0);
	if (!neighbour)
		return -ENOSPC;
	/* What the peer was told of it as a neighbour that was found is no longer so. */
	if (known(neighbour) && neighbour->state != NEIGHBOUR_STATIC)
		actions->changed(neighbour, true);
	neighbour->mac = *mac;
	neighbour->mirrored = false;
	neighbour->marked = true;
	neighbour->tries = 0;
	send_held(neighbour);
	set_state(neighbour, before, NEIGHBOUR_STATIC);
	return 0;
}

void neighbour_static_end(void)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index))
		if (table_at(index)->state == NEIGHBOUR_STATIC && !table_at(index)->marked)
			forget(table_at(index));
}

static void due(struct neighbour *neighbour, uint64_t now)
{
	switch (neighbour->state) {
	case NEIGHBOUR_RESOLVING:
		if (neighbour->tries < NEIGHBOUR_TRIES) {
			ask(neighbour, false, now);
			return;
		}
		drop_held(neighbour);
		set_state(neighbour, NEIGHBOUR_RESOLVING, NEIGHBOUR_UNKNOWN);
		neighbour->due = now + settings.expire_unknown_ns;
		return;
	case NEIGHBOUR_DYNAMIC:
		set_state(neighbour, NEIGHBOUR_DYNAMIC, NEIGHBOUR_PROBING);
		neighbour->tries = 0;
		ask(neighbour, true, now);
		return;
	case NEIGHBOUR_PROBING:
		if (neighbour->tries < NEIGHBOUR_TRIES) {
			ask(neighbour, true, now);
			return;
		}
		forget(neighbour);
		return;
	case NEIGHBOUR_UNKNOWN:
		forget(neighbour);
		return;
	}
}

void neighbour_tick(uint64_t now)
{
	static uint32_t cursor;
	uint32_t high = table_high(), count = high < TICK_ENTRIES ? high : high / 8 + 1;

	for (; count > 0; count--) {
		struct neighbour *neighbour;

		cursor = cursor + 1 < high ? cursor + 1 : 1;
		neighbour = table_at((uint16_t)cursor);
		if (neighbour->state != NEIGHBOUR_NONE && neighbour->state != NEIGHBOUR_STATIC &&
		    !neighbour->mirrored && now >= neighbour->due)
			due(neighbour, now);
	}
}

void neighbour_flush(uint16_t interface, uint32_t version)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		struct neighbour *neighbour = table_at(index);

		if (neighbour->state != NEIGHBOUR_STATIC &&
		    (!interface || neighbour->interface == interface) &&
		    (!version || neighbour->next_hop.version == version))
			forget(neighbour);
	}
}

int neighbour_mirror(uint16_t interface, struct ip_address next_hop, const struct mac_address *mac,
                     uint64_t now)
{
	struct neighbour *neighbour = neighbour_get(interface, next_hop);
	enum neighbour_state before = neighbour ? neighbour->state : NEIGHBOUR_NONE;

	if (!neighbour)
		neighbour = create(interface, next_hop, now);
	if (!neighbour)
		return -ENOSPC;
	if (before == NEIGHBOUR_STATIC)
		return 0;
	neighbour->mirrored = true;
	neighbour->marked = true;
	set_known(neighbour, before, mac, now);
	return 0;
}

void neighbour_mirror_delete(uint16_t interface, struct ip_address next_hop)
{
	struct neighbour *neighbour = neighbour_get(interface, next_hop);

	if (neighbour && neighbour->mirrored)
		forget(neighbour);
}

void neighbour_mark_begin(void)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index))
		table_at(index)->marked = false;
}

void neighbour_sweep(void)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		struct neighbour *neighbour = table_at(index);

		if (neighbour->mirrored && !neighbour->marked)
			forget(neighbour);
	}
}

void neighbour_adopt(uint64_t now)
{
	/* Spread, so that a takeover is not followed by a burst of probes. */
	uint64_t span = settings.expire_ns / 2, step = 0;
	uint32_t count = neighbour_count() + 1;

	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		struct neighbour *neighbour = table_at(index);

		if (!neighbour->mirrored)
			continue;
		neighbour->mirrored = false;
		neighbour->due = now + span / 4 + span / count * ++step;
		neighbour->expires = neighbour->due + NEIGHBOUR_TRIES * NEIGHBOUR_RETRY_NS;
	}
}

void neighbour_release(void)
{
	for (uint16_t index = neighbour_next(0); index; index = neighbour_next(index)) {
		struct neighbour *neighbour = table_at(index);

		if (neighbour->state == NEIGHBOUR_DYNAMIC || neighbour->state == NEIGHBOUR_PROBING)
			neighbour->mirrored = true;
	}
}
