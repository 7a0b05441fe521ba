/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_USAGE_H
#define MGMT_MGMTD_USAGE_H

/* What the product's processes use of the CPU, looked at every five seconds. Runs on the loop's thread. */

#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/engine/process.h"

#define USAGE_SECONDS 5

struct usage;

/* Returns 0 or -errno; *out for usage_destroy, for which NULL is fine. */
int usage_create(struct engine *engine, struct usage **out);
void usage_destroy(struct usage *usage);
/* Of the last five seconds (of those since the start at first); NULL where there was no look yet, or usage is NULL. */
const struct processes *usage_latest(const struct usage *usage);

#endif
