/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_COROSYNC_LINKS_H
#define CLUSTER_COROSYNC_LINKS_H

/*
 * Over which links the running Corosync reaches the peer, asked each second, and its change to a configuration that was
 * written anew. Corosync's library waits for the daemon, so a thread does it; the functions here are for the loop's thread.
 */

#include <qb/qbloop.h>
#include <stdint.h>

struct corosync_links;

struct corosync_links_handlers {
	/* Bit n: the peer answers over link n. Called when that changed. */
	void (*changed)(uint32_t up, void *user);
	/* Corosync did not take the configuration of links_reload. */
	void (*refused)(void *user);
};

/* Returns 0 or -errno; *out is the caller's. peer_id is the peer's node id. */
int links_create(qb_loop_t *loop, uint32_t peer_id, const struct corosync_links_handlers *handlers,
                 void *user, struct corosync_links **out);
/* Waits for the thread a second at most. NULL is fine. */
void links_destroy(struct corosync_links *links);
/* Makes Corosync read its configuration again; nothing where none runs. */
void links_reload(struct corosync_links *links);

#endif
