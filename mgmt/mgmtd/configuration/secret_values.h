/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SECRET_VALUES_H
#define MGMT_MGMTD_SECRET_VALUES_H

/* The secrets (secret.h) of a whole configuration. Loop's thread. */

#include "mgmt/mgmtd/configuration/configuration.h"

/*
 * Seals what is in clear, as in a backup, and what was sealed with another key than the present one, as before
 * this node joined its cluster. What cannot be opened stays, and is an error at activation. *changed (may be
 * NULL) tells how many were. Returns 0 or -errno.
 */
int secrets_seal(struct configuration *configuration, unsigned *changed);
/*
 * Every secret in clear, for a backup that is to hold them so. The caller wipes what he makes of it. Returns 0,
 * or -EBADMSG with the object and property of one that cannot be opened in reason; the others are open then.
 */
int secrets_open(struct configuration *configuration, char reason[256]);

#endif
