/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_BENCH_BENCH_MIRROR_H
#define DATAPATH_BENCH_BENCH_MIRROR_H

/* A process in the place of clusterd: it asks for the mirror's records as clusterd does, and counts them. */

#include <stdbool.h>
#include <stdint.h>

/* What the client has received; shared between both processes. */
struct bench_client {
	_Atomic uint64_t upserts;
	_Atomic uint64_t messages;
	_Atomic uint64_t cpu_ns; /* that it has used of processors */
};

/*
 * Gives this process a /run of its own and starts the client there, which ends with this process. To be called before
 * DPDK is started. NULL where that fails.
 */
const struct bench_client *bench_client_start(void);

#endif
