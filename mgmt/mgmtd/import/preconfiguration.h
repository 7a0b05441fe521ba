/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_PRECONFIGURATION_H
#define MGMT_MGMTD_PRECONFIGURATION_H

/*
 * A system that was never configured takes its configuration from a medium (MA-022, MA-023; medium.h): it is looked for when the system starts and for two
 * minutes after, by a thread, until somebody begins to configure the system by hand. One that is configured may load what is on its external
 * storage (MA-035). Everything else runs on the loop's thread; what happens is in cfglog.
 */

#include "mgmt/mgmtd/engine/engine.h"

struct preconfiguration;

/* Begins to look. Returns 0 or -errno. */
int preconfiguration_create(struct engine *engine, struct preconfiguration **out);
/* NULL is fine. */
void preconfiguration_destroy(struct preconfiguration *preconfiguration);

#endif
