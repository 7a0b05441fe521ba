/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_STATISTICS_GATHER_H
#define MGMT_MGMTD_STATISTICS_GATHER_H

/* All statistics of this node (C02-118), mgmtd's own and the datapath's. Runs on the loop's thread. */

#include "mgmt/mgmtd/engine/engine.h"
#include "mgmt/mgmtd/statistics/statistic.h"

struct gather;

/* all is sorted and valid during the call; without the datapath's values where it cannot be reached. */
typedef void (*gather_done)(void *user, const struct statistics *all, bool datapath);

/*
 * done is called once, perhaps before this returns; until then *out is for gather_cancel. Returns 0, or -ENOMEM
 * (done is not called).
 */
int gather_start(struct engine *engine, gather_done done, void *user, struct gather **out);
/* done will not be called. NULL is fine. */
void gather_cancel(struct gather *gather);

#endif
