/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MIRROR_WAITING_H
#define DATAPATH_MIRROR_WAITING_H

/*
 * What waits until the deltas that workers made so far are on their way (mirror_after_deltas): each worker is
 * asked to put a mark into its ring behind them. Control thread; the worker's part is posted to it.
 */

#include "datapath/core/datapath.h"

bool waiting_is_mark(const void *element);
/* A mark came off the ring of a worker. */
void waiting_passed(unsigned worker);
/*
 * Around emptying a ring (after: only where it was emptied): a worker whose ring was full could leave no mark
 * in it.
 */
void waiting_before_drain(unsigned worker);
void waiting_after_drain(unsigned worker);
/* Posts what could not be posted, and runs what has waited long enough. */
void waiting_run(void);
bool waiting_any(void);

#endif
