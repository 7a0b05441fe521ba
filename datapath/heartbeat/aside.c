/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "datapath/heartbeat/aside.h"

static void other_named(struct aside *aside, uint64_t peer_dead_ns, uint64_t now)
{
	aside->clear = 0;
	aside->heard = now;
	aside->since = aside->since ? aside->since : now;
	if (now - aside->since >= ASIDE_PEER_DEADS * peer_dead_ns)
		aside->state = ASIDE_YES;
	/* Whom the peer knows goes on as before until then: where only its clusterd was started anew it may be active. */
	else if (aside->state == ASIDE_NO && !aside->named)
		aside->state = ASIDE_MAYBE;
}

static void nobody_named(struct aside *aside, uint64_t now)
{
	aside->since = 0;
	aside->clear = aside->clear ? aside->clear : now;
	if (aside->state != ASIDE_YES || now - aside->clear >= ASIDE_CLEAR_NS)
		aside->state = ASIDE_NO;
}

static void nobody_heard(struct aside *aside, uint64_t peer_dead_ns, uint64_t now)
{
	if (aside->state == ASIDE_MAYBE && now - aside->heard < ASIDE_SILENT_PEER_DEADS * peer_dead_ns)
		return;
	aside->since = aside->clear = 0;
	aside->state = aside->state == ASIDE_YES ? ASIDE_YES : ASIDE_NO;
}

void aside_turn(struct aside *aside, const struct heartbeat *last, bool alive, uint64_t own_instance,
                uint64_t peer_dead_ns, uint64_t now)
{
	bool named = own_instance && last->peer_instance == own_instance;

	if (!alive || !own_instance) {
		nobody_heard(aside, peer_dead_ns, now);
	} else if (named) {
		*aside = (struct aside){.state = ASIDE_NO, .named = true};
	} else if (last->hears_peer && last->peer_instance) {
		other_named(aside, peer_dead_ns, now);
	} else {
		nobody_named(aside, now);
	}
}
