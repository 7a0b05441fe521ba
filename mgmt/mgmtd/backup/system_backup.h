/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SYSTEM_BACKUP_H
#define MGMT_MGMTD_SYSTEM_BACKUP_H

/*
 * System backups (C02-102): a backup of the configuration with the package of the release that ran behind it, signed as it
 * came. Runs on the loop's thread.
 */

#include "mgmt/mgmtd/backup/backup.h"
#include "mgmt/mgmtd/session/session.h"

/*
 * Puts the package of the release that runs behind a backup; *bytes may move. Returns 0, or -errno with the reason:
 * -ENOENT for the release that was delivered, which has none.
 */
int system_backup_append(char **bytes, size_t *length, char reason[256]);
/*
 * How many bytes of a backup are the configuration's; the rest is a package. A pure function of any bytes. Returns length for
 * a backup without one.
 */
size_t system_backup_split(const char *bytes, size_t length);
/* The version of the package behind a backup, "" where there is none. Any bytes are safe to give. */
void system_backup_version(const char *bytes, size_t length, char version[64]);
/*
 * Installs the package behind the backup /name, which was found to fit, and starts it with the backup's configuration;
 * asks before where force is not set. As a command: prints to session->out, returns 0, -errno or SESSION_WAITS.
 */
int system_backup_restore(struct session *session, const char *name, const char *version, bool force);

#endif
