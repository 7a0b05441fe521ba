/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_MIRROR_EMIT_H
#define DATAPATH_MIRROR_EMIT_H

/* When a worker's records go; mirror_emit and mirror_flush are in datapath/core/datapath.h. On the worker. */

#include "datapath/core/datapath.h"

#define MIRROR_BATCH_US 4000 /* records of so long go to the peer together */

/* Hands the worker's batch to the control thread where it is due at that time of the TSC; after each walk. */
void mirror_flush_due(struct worker *worker, uint64_t now);
/* When that is, of the batch that is being filled. */
uint64_t mirror_batch_due(const struct worker *worker);

#endif
