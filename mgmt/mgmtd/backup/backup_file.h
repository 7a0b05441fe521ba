/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_BACKUP_FILE_H
#define MGMT_MGMTD_BACKUP_FILE_H

/*
 * A configuration as a file that people carry about (C02-101): header lines that they can read, an empty line, and the
 * configuration as JSON. A SHA-256 over both tells a file that was damaged or cut short. Pure functions.
 */

#include <stdbool.h>
#include <stddef.h>

#define BACKUP_FORMAT     1
#define BACKUP_HEADER_MAX 4096
#define BACKUP_LENGTH_MAX (64u << 20)

struct backup_header {
	char version[32];      /* of Hadrian */
	char date[32];         /* UTC, as 2026-11-21T06:30:00Z */
	char node[128];        /* name and role, for people */
	char interfaces[2048]; /* names separated by commas, for people */
	bool clear_secrets;    /* secrets are in it as they were typed */
};

/* *bytes is the caller's to free. Returns 0 or -ENOMEM. */
int backup_write(const struct backup_header *header, const char *json, char **bytes, size_t *length);
/* The header alone, of a file's beginning. Returns 0, or -EBADMSG with the reason. Any bytes are safe to give. */
int backup_read_header(const char *bytes, size_t length, struct backup_header *header, char reason[128]);
/* The whole; *json is the caller's to free. Returns 0, -EBADMSG with the reason, or -ENOMEM. Any bytes are safe. */
int backup_read(const char *bytes, size_t length, struct backup_header *header, char **json,
                char reason[128]);

#endif
