/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_EAL_H
#define DATAPATH_CORE_EAL_H

#include "datapath/core/options.h"

/*
 * Starts DPDK: the calling thread becomes the main lcore 0, workers are lcores 1.., all free to run on every
 * CPU that the process may use. Returns 0 or -errno with one line for people in reason.
 */
int eal_start(const struct options *options, char reason[256]);

/* The pools that options ask for: datapath.packets, datapath.batches and datapath.rcu. Returns 0 or -errno
 * with reason. */
int eal_create_pools(const struct options *options, char reason[256]);

#endif
