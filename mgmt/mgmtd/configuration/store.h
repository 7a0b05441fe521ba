/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STORE_H
#define MGMT_MGMTD_STORE_H

/*
 * The committed configuration on disk: <directory>/config.json, the one before as config.json.1. A few header
 * lines (format, generation, length, SHA-256 over generation and JSON) stand before the JSON, so that a file
 * that was cut short or damaged is known as such. Whatever moment the power fails, one whole file is there.
 * Blocking file I/O; one thread.
 */

#include <stddef.h>
#include <stdint.h>

#define STORE_FORMAT     1
#define STORE_LENGTH_MAX (64u << 20)
#define STORE_DIGEST     32

struct stored {
	char *json; /* malloc'ed, NUL-terminated */
	uint64_t generation;
	unsigned previous; /* 1 where config.json.1 had to be taken */
	char reason[512];  /* why the newest was not, "" otherwise */
};

/* Writes to disk, synced, atomically. Returns 0 or -errno; then the old file stands as it was. */
int store_save(const char *path, uint64_t generation, const char *json);
/* Reads the newest whole file. Returns 0; -ENOENT where there has never been one; -EBADMSG where none is
 * whole. */
int store_load(const char *directory, struct stored *out);
/* Reads one file's bytes. Returns 0 and *json (malloc'ed), or -EBADMSG with the reason. Any bytes are safe to
 * give. */
int store_parse(const char *bytes, size_t length, uint64_t *generation, char **json, char reason[128]);
void store_digest(const void *bytes, size_t length, uint8_t digest[STORE_DIGEST]);

#endif
