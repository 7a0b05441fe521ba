/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_ADOPT_H
#define MGMT_MGMTD_ADOPT_H

#include "mgmt/mgmtd/engine/engine.h"

/*
 * A configuration that nobody typed comes into force and is committed, by that author (at most COMMIT_AUTHOR_MAX - 1 bytes, copied): checked as a profile is;
 * what is wrong with it is in cfglog. Edits that are not activated are gone. Returns 0 where it is on its way, -EBUSY where something else is, or
 * -errno where it was refused. One at a time. Loop's thread.
 */
int configuration_adopt(struct engine *engine, const struct configuration *configuration, const char *author);
/* Each line of a text into cfglog, at most 100. */
void adopt_log(struct engine *engine, const char *text);

#endif
