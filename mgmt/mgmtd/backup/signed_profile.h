/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SIGNED_PROFILE_H
#define MGMT_MGMTD_SIGNED_PROFILE_H

/* Whether a configuration that is brought is signed by somebody whom this firewall trusts (MA-036). Loop's thread. */

#include "mgmt/mgmtd/engine/engine.h"

/* Whether only signed ones are taken (ConfigurationProfileSettings SignedOnly). */
bool signed_profile_needed(const struct engine *engine);
/*
 * Looks at a file that is to be imported or restored, by the configuration in force; *length becomes that of what is before the
 * signature. Tells out what was found. Returns 0, or -EBADMSG (or another -errno) with the reason.
 */
int signed_profile_check(const struct engine *engine, const char *bytes, size_t *length, FILE *out,
                         char reason[256]);

#endif
