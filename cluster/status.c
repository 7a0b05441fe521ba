/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cluster/daemon.h"
#include "lib/messages/cluster.h"

#include <stdio.h>
#include <string.h>

static void fill_links(const struct daemon *daemon, struct message_cluster_status *out)
{
	const struct message_cluster_configuration *configuration = &daemon->configuration;

	for (; out->link_count < configuration->link_count; out->link_count++) {
		const struct message_cluster_link *link = &configuration->links[out->link_count];
		struct cluster_link_status *status = &out->links[out->link_count];

		memcpy(status->interface, link->interface, sizeof(status->interface));
		status->spare = link->spare != 0;
		status->up = daemon->links_up >> out->link_count & 1;
	}
}

/* The group holds on to a peer that has died for a second or so, and what it had is gone (C22-048). */
static void forget_dead_peer(struct message_cluster_status *out)
{
	out->resyncing = false;
	out->sync_percent = 0;
	for (uint32_t i = 0; i < out->class_count; i++)
		out->classes[i].have = 0;
}

static void fill_copy(const struct daemon *daemon, struct message_cluster_status *out)
{
	const struct message_cluster_identity *own = &daemon->identity.own;

	out->aside = daemon->aside;
	out->copied = daemon->copy != 0;
	out->copy_source = daemon->copy_source;
	for (uint32_t i = 0; daemon->identity.own_known && i < own->interface_count; i++)
		if (own->interfaces[i].id == daemon->copy_interface)
			memcpy(out->copy_interface, own->interfaces[i].name, sizeof(out->copy_interface));
}

void status_fill(const struct daemon *daemon, struct message_cluster_status *out)
{
	const struct replication *replication = &daemon->replication;

	memset(out, 0, sizeof(*out));
	out->configured = daemon->role.configured && daemon->configuration.enabled;
	out->role = daemon->configuration.role;
	out->active = daemon->role.active;
	out->peer_alive = daemon->role.peer.alive;
	out->peer_ready = daemon->role.peer.alive && daemon->role.peer.ready;
	out->resyncing = replication_resyncing(replication);
	out->sync_percent = (uint8_t)registry_percent(&replication->registry, replication->active);
	out->corosync_joined = daemon->peer_member;
	out->term = daemon->role.term;
	out->patience_us = daemon->patience_us;
	out->mirror_delay_us = replication->active ? delay_us(&daemon->delay, clock_now_ms()) : 0;
	out->state_seconds = (uint32_t)((clock_now_ms() - daemon->active_since_ms) / 1000);
	out->class_count = registry_status(&replication->registry, replication->active, out->classes);
	if (!out->peer_alive)
		forget_dead_peer(out);
	fill_links(daemon, out);
	fill_copy(daemon, out);
	if (out->peer_alive)
		snprintf(out->differences, sizeof(out->differences), "%s", identity_told(daemon));
	out->batches_skipped = daemon->messages_skipped + replication->batches_skipped;
}
