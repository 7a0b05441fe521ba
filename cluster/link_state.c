/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/corosync/configuration.h"
#include "cluster/daemon.h"
#include "lib/log_event.h"

#include <qb/qblog.h>
#include <string.h>

#define NO_LINK_MS 5000

/* The link that is used: the first of those that are up, NULL where none is. */
static const struct message_cluster_link *used_link(const struct daemon *daemon, uint32_t up)
{
	for (uint32_t link = 0; link < daemon->configuration.link_count; link++) {
		if (up >> link & 1)
			return &daemon->configuration.links[link];
	}
	return NULL;
}

/* No link, and the peer is alive: a peer that is about to end, or whose Corosync starts anew, looks like that for a while. */
static bool has_lost_all(struct daemon *daemon, const struct message_cluster_link *used)
{
	uint64_t now = clock_now_ms();

	if (used || daemon->peer_member || !daemon->role.peer.alive || daemon->links_told == LINKS_UNKNOWN) {
		daemon->no_link_since_ms = 0;
		return false;
	}
	if (daemon->no_link_since_ms == 0)
		daemon->no_link_since_ms = now;
	return now - daemon->no_link_since_ms >= NO_LINK_MS;
}

/* Each state of C22-031 is told once. */
static void tell(struct daemon *daemon)
{
	const struct message_cluster_link *used = used_link(daemon, daemon->links_up);
	enum links_told before = daemon->links_told;

	if (has_lost_all(daemon, used))
		daemon->links_told = LINKS_NONE;
	else if (used)
		daemon->links_told = used->spare ? LINKS_SPARE : LINKS_SYNC;
	if (daemon->links_told == before)
		return;
	if (daemon->links_told == LINKS_NONE)
		log_event(LOG_EVENT_HA_SYNC_FAILURE,
		          "HA sync failure: the peer is alive, but no interface reaches it for "
		          "synchronization; the active node goes on by itself");
	else if (used && used->spare)
		log_event(
		    LOG_EVENT_HA_SYNC_FAILURE,
		    "HA sync failure: no Sync interface reaches the peer, %s stands in; check its cable",
		    used->interface);
	else if (used && before != LINKS_UNKNOWN)
		log_event_of(LOG_EVENT_HA_SYNC_RESTORED, used->interface,
		             "HA sync restored: Sync interface %s is used again", used->interface);
}

static void on_changed(uint32_t up, void *user)
{
	struct daemon *daemon = user;

	for (uint32_t link = 0; link < daemon->configuration.link_count; link++) {
		const char *name = daemon->configuration.links[link].interface;

		if ((up ^ daemon->links_up) >> link & 1)
			log_event_of(up >> link & 1 ? LOG_EVENT_HA_LINK_UP : LOG_EVENT_HA_LINK_DOWN, name,
			             "HA link over %s is %s", name, up >> link & 1 ? "up" : "down");
	}
	daemon->links_up = up;
	tell(daemon);
}

void link_state_second(struct daemon *daemon)
{
	if (daemon->links)
		tell(daemon);
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
	daemon->links_told = LINKS_UNKNOWN;
	daemon->no_link_since_ms = 0;
}
