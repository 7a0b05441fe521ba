/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef MGMT_MGMTD_MEMORY_H
#define MGMT_MGMTD_MEMORY_H

/* The system's memory as /proc/meminfo shows it. */

#include <stdint.h>

struct memory {
	uint64_t total_kb;
	uint64_t free_kb; /* what programs can still get, caches that give way included */
};

/* Returns 0 or -errno. */
int memory_read(struct memory *out);

#endif
