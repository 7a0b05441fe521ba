/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_PASSWORD_H
#define MGMT_MGMTD_PASSWORD_H

/* Passwords: only yescrypt hashes are kept. Any thread; both functions take tens of milliseconds on purpose.
 */

#include <stdbool.h>

#define PASSWORD_MAX      256
#define PASSWORD_HASH_MAX 384

/* A salted yescrypt hash. Returns 0, -E2BIG for a password that is too long, or -errno. */
int password_hash(const char *password, char hash[PASSWORD_HASH_MAX]);
/*
 * Compares in time that does not depend on where a difference is. hash NULL (no such user) takes as long as
 * any and is false.
 */
bool password_matches(const char *password, const char *hash);

#endif
