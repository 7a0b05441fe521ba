/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_IDENTITY_IDENTITY_H
#define CLUSTER_IDENTITY_IDENTITY_H

/*
 * What two nodes must have alike to be one firewall: their release and platform (C22-016, C22-069), and the names, IDs and HATypes
 * of their interfaces (C22-015, C22-066). Pure; any thread.
 */

#include "lib/messages/cluster.h"

#include <stdbool.h>
#include <stddef.h>

#define IDENTITY_TEXT CLUSTER_DIFFERENCES_MAX

/*
 * Reads what a peer or mgmtd sent. False where lengths do not fit; else *out is whole, its texts end and are printable.
 * Entries that are longer than this release's are cut, as a later one may have more at their end; an earlier one sends no platform.
 */
bool identity_read(const void *bytes, size_t length, struct message_cluster_identity *out);
/*
 * Says how the peer differs, a line for each difference with newlines between, as many as fit; "" where it does not. Returns true where
 * interfaces differ, which is what HA_CfgNotInSync stands for: another release or build alone is an upgrade under way.
 */
bool identity_differences(const struct message_cluster_identity *own,
                          const struct message_cluster_identity *peer, char out[IDENTITY_TEXT]);

#endif
