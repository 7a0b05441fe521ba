/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_SCRIPT_CREATE_H
#define MGMT_MGMTD_SCRIPT_CREATE_H

/* Scripts that make the objects of this configuration elsewhere (C02-060, C02-061). Runs on the loop's thread. */

#include "mgmt/mgmtd/configuration/target.h"

/*
 * Writes the commands that make the candidate's objects of the target's type or category, with what they hold.
 * Left out: predefined objects that nobody has changed, what belongs to this platform, and passwords. Returns
 * how many objects were written, or -errno with the reason.
 */
int script_create(const struct engine *engine, const struct target *target, FILE *out, char reason[256]);

#endif
