/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_TESTS_BACKUPS_H
#define MGMT_TESTS_BACKUPS_H

/* A console whose administrator has files: for tests of backups and profiles, one console a process. */

#include "mgmt/tests/console.h"

extern struct console console;
extern char files[64]; /* the folder of its files */

/* Fixtures: the schema has hadrian-test.yang, a cluster key and no files. */
void backups_open(void);
void backups_close(void);

/* Without daemons: what `activate` and `commit` would do. */
void put_into_force(void);
/* What the last command printed has this text in it. */
void says(const char *text);
/* A file of this content. */
void write_file(const char *name, const char *text, size_t length);
/* A backup with a right checksum, made elsewhere by such a version of a configuration in JSON. */
void write_made(const char *name, const char *version, const char *json);

#endif
