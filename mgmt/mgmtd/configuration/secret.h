/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SECRET_H
#define MGMT_MGMTD_SECRET_H

/*
 * Secrets that must be known in clear to be used (shared secrets, pre-shared keys): properties of the literal
 * `secret`. In every configuration, on disk, towards the peer and in backups they are sealed (AES-256-GCM), text
 * of the form "$sealed$..."; only who uses one opens it. Both nodes of a cluster have the same key. One thread.
 */

#include <stdbool.h>
#include <stddef.h>

#define SECRET_CLEAR_MAX  256
#define SECRET_SEALED_MAX 512

/*
 * Derives the key from cluster.key (PATH_CLUSTER_KEY) where there is one, and has the node's own, secrets.key,
 * which is made where it is missing. directory: PATH_STATE_DIRECTORY. Called again it takes note of a cluster
 * key that came or changed; what the former one sealed can still be opened. Returns 0 or -errno.
 */
int secrets_load(const char *directory);
/*
 * The same text gives the same sealed text as long as the key is the same: both nodes of a cluster agree on
 * it, and what was typed again is no change. Returns 0, -EINVAL where clear is too long, or -EIO (also before
 * secrets_load).
 */
int secret_seal(const char *clear, char sealed[SECRET_SEALED_MAX]);
/* Returns 0, or -EBADMSG where it was not sealed with a key that this node has. The caller wipes clear. */
int secret_open(const char *sealed, char clear[SECRET_CLEAR_MAX + 1]);
bool secret_is_sealed(const char *text);
/* The keys are wiped. */
void secrets_unload(void);

#endif
