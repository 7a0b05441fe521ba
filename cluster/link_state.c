/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/configuration.h"
#include "cluster/daemon.h"

#include <qb/qblog.h>
#include <string.h>

/* The link that is used: the first of those that are up, NULL where none is. */
static const struct message_cluster_link *used_link(const struct daemon *daemon, uint32_t up)
{
	for (uint32_t link = 0; link < daemon->configuration.link_count; link++) {
		if (up >> link & 1)
			return &daemon->configuration.links[link];
	}
	return NULL;
}

/* What is told once, and its end: no Sync interface reaches a peer that is alive (C22-031). */
static void tell_failure(struct daemon *daemon, const struct message_cluster_link *now)
{
	bool failed = now ? now->spare : daemon->sync_failed || daemon->role.peer.alive;

	if (now && now->spare && now != daemon->standing_in)
		qb_log(LOG_WARNING,
		       "HA sync failure: no Sync interface reaches the peer, %s stands in; check its cable",
		       now->interface);
	else if (!now && daemon->role.peer.alive)
		qb_log(LOG_WARNING, "HA sync failure: the peer is alive, but no interface reaches it for "
		                    "synchronization; the active node goes on by itself");
	else if (now && !now->spare && daemon->sync_failed)
		qb_log(LOG_NOTICE, "HA sync restored: Sync interface %s is used again", now->interface);
	daemon->standing_in = now && now->spare ? now : NULL;
	daemon->sync_failed = failed;
}

static void on_changed(uint32_t up, void *user)
{
	struct daemon *daemon = user;

	for (uint32_t link = 0; link < daemon->configuration.link_count; link++) {
		if ((up ^ daemon->links_up) >> link & 1)
			qb_log(LOG_NOTICE, "HA link over %s is %s",
			       daemon->configuration.links[link].interface, up >> link & 1 ? "up" : "down");
	}
	daemon->links_up = up;
	tell_failure(daemon, used_link(daemon, up));
}

static void on_refused(void *user)
{
	struct daemon *daemon = user;

	qb_log(LOG_WARNING, "corosync does not take its links while it runs: it is started again");
	corosync_restart(daemon->corosync);
}

void link_state_configure(struct daemon *daemon, bool reload)
{
	static const struct corosync_links_handlers handlers = {.changed = on_changed, .refused = on_refused};
	uint32_t peer = corosync_node_id(cluster_role_peer(daemon->configuration.role));
	int error = 0;

	if (daemon->links && daemon->links_peer == peer) {
		if (reload)
			links_reload(daemon->links);
		return;
	}
	link_state_stop(daemon);
	daemon->links_peer = peer;
	error = links_create(daemon->loop, peer, &handlers, daemon, &daemon->links);
	if (error)
		qb_log(LOG_ERR, "the state of the links to the peer cannot be watched: %s", strerror(-error));
}

void link_state_stop(struct daemon *daemon)
{
	links_destroy(daemon->links);
	daemon->links = NULL;
	daemon->links_up = 0;
	daemon->sync_failed = false;
	daemon->standing_in = NULL;
}
