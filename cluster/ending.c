/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"

#include <qb/qblog.h>

/*
 * For handing over, and the rest of the end takes 3 s at most (peer_link_stop): whoever asked for it waits 15 s. Of these seconds
 * the first ROLE_TOLD_SECONDS are for telling the peer; taking over needs less than what is left.
 */
#define END_SECONDS 8
#define LOOK_NS     10000000ULL

static void give_up(void *data)
{
	struct daemon *daemon = data;

	qb_log(LOG_WARNING, "the peer did not take over within %d s: ends without it", END_SECONDS);
	qb_loop_stop(daemon->loop);
}

/* What of this node's state the peer has. */
static unsigned percent(const struct daemon *daemon)
{
	return registry_percent(&daemon->replication.registry, true);
}

/* It has not got everything: it may not even have joined the group yet, though its heartbeats say that it is ready. */
static bool lacks(const struct daemon *daemon)
{
	return !daemon->replication.peer || replication_resyncing(&daemon->replication);
}

static bool waits(const struct daemon *daemon, uint64_t now)
{
	return roles_peer_would_take_over(daemon) &&
	       (!daemon->replication.peer || replication_gets_on(&daemon->replication, now));
}

static void hand_over(struct daemon *daemon)
{
	struct role_event event = {.type = ROLE_COMMAND, .command = ROLE_SHUTDOWN};

	if (roles_peer_would_take_over(daemon) && lacks(daemon))
		qb_log(
		    LOG_WARNING,
		    "hands over although the peer has only %u %% of what this node holds: the rest is lost",
		    percent(daemon));
	roles_event(daemon, &event);
}

static void look(void *data)
{
	struct daemon *daemon = data;
	uint64_t now = clock_now_ms();
	qb_loop_timer_handle timer;

	if (!waits(daemon, now) || now >= daemon->told_until_ms ||
	    qb_loop_timer_add(daemon->loop, QB_LOOP_LOW, LOOK_NS, daemon, look, &timer))
		hand_over(daemon);
}

void ending_begin(struct daemon *daemon)
{
	uint64_t now = clock_now_ms();
	qb_loop_timer_handle timer;

	if (daemon->ending)
		return;
	daemon->ending = true;
	daemon->told_until_ms = now + ROLE_TOLD_SECONDS * 1000;
	(void)qb_loop_timer_add(daemon->loop, QB_LOOP_HIGH, END_SECONDS * 1000000000ULL, daemon, give_up,
	                        &timer);
	if (waits(daemon, now))
		qb_log(LOG_NOTICE,
		       "ends when the peer has been told what this node holds (%u %% by now), in %d s at the "
		       "latest",
		       percent(daemon), ROLE_TOLD_SECONDS);
	look(daemon);
}
