/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_PROFILE_IMPORT_H
#define MGMT_MGMTD_PROFILE_IMPORT_H

/* Files become configuration profiles (MA-030, MA-031): backups, and profiles of the older family (import/atv_file.h). Loop's thread. */

#include "lib/messages/type.h"
#include "mgmt/mgmtd/session/session.h"

/* How a file is read. */
struct profile_way {
	bool force;        /* what cannot be taken of a profile of an older device is left out */
	bool add;          /* it adds to the configuration, whose rows of tables stay */
	bool delivered;    /* on what the system was delivered with, not on what is running */
	const char *ports; /* "WAN:if2,LAN1:if1": interfaces of its ports, or NULL */
};

/*
 * Reads a file, a backup or a profile of an older device, as its content says. report gets what cannot be taken and what there is nothing for.
 * Returns 0 and *out (configuration_clear), or -errno with the reason and *out empty.
 */
int profile_read(struct engine *engine, const char *bytes, size_t length, const struct profile_way *way,
                 struct configuration *out, FILE *report, char reason[256]);

/*
 * `profile -import NAME FILE`: of the root folder. What could not come into force here is refused, with everything that is wrong
 * (MA-033). Returns 0, or -errno after a message.
 */
int profile_import(struct session *session, const char *name, const char *file, const struct line *line);
/*
 * An uploaded NAME.atv becomes the profile NAME. Returns 0; -EBADMSG where it is none, or -errno where it is one that cannot be taken as
 * it is; with the reason.
 */
int profile_upload(struct session *session, const char *file_name, const char *bytes, size_t length,
                   char reason[MESSAGE_TEXT]);

/* A file of the root folder. Returns 0, or -errno after a message. */
int profile_file(struct session *session, const char *name, struct file_path *path);

int profile_save(struct session *session, const char *name, const struct configuration *configuration,
                 const char *action);

#endif
