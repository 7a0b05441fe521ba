/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_IDENTITY_IDENTITY_H
#define MGMT_IDENTITY_IDENTITY_H

/*
 * Private keys with which both nodes of a cluster prove to be the same firewall, made of the cluster key: nothing has to
 * be mirrored for it, and nobody who knows one learns the cluster key or another (docs/decisions/0005-identity.md).
 * Reentrant; no logging.
 */

#include <stddef.h>
#include <stdint.h>

#define IDENTITY_PEM_MAX  4096
#define IDENTITY_MARK_MAX 33

/*
 * HKDF (RFC 5869) of the cluster key in that file with a label that names the purpose, into length bytes, at most 64.
 * Returns 0, -ENOENT where this node has no cluster key, -EINVAL where the file holds something else, or -EIO.
 */
int identity_derive(const char *cluster_key, const char *label, uint8_t *out, size_t length);

/* Which cluster key it is, as hexadecimal digits that say nothing about it. As identity_derive. */
int identity_mark(const char *cluster_key, char mark[IDENTITY_MARK_MAX]);

/* A key on P-256 (FIPS 186-5, A.2.2). The caller wipes pem. As identity_derive. */
int identity_ecdsa(const char *cluster_key, const char *label, char pem[IDENTITY_PEM_MAX]);

/* An RSA key of 3072 bits with provable primes (FIPS 186-4, B.3.2); takes a second or two. The same. */
int identity_rsa(const char *cluster_key, const char *label, char pem[IDENTITY_PEM_MAX]);

#endif
