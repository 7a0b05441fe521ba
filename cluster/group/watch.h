/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_GROUP_WATCH_H
#define CLUSTER_GROUP_WATCH_H

/*
 * Tells when Corosync is to be started anew: it runs and does not work. Heartbeats decide who is active without it, so
 * nothing but the mirror waits for it, and that for no longer than needed. Each time in a row that it does not help the
 * next one comes later, up to GROUP_WATCH_LAST_MS.
 */

#include <stdbool.h>
#include <stdint.h>

#define GROUP_WATCH_SILENT_MS 10000u  /* Corosync hangs, or does not let this node into the group */
#define GROUP_WATCH_APART_MS  20000u  /* the peer's heartbeats arrive, but the group does not hold it */
#define GROUP_WATCH_LAST_MS   320000u /* between two starts */

enum group_watch_verdict { GROUP_WATCH_FINE, GROUP_WATCH_SILENT, GROUP_WATCH_APART };

struct group_watch {
	uint64_t apart_since_ms; /* 0: they are not */
	uint32_t in_a_row;       /* starts that did not help yet */
};

/* As of one moment, in milliseconds of a clock that does not stop. */
struct group_facts {
	uint64_t now_ms;
	uint64_t corosync_since_ms; /* when the running Corosync was started, 0: none runs */
	uint64_t heard_ms; /* when a message of this node's own last came back through it, 0: never */
	bool peer_alive;   /* by heartbeats */
	bool peer_member;  /* of the group */
	bool active;       /* this node; the other one is to start its Corosync anew where both are apart */
};

/* Once a second; a verdict but the first is acted on by the caller. The loop's thread. */
enum group_watch_verdict group_watch(struct group_watch *watch, const struct group_facts *facts);

#endif
