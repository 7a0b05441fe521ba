/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLUSTER_IDENTITY_IDENTITY_H
#define CLUSTER_IDENTITY_IDENTITY_H

/*
 * What two nodes must have alike to be one firewall: their release (C22-016, C22-069) and the names, IDs and HATypes of
 * their interfaces (C22-015, C22-066). Pure; any thread.
 */

#include "lib/messages/cluster.h"

#include <stdbool.h>
#include <stddef.h>

#define IDENTITY_TEXT 1024

/*
 * Reads what a peer or mgmtd sent. False where lengths do not fit; else *out is whole, its texts end and are printable.
 * Entries that are longer than this release's are cut, as a later one may have more at their end.
 */
bool identity_read(const void *bytes, size_t length, struct message_cluster_identity *out);
/* How many bytes of it are to be sent. */
size_t identity_length(const struct message_cluster_identity *identity);

/*
 * Says how the peer differs, a line for each difference with newlines between, as many as fit; "" where it does not. Returns true where
 * interfaces differ, which is what HA_CfgNotInSync stands for: another release alone is an upgrade under way.
 */
bool identity_differences(const struct message_cluster_identity *own,
                          const struct message_cluster_identity *peer, char out[IDENTITY_TEXT]);

#endif
