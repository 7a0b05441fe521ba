/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SYSTEM_START_H
#define SYSTEM_START_H

/*
 * What has to be done before the daemons of a release run, and when it is known whether they came up. hadrian-supervisor's
 * only thread, while no daemon runs unless said.
 */

#include "system/release.h"

/* Makes the folders of a node that starts for the first time. Returns 0 or -errno. */
int start_folders(void);
/*
 * Chooses the release, mounts it at PATH_RELEASE, tells the daemons by environment variables where their data is, and
 * leaves the note for the administrator. base: the folder of the base. Returns 0, or -errno where not even the base can
 * be mounted.
 */
int start_prepare(const char *base, struct release_choice *out);
/* The daemons run and the release on trial came up. */
void start_confirm(const struct release_choice *choice);
/* It did not, reason says why: the release before it is what start_prepare takes next, with the configuration from before. */
void start_give_up(const struct release_choice *choice, const char *reason);

enum start_result { START_UNKNOWN, START_OK, START_FAILED };
/* What mgmtd says about the configuration; reason where it failed. Also while daemons run. */
enum start_result start_result(char reason[256]);

#endif
