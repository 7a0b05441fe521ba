/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_IDENTITY_CERTIFICATE_H
#define MGMT_IDENTITY_CERTIFICATE_H

/*
 * Has a self-signed certificate with its key (ECDSA P-256) at path, mode 0600. With a cluster key in that file it is the
 * same one, byte for byte, on every node that has the key, and takes the place of another one that was made here;
 * without, it is made once, for ten years and that name. A certificate that somebody else put there stays. Takes
 * milliseconds. Returns 0 or -errno.
 */
int certificate_ensure(const char *path, const char *cluster_key, const char *common_name);

#endif
