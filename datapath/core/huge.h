/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DATAPATH_CORE_HUGE_H
#define DATAPATH_CORE_HUGE_H

#include <stddef.h>

/* Huge pages that are free now, in MB, over all sizes. Any thread. */
unsigned long huge_free_mb(void);
/*
 * What to do to have so many MB free: a command, which counts in what other processes hold. Returns out. Any
 * thread.
 */
const char *huge_hint(unsigned long megabytes, char *out, size_t size);

#endif
