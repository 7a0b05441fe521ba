/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STORAGE_H
#define MGMT_MGMTD_STORAGE_H

/*
 * External storage of the configuration (MA-035): a medium that is mounted in the Directory of ExternalStorageSettings. What
 * reads and writes it is a thread, since a medium may be slow or dead; everything else runs on the loop's thread.
 */

#include "mgmt/mgmtd/engine/engine.h"

struct storage;

/* bytes (length, valid during the call) are what was read. error: 0 or -errno. */
typedef void (*storage_done)(void *user, int error, const char *bytes, size_t length);

/* Returns 0 or -errno. */
int storage_create(struct engine *engine, struct storage **out);
/* An operation under way is left to itself. NULL is fine. */
void storage_destroy(struct storage *storage);
/* Reads what is on the medium, or writes the configuration in force. done is called later, once. Returns 0, -ENODEV where no Directory is
 * set, -EBUSY where another operation is under way, or another -errno with nothing begun. */
int storage_read(struct storage *storage, storage_done done, void *user);
int storage_write(struct storage *storage, storage_done done, void *user);
/* user is gone. NULL is fine. */
void storage_forget(struct storage *storage, const void *user);
/* A configuration was committed, or taken from the peer: written where AutoSave says so. NULL is fine. */
void storage_committed(struct storage *storage);
/* The system starts: what is on the medium comes into force where LoadAtBoot says so, later, and cfglog tells it (storage_start.c). */
void storage_start(struct engine *engine);
struct backup;
/*
 * What was read, opened as backup_open does: decrypted, or checked as what is imported is (signed_profile.h). out gets what
 * was found and refusals. Returns 0 and *backup (backup_clear), or -errno with the reason.
 */
int storage_open(const struct engine *engine, const char *bytes, size_t length, struct backup *backup,
                 FILE *out, char reason[256]);
/* A setting of ExternalStorageSettings in force, "" where there is none. */
const char *storage_setting(const struct engine *engine, const char *property);

#endif
