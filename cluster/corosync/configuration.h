/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_COROSYNC_CONFIGURATION_H
#define CLUSTER_COROSYNC_CONFIGURATION_H

/* What Corosync reads: its configuration, and its key made from the cluster key. No secret is ever logged. */

#include "lib/heartbeat.h"
#include "lib/messages/cluster.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COROSYNC_DIRECTORY  "/run/hadrian/corosync"
#define COROSYNC_KEY_LENGTH 128 /* bytes, the least that totem.keyfile may hold */

/* Node ids are 1 for the master and 2 for the slave. */
uint32_t corosync_node_id(enum cluster_role role);

/*
 * Writes corosync.conf for this node's cluster, with the files of directory, into out. Returns 0, -EINVAL for
 * a configuration without links, -ENOSPC. Pure.
 */
int corosync_render(const struct message_cluster_configuration *configuration, const char *directory,
                    char *out, size_t size);

/*
 * A running Corosync can change over from a to b: same node and cluster, links were only added or removed at the end.
 * Pure.
 */
bool corosync_same_links(const struct message_cluster_configuration *a,
                         const struct message_cluster_configuration *b);

/* Corosync's key by HKDF-SHA256 (RFC 5869) with a label of its own. Returns 0 or -EIO. Pure. */
int corosync_derive_key(const uint8_t cluster_key[CLUSTER_KEY_LENGTH], uint8_t key[COROSYNC_KEY_LENGTH]);

/*
 * Writes corosync.conf and authkey (mode 0400) into directory, which is made. Returns 0 or -errno, and in
 * *what (static) what failed.
 */
int corosync_write_files(const struct message_cluster_configuration *configuration, const char *directory,
                         const char *key_path, const char **what);

#endif
