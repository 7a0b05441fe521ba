/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_BACKUP_H
#define MGMT_MGMTD_BACKUP_H

/* Backups of the configuration (C02-101 to C02-106), and what a restore replaced. Loop's thread. */

#include "mgmt/mgmtd/backup/backup_file.h"
#include "mgmt/mgmtd/engine/engine.h"

/*
 * A configuration as a backup; *bytes is the caller's to free (and to wipe, with clear_secrets). Returns 0,
 * or -errno with the reason.
 */
int backup_make(const struct configuration *configuration, bool clear_secrets, char **bytes, size_t *length,
                char reason[256]);

struct backup {
	struct backup_header header;
	struct configuration configuration;
	bool
	    own_parts; /* it is of the other node of a cluster: this node's System, HighAvailability, EthernetDevice and
	                   DatapathSettings are in place of that one's */
};

/*
 * Reads a backup as this node would use it, secrets sealed. Returns 0 and *out (backup_clear), or -errno with the
 * reason. Names of objects that are not there are no error (C02-105). refusals: gets a line for each value that this version
 * does not take (MA-033), or NULL.
 */
int backup_open(const struct engine *engine, const char *bytes, size_t length, struct backup *out,
                FILE *refusals, char reason[256]);
/* What the system was delivered with, and the users and what belongs to the node as they are. As backup_open. */
int backup_delivered(const struct engine *engine, struct backup *out, char reason[256]);
void backup_clear(struct backup *backup);
/*
 * Interfaces that have another number in the backup than in the running configuration (C02-106): one line each.
 * Returns how many.
 */
unsigned backup_interface_changes(const struct engine *engine, const struct backup *backup, FILE *out);

/*
 * The backup becomes the candidate, and what is running is kept on disk for backup_load_replaced, over restarts.
 * Returns 0, or -errno with the reason and nothing changed.
 */
int backup_restore(struct engine *engine, const struct backup *backup, char reason[256]);
/*
 * The configuration becomes the committed one on disk, for the next start of this program; what is running is kept as above. Returns 0, or -errno
 * with the reason; nothing else changes. For engine_commit_at_start.
 */
int backup_restore_at_start(struct engine *engine, const struct configuration *configuration,
                            char reason[256]);
/* What the last restore replaced. As backup_open; -ENOENT where nothing was ever restored. */
int backup_load_replaced(const struct engine *engine, struct backup *out, char reason[256]);

#endif
