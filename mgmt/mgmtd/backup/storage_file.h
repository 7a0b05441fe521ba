/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STORAGE_FILE_H
#define MGMT_MGMTD_STORAGE_FILE_H

/*
 * The configuration on external storage (MA-035), one file on a medium that somebody may take away, or a directory of one:
 * a backup, or one that is encrypted:
 *
 *   hadrian-encrypted 1
 *   key <a random key, sealed as secrets are>
 *   (empty line)
 *   nonce (12 bytes), tag (16), the backup; AES-256-GCM (NIST SP 800-38D), the lines above are authenticated with it
 *
 * storage_file_encrypt and storage_file_decrypt run on the thread that has the keys (secret.h); the others on any, and may block.
 */

#include <stdbool.h>
#include <stddef.h>

#define STORAGE_FILE "hadrian-configuration"

bool storage_file_is_encrypted(const char *bytes, size_t length);
/* *out is the caller's to free. Returns 0, -ENOMEM or -EIO. */
int storage_file_encrypt(const char *bytes, size_t length, char **out, size_t *out_length);
/* *out is the caller's to wipe and free. Returns 0, or -EBADMSG where no key of this node opens it, or it was damaged. Any bytes
 * are safe to give. */
int storage_file_decrypt(const char *bytes, size_t length, char **out, size_t *out_length);

/*
 * Replaces the file in a directory, which must be there; on the medium when it returns. No symbolic link is followed on the way.
 * Returns 0 or -errno.
 */
int storage_file_write(const char *directory, const char *bytes, size_t length);
/* *bytes is the caller's to free. Returns 0, -ENOENT, -ENOTDIR where there is no directory, -EFBIG, or another -errno. */
int storage_file_read(const char *directory, char **bytes, size_t *length);

#endif
